"""Callers of one clinic who meet share an append: one round trip and one commit for all of them.

Who finds nobody of his clinic at work is served at once. Those who come meanwhile wait, and then go
together, the longest waiting of them leading. Callers who have just been served usually come again:
after a group, the next leader waits a moment for as many as there were.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from time import monotonic

from commands.envelope import Envelope, Result
from ledger.errors import Busy, LedgerError

MOST = 250
"""Commands that go together."""
AT_WORK = 3
"""Groups in hand: one is decided while the appends of the others are on their way. Deciding is
Python, one at a time: more of them get in each other's way, and who waits gathers company."""
PATIENCE = 0.05
"""Seconds that a group waits for others: one clinic's slow append holds up nobody else."""

LINGER = 0.002
"""Seconds that a leader waits for the company of the last time to come again, a good deal less
than what an append takes."""

Handle = Callable[[str, Sequence[Envelope]], list[Result]]


def _held() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Caller:
    """One who waits: `turn` is released when he was led, or is to lead; to one who leads already,
    when his company is there.
    """

    envelope: Envelope
    turn: Lock = field(default_factory=_held)
    leads: bool = False
    result: Result | None = None
    error: LedgerError | None = None


@dataclass(slots=True)
class _Clinic:
    """A clinic's callers: who waits behind the one at work, and how many are expected to go with
    the next leader, if he leads before `until`.
    """

    waiting: deque[_Caller] = field(default_factory=deque)
    busy: bool = False
    expected: int = 1
    until: float = 0.0
    lingering: _Caller | None = None


class Gathering:
    """Handles single commands of many threads, by `handle`, which takes a clinic's together."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._lock = Lock()
        self._places = BoundedSemaphore(AT_WORK)
        self._clinics: dict[str, _Clinic] = {}

    def handle(self, envelope: Envelope) -> Result:
        """The command's own result; raises Busy when those who went together heard it."""
        caller = _Caller(envelope)
        clinic = self._joined(caller)
        if not caller.leads:
            caller.turn.acquire()
        if caller.leads:
            self._linger(clinic, caller)
            with self._place():
                together = self._together(clinic, caller)
                try:
                    self._serve(envelope.clinic, together)
                finally:
                    self._hand_over(envelope.clinic, together)
        return self._answer(caller)

    def _linger(self, clinic: _Clinic, leader: _Caller) -> None:
        """Waits until as many as before have come again, but not for long."""
        with self._lock:
            patience = clinic.until - monotonic()
            if patience <= 0 or len(clinic.waiting) + 1 >= clinic.expected:
                return
            clinic.lingering = leader
        leader.turn.acquire(timeout=patience)
        with self._lock:
            clinic.lingering = None

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

    def _joined(self, caller: _Caller) -> _Clinic:
        """His clinic, where he leads if he finds nobody at work, and waits otherwise."""
        with self._lock:
            clinic = self._clinics.setdefault(caller.envelope.clinic, _Clinic())
            if not clinic.busy:
                clinic.busy = caller.leads = True
                return clinic
            clinic.waiting.append(caller)
            leader = clinic.lingering
            if leader is not None and len(clinic.waiting) + 1 >= clinic.expected:
                clinic.lingering = None
                leader.turn.release()
            return clinic

    def _together(self, clinic: _Clinic, leader: _Caller) -> list[_Caller]:
        """The leader and those who wait behind him, in the order in which they came."""
        with self._lock:
            waiting = clinic.waiting
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

    def _hand_over(self, name: str, served: Sequence[_Caller]) -> None:
        """Those who were led may go; the next one leads, if somebody has come meanwhile."""
        with self._lock:
            clinic = self._clinics[name]
            clinic.expected = min(len(served) + len(clinic.waiting), MOST)
            clinic.until = monotonic() + LINGER
            following = clinic.waiting.popleft() if clinic.waiting else None
            clinic.busy = following is not None
            if following is not None:
                following.leads = True
            elif clinic.expected == 1:
                del self._clinics[name]  # nobody is expected
        for caller in served[1:]:
            caller.turn.release()
        if following is not None:
            following.turn.release()
