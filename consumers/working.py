"""Relay, consumers, projector and clock in this process, on threads beside its main one."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from consumers.bootstrap import Ledger
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from commands.envelope import Result

TICK_SECONDS = 60.0

log = logging.getLogger(__name__)


class Workers:
    """The messaging tasks on an event loop of their own."""

    def __init__(self, ledger: Ledger, waits: int | None = None) -> None:
        self._services = ledger.services(waits)
        self._url = ledger.nats()
        self._ready = Event()
        self._ended = Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name="messaging", daemon=True)

    def start(self) -> None:
        """Returns when the loop runs; what it meets is told by `check`."""
        self._thread.start()
        self._ready.wait()

    def check(self) -> None:
        """Raises what ended the tasks, if something did."""
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Lets batches finish and ends the tasks."""
        if self._loop is not None and self._stop is not None and not self._ended.is_set():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:  # noqa: BLE001  handed to the main thread
            self._failure = error
        finally:
            self._ended.set()
            self._ready.set()

    async def _work(self) -> None:
        from consumers.nats.worker import work  # noqa: PLC0415  only workers need messaging

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await work(self._services, self._url, stop=self._stop)


@contextmanager
def working(ledger: Ledger, waits: int | None = None) -> Iterator[Workers]:
    """Workers that are stopped when the context ends."""
    workers = Workers(ledger, waits)
    workers.start()
    try:
        yield workers
    finally:
        workers.stop()


@contextmanager
def ticking(tick: "Callable[[], list[Result]]", seconds: float = TICK_SECONDS) -> Iterator[None]:
    """Calls `tick` at once and then every so often until the context ends."""
    over = Event()

    def run() -> None:
        while not over.is_set():
            try:
                for result in tick():
                    log.info("clock: %s %s", result.id, "done" if result.ok else "refused")
            except LedgerError as error:
                log.warning("clock waits: %s", error)
            over.wait(seconds)

    thread = Thread(target=run, name="clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
