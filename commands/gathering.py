"""Callers of one clinic who meet share an append: one round trip and one commit for all of them.

Who finds nobody of his clinic at work is served at once, so nobody waits for others to come. Those
who come meanwhile wait, and then go together, the longest waiting of them leading.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock

from commands.envelope import Envelope, Result
from ledger.errors import Busy, LedgerError

MOST = 250
"""Commands that go together."""
AT_WORK = 3
"""Groups in hand: one is decided while the appends of the others are on their way. Deciding is
Python, one at a time: more of them get in each other's way, and who waits gathers company."""
PATIENCE = 0.05
"""Seconds that a group waits for others: one clinic's slow append holds up nobody else."""

Handle = Callable[[str, Sequence[Envelope]], list[Result]]


def _held() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Caller:
    """One who waits: `turn` is released when he was led, or is to lead."""

    envelope: Envelope
    turn: Lock = field(default_factory=_held)
    leads: bool = False
    result: Result | None = None
    error: LedgerError | None = None


class Gathering:
    """Handles single commands of many threads, by `handle`, which takes a clinic's together."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._lock = Lock()
        self._places = BoundedSemaphore(AT_WORK)
        self._waiting: dict[str, deque[_Caller]] = {}
        """Those who wait, of every clinic with somebody at work."""

    def handle(self, envelope: Envelope) -> Result:
        """The command's own result; raises Busy when those who went together heard it."""
        caller, clinic = _Caller(envelope), envelope.clinic
        if not self._is_first(clinic, caller):
            caller.turn.acquire()
        if caller.leads:
            with self._place():
                together = self._together(clinic, caller)
                try:
                    self._serve(clinic, together)
                finally:
                    self._hand_over(clinic, together)
        return self._answer(caller)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One of few places to work at, or none where that would take too long."""
        taken = self._places.acquire(timeout=PATIENCE)
        try:
            yield
        finally:
            if taken:
                self._places.release()

    def _answer(self, caller: _Caller) -> Result:
        """What he heard; who heard nothing, because his group failed, is served alone.

        If the group was recorded all the same, the memory of commands answers him.
        """
        if caller.error is not None:
            raise caller.error
        if caller.result is not None:
            return caller.result
        return self._handle(caller.envelope.clinic, [caller.envelope])[0]

    def _is_first(self, clinic: str, caller: _Caller) -> bool:
        with self._lock:
            waiting = self._waiting.get(clinic)
            if waiting is None:
                self._waiting[clinic] = deque()
                caller.leads = True
            else:
                waiting.append(caller)
            return caller.leads

    def _together(self, clinic: str, leader: _Caller) -> list[_Caller]:
        """The leader and those who wait behind him, in the order in which they came."""
        with self._lock:
            waiting = self._waiting[clinic]
            return [leader, *(waiting.popleft() for _ in range(min(len(waiting), MOST - 1)))]

    def _serve(self, clinic: str, together: Sequence[_Caller]) -> None:
        """Answers all of them, or none where it may be the fault of one that they failed."""
        try:
            results = self._handle(clinic, [caller.envelope for caller in together])
        except LedgerError as error:
            if len(together) == 1 or isinstance(error, Busy):
                for caller in together:
                    caller.error = error
            return
        for caller, result in zip(together, results, strict=True):
            caller.result = result

    def _hand_over(self, clinic: str, served: Sequence[_Caller]) -> None:
        """Those who were led may go; the next one leads, if somebody has come meanwhile."""
        with self._lock:
            waiting = self._waiting[clinic]
            following = waiting.popleft() if waiting else None
            if following is None:
                del self._waiting[clinic]
        if following is not None:
            following.leads = True
            following.turn.release()
        for caller in served[1:]:
            caller.turn.release()
