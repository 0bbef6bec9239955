"""Several processes that answer on one socket, watched by the one that began them.

Python works on one request at a time in a process, so an API that many ask needs several. What
they share is the database alone; each knows keys and counts callers for itself.
"""

import logging
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from socket import socket
from tempfile import TemporaryDirectory
from threading import Event as Over

from consumers.bootstrap import running
from ledger.errors import LedgerError
from ledger.settings import Settings, export

#: How long a process may take until it answers, and to end what it is answering.
STARTING, DRAINING = 120.0, 40.0
#: Where prometheus-client lets the processes of one server count together.
FIGURES = "PROMETHEUS_MULTIPROC_DIR"
_FRESH = multiprocessing.get_context("spawn")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Server:
    process: BaseProcess
    answers: Event


class Servers:
    """So many processes; one that ends is replaced."""

    def __init__(
        self, settings: Settings, listener: socket, count: int, figures: str | None
    ) -> None:
        self._begun_with = (settings, listener, figures)
        self._servers = [self._begun() for _ in range(count)]

    def wait(self) -> None:
        """Returns when all of them answer; raises LedgerError when one cannot."""
        for server in self._servers:
            while not server.answers.wait(0.1):
                if not server.process.is_alive():
                    raise _never_answered(server)

    def check(self) -> None:
        """Replaces a process that ended; raises LedgerError for one that never answered."""
        for number, server in enumerate(self._servers):
            if server.process.is_alive():
                continue
            if not server.answers.is_set():
                raise _never_answered(server)
            log.warning("server process %s ended: another begins", server.process.pid)
            self._servers[number] = self._begun()

    def stop(self) -> None:
        """Lets each answer what was begun, and ends it."""
        for server in self._servers:
            server.process.terminate()
        for server in self._servers:
            server.process.join(DRAINING)
            server.process.kill()

    def _begun(self) -> _Server:
        answers = _FRESH.Event()
        process = _FRESH.Process(target=_answer, args=(*self._begun_with, answers), daemon=True)
        process.start()
        return _Server(process, answers)


def _never_answered(server: _Server) -> LedgerError:
    return LedgerError(f"server process {server.process.pid} ended before it could answer")


@contextmanager
def answering_in(
    count: int, settings: Settings, listener: socket, *, metrics: bool
) -> Iterator[Servers]:
    """So many processes answer on a bound socket until the context ends, which closes it."""
    with TemporaryDirectory(prefix="ledger-figures-") as folder:
        servers = Servers(settings, listener, count, folder if metrics else None)
        try:
            servers.wait()
            yield servers
        finally:
            listener.close()
            servers.stop()


def _answer(settings: Settings, listener: socket, figures: str | None, answers: Event) -> None:
    """What a process does: answers until it is told to end, or nobody is there to tell it."""
    over = Over()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells all processes, the first ends
    if figures is not None:
        export(FIGURES, figures)  # before the library is loaded
    from consumers.http.answering import answering  # noqa: PLC0415
    from consumers.http.metrics import Metrics  # noqa: PLC0415

    parent = multiprocessing.parent_process()
    assert parent is not None, "it was begun by Servers"
    with running(settings) as ledger:
        ledger.guard()
        with answering(ledger, listener, None if figures is None else Metrics(figures)):
            answers.set()
            while not over.is_set() and not wait([parent.sentinel], 0.2):
                pass
