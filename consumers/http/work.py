"""Blocking work of requests, in a bounded number of threads: who cannot be served soon hears so."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from consumers.http.problems import Refusal
from ledger.errors import Busy

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
#: More than the ledger has connections (`EventStore.open`): commands that wait for those of the
#: same clinic to be recorded need none, and are then recorded together.
THREADS = 32
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
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise busy() from None
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, partial(do, *args, **named))
        except Busy:
            raise busy() from None
        finally:
            self._free.release()

    def close(self) -> None:
        """Waits for what is being done, and starts nothing more."""
        self._threads.shutdown()


class Work(Threads):
    """Threads for commands and reports, and apart from them some for what is `quick`."""

    def __init__(self, threads: int = THREADS, patience: float = PATIENCE) -> None:
        super().__init__(threads, patience)
        self.quick = Threads(QUICK, patience)

    def close(self) -> None:
        """Waits for what is being done, and starts nothing more."""
        super().close()
        self.quick.close()


def busy() -> Refusal:
    """Nothing was recorded; the same request, with the same key, may be sent again."""
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "busy",
        "The ledger is busy; send the same request again.",
        headers={"Retry-After": "1"},
    )
