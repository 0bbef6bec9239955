"""Callers of one clinic who meet share an append: one round trip and one commit for all of them.

Who finds nobody of his clinic at work is served at once. Those who come meanwhile wait, and then go
together, the longest waiting of them leading. Callers who have just been served usually come again:
after a group, the next leader waits a moment for as many as there were.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
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
    """One who waits; he is `called` when he was led, or is to lead. To one who leads already `turn`
    is released when his company is there.
    """

    envelope: Envelope
    turn: Lock
    called: Callable[[], None]
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
        turn = _held()
        caller = _Caller(envelope, turn, turn.release)
        if not self._is_first(caller):
            turn.acquire()
        return self._served(caller)

    def submit(self, envelope: Envelope, threads: Executor) -> Future[Result]:
        """What `handle` gives, for one who cannot wait himself: of those who go together only the
        one who leads takes a thread.
        """
        told: Future[Result] = Future()
        told.set_running_or_notify_cancel()  # it is recorded whether anybody still wants to know
        caller = _Caller(envelope, _held(), lambda: self._go_on(caller, threads, told))
        if self._is_first(caller):
            caller.called()
        return told

    def _go_on(self, caller: _Caller, threads: Executor, told: Future[Result]) -> None:
        if caller.result is not None:
            told.set_result(caller.result)
            return

        def tell(served: Future[Result]) -> None:
            error = served.exception()
            if error is None:
                told.set_result(served.result())
            else:
                told.set_exception(error)

        threads.submit(self._served, caller).add_done_callback(tell)

    def _served(self, caller: _Caller) -> Result:
        """Leads where it is his turn to, and answers."""
        name = caller.envelope.clinic
        if caller.leads:
            self._linger(name, caller)
            with self._place():
                together = self._together(name, caller)
                try:
                    self._serve(name, together)
                finally:
                    self._hand_over(name, together)
        return self._answer(caller)

    def _linger(self, name: str, leader: _Caller) -> None:
        """Waits until as many as before have come again, but not for long."""
        with self._lock:
            clinic = self._clinics[name]
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

    def _is_first(self, caller: _Caller) -> bool:
        """Whether he leads, because he finds nobody of his clinic at work; he waits otherwise."""
        with self._lock:
            clinic = self._clinics.get(caller.envelope.clinic)
            if clinic is None:
                clinic = self._clinics[caller.envelope.clinic] = _Clinic()
            if not clinic.busy:
                clinic.busy = caller.leads = True
                return True
            clinic.waiting.append(caller)
            leader = clinic.lingering
            if leader is not None and len(clinic.waiting) + 1 >= clinic.expected:
                clinic.lingering = None
                leader.turn.release()
            return False

    def _together(self, name: str, leader: _Caller) -> list[_Caller]:
        """The leader and those who wait behind him, in the order in which they came."""
        with self._lock:
            waiting = self._clinics[name].waiting
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
            caller.called()
        if following is not None:
            following.called()
