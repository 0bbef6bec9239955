"""Work in several processes that begin at the same moment."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from time import monotonic
from typing import Generic, TypeVar

Part = TypeVar("Part")
Prepared = AbstractContextManager[Callable[[], int]]
READY_SECONDS = 120
SPAWN = multiprocessing.get_context("spawn")
"""A fresh interpreter: nothing of the parent's threads, connections or memory."""

_begin: Barrier


@dataclass(frozen=True, slots=True)
class Span:
    """What a process did, and when by the machine's monotonic clock."""

    count: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class _Job(Generic[Part]):
    prepare: Callable[[Part], Prepared]
    part: Part

    def __call__(self) -> Span:
        try:
            with self.prepare(self.part) as run:
                _begin.wait(READY_SECONDS)
                start = monotonic()
                count = run()
                return Span(count, start, monotonic())
        except BaseException:
            _begin.abort()  # the others must not wait for this one
            raise


def rate(prepare: Callable[[Part], Prepared], parts: Sequence[Part]) -> float:
    """How many a second all parts do together, each in a process of its own.

    `prepare` opens what a part needs and gives the call that works and counts.
    """
    begin = SPAWN.Barrier(len(parts))
    with ProcessPoolExecutor(
        len(parts), mp_context=SPAWN, initializer=_share, initargs=(begin,)
    ) as pool:
        spans = [done.result() for done in [pool.submit(_Job(prepare, part)) for part in parts]]
    elapsed = max(span.end for span in spans) - min(span.start for span in spans)
    return sum(span.count for span in spans) / elapsed


def _share(begin: Barrier) -> None:
    global _begin  # noqa: PLW0603  a barrier reaches a process only while it starts
    _begin = begin


def peak_megabytes() -> float:
    """The most memory this process has had resident.

    Linux tells it per program; ``ru_maxrss`` would start from the parent's.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    import resource  # noqa: PLC0415  not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
