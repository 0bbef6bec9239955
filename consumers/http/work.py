"""Blocking work of requests, in a bounded number of threads: who cannot be served soon hears so."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from commands.envelope import Envelope, Result
from commands.handling import Commands
from consumers.http.problems import Refusal
from ledger.errors import Busy

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
#: As many for reports, and for whatever else asks the database, as for commands; those that wait
#: for others of their clinic to be recorded take none, and are then recorded together.
THREADS = 16
#: What takes milliseconds of Python gets in its own way when many do it at once: under more load
#: than that it would cost twice as much, and the load would never end.
QUICK = 4
#: How long a request waits for a thread (reliability.md 6.1).
PATIENCE = 2.0


class Threads:
    """So many threads for what asks the database."""

    def __init__(self, threads: int, patience: float = PATIENCE) -> None:
        self._threads = ThreadPoolExecutor(threads, "http")
        self._free = asyncio.Semaphore(threads)
        self._patience = patience

    async def run(
        self, do: Callable[Given, Answer], *args: Given.args, **named: Given.kwargs
    ) -> Answer:
        """What `do` returns; raises Refusal with 503 when no thread, or no lock, is had in time."""
        await self._place()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, partial(do, *args, **named))
        except Busy:
            raise busy() from None
        finally:
            self._free.release()

    async def _place(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise busy() from None

    def close(self) -> None:
        """Waits for what is being done, and starts nothing more."""
        self._threads.shutdown()


class Work(Threads):
    """Threads for reports, and apart from them some for commands and for what is `quick`."""

    def __init__(self, threads: int = THREADS, patience: float = PATIENCE) -> None:
        super().__init__(threads, patience)
        self.quick = Threads(QUICK, patience)
        self._recording = ThreadPoolExecutor(threads, "commands")

    async def recorded(self, commands: Commands, envelope: Envelope) -> Result:
        """The result of a command; raises Refusal with 503 when a lock is not had in time."""
        try:
            return await asyncio.wrap_future(commands.submit(envelope, self._recording))
        except Busy:
            raise busy() from None

    def close(self) -> None:
        """Waits for what is being done, and starts nothing more."""
        super().close()
        self.quick.close()
        self._recording.shutdown()


def busy() -> Refusal:
    """Nothing was recorded; the same request, with the same key, may be sent again."""
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "busy",
        "The ledger is busy; send the same request again.",
        headers={"Retry-After": "1"},
    )
