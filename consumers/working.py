"""Relay, consumers, webhooks and clock in this process, on threads beside its main one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from consumers.bootstrap import Ledger
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from commands.envelope import Result

TICK_SECONDS = 60.0

log = logging.getLogger(__name__)


class Workers:
    """Tasks on an event loop of their own, until they are told to stop."""

    def __init__(self, name: str, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        self._work_until = work
        self._ready = Event()
        self._ended = Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)

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
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._work_until(self._stop)


def working(ledger: Ledger, waits: int | None = None) -> AbstractContextManager[Workers]:
    """Relay, consumers and projector, stopped when the context ends."""
    from consumers.nats.worker import work  # noqa: PLC0415  only workers need messaging

    services, url = ledger.services(waits), ledger.nats()
    return _running(Workers("messaging", lambda stop: work(services, url, stop=stop)))


def delivering(ledger: Ledger) -> AbstractContextManager[Workers]:
    """Webhooks are posted until the context ends."""
    from consumers.outgoing.sending import Sender  # noqa: PLC0415  only workers post
    from consumers.outgoing.worker import Deliverer  # noqa: PLC0415

    sender = Sender(loopback=ledger.settings.webhook_loopback)
    return _running(Workers("webhooks", Deliverer(ledger.endpoints, sender).run))


@contextmanager
def _running(workers: Workers) -> Iterator[Workers]:
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
