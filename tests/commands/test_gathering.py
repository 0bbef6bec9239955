"""Callers of one clinic who come at the same moment share an append, and each hears his own."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Semaphore
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest

from commands import gathering as gathering_module
from commands.envelope import Envelope, Result
from commands.gathering import AT_WORK, MOST, Gathering
from ledger.errors import Broken, Busy, OutcomeUnknown
from tests.commands.practice import VISITED, Practice, envelope, visit

DESKS = 6
SECONDS = 10
_TRANSACTIONS = """
SELECT count(DISTINCT xmin::text) FROM ledger.event WHERE clinic = %s AND position > %s
"""


def sent(practice: Practice, key: str, **data: Any) -> dict[str, Any]:
    return practice.line("record_visit", visit(key, **data), VISITED)


def _behind(gathering: Gathering, clinic: str) -> int:
    found = gathering._clinics.get(clinic)
    return 0 if found is None else len(found.waiting)


def _wait_for(gathering: Gathering, clinic: str, callers: int) -> None:
    """Returns when so many callers stand behind the one who is at work."""
    until = monotonic() + SECONDS
    while _behind(gathering, clinic) < callers:
        assert monotonic() < until
        sleep(0.001)


def test_callers_who_meet_share_an_append(practice: Practice, shared_database: str) -> None:
    """While the first one waits for the clinic's head, the others gather behind him."""
    practice.opens().sells()
    lines = [sent(practice, f"v-{number}") for number in range(DESKS)]
    lines[3]["data"]["prefer"] = ["s-9"]
    before = practice.head()
    with (
        psycopg.connect(shared_database) as other,
        ThreadPoolExecutor(DESKS) as desks,
    ):
        other.execute(
            "SELECT position FROM ledger.clinic_head WHERE clinic = %s FOR UPDATE",
            (practice.clinic,),
        )
        asked = [desks.submit(practice.send, line) for line in lines]
        _wait_for(practice.commands._gathering, practice.clinic, DESKS - 1)
        other.rollback()
        results = [future.result(SECONDS) for future in asked]
        [(transactions,)] = other.execute(_TRANSACTIONS, (practice.clinic, before))
    assert [result.id for result in results] == [line["id"] for line in lines]
    assert [result.ok for result in results] == [number != 3 for number in range(DESKS)]
    added = [item for item in practice.history() if item.position > before]
    assert len({item.command for item in added}) == DESKS - 1
    assert transactions == 2
    assert practice.remaining() == "0"
    assert practice.commands.store.verify(practice.clinic) is None


def test_the_same_command_at_several_desks_at_once_is_recorded_once(practice: Practice) -> None:
    practice.opens().sells()
    before = practice.head()
    line = sent(practice, "v-1")
    with ThreadPoolExecutor(DESKS) as desks:
        results = list(desks.map(lambda _: practice.send(line), range(DESKS)))
    assert sorted(result.replayed for result in results) == [False] + [True] * (DESKS - 1)
    assert practice.head() == before + 2


class Counter:
    """A place to be served where the first caller takes until `open`, and the others meet.

    `trouble` befalls every group with the `guilty` one in it, as often as `times` says.
    """

    def __init__(
        self, trouble: BaseException | None = None, guilty: str = "c-1", times: int = 1
    ) -> None:
        self.served: list[list[str]] = []
        self.open = Event()
        self.came = Semaphore(0)
        self.gathering = Gathering(self.handle)
        self._trouble, self._guilty, self._times = trouble, guilty, times

    def handle(self, clinic: str, envelopes: Sequence[Envelope]) -> list[Result]:
        """Everybody hears his own id."""
        first = not self.served
        ids = [item.id for item in envelopes]
        self.served.append(ids)
        if first:
            self.came.release()
            assert self.open.wait(SECONDS)
        if self._trouble is not None and self._times and self._guilty in ids:
            self._times -= 1
            raise self._trouble
        return [Result(key, True, [], {"clinic": clinic}) for key in ids]

    def visited(self, desks: ThreadPoolExecutor, callers: int) -> list[Future[Result]]:
        """One caller at work and the others behind him, in the order of their numbers."""
        line = {"command": "record_visit", "clinic": "glow", "at": VISITED, "data": {}}
        asked = []
        for number in range(callers):
            asked.append(desks.submit(self.gathering.handle, envelope(line | _who(number))))
            if number == 0:
                assert self.came.acquire(timeout=SECONDS)
            else:
                _wait_for(self.gathering, "glow", number)
        self.open.set()
        return asked


def _who(number: int) -> dict[str, Any]:
    return {"id": f"c-{number}", "actor": {"id": "amy", "role": "front_desk"}}


def _heard(future: Future[Result]) -> str:
    error = future.exception(SECONDS)
    return str(future.result().id) if error is None else type(error).__name__


def _all_heard(counter: Counter, callers: int) -> list[str]:
    with ThreadPoolExecutor(callers) as desks:
        return [_heard(future) for future in counter.visited(desks, callers)]


def test_those_behind_the_first_go_together_in_the_order_in_which_they_came() -> None:
    counter = Counter()
    assert _all_heard(counter, 4) == ["c-0", "c-1", "c-2", "c-3"]
    assert counter.served == [["c-0"], ["c-1", "c-2", "c-3"]]


def test_those_who_went_together_are_waited_for_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four desks that come again as soon as they are served go together, and not by halves."""
    monkeypatch.setattr(gathering_module, "LINGER", SECONDS)
    groups: list[int] = []

    def handle(_: str, envelopes: Sequence[Envelope]) -> list[Result]:
        groups.append(len(envelopes))
        return [Result(item.id, ok=True) for item in envelopes]

    counter = Counter()
    _all_heard(counter, 4)
    counter.gathering._handle = handle

    def again(number: int) -> list[bool]:
        line = _line() | _who(number)
        return [counter.gathering.handle(envelope(line)).ok for _ in range(5)]

    with ThreadPoolExecutor(3) as desks:
        assert all(all(heard) for heard in desks.map(again, range(3)))
    assert groups == [3] * 5


def test_company_that_does_not_come_is_waited_for_once_and_not_long() -> None:
    counter = Counter()
    _all_heard(counter, 4)
    begun = monotonic()
    for _ in range(5):
        assert counter.gathering.handle(envelope(_line())).ok
    assert monotonic() - begun < SECONDS
    assert counter.served[2:] == [["c-9"]] * 5
    assert counter.gathering._clinics == {}


def test_a_group_has_a_bound() -> None:
    counter = Counter()
    assert len(set(_all_heard(counter, MOST + 3))) == MOST + 3
    assert [len(group) for group in counter.served] == [1, MOST, 2]


class Unwaited(Counter):
    """The same for callers who do not wait themselves."""

    def visited(self, desks: ThreadPoolExecutor, callers: int) -> list[Future[Result]]:
        line = {"command": "record_visit", "clinic": "glow", "at": VISITED, "data": {}}
        first = self.gathering.submit(envelope(line | _who(0)), desks)
        assert self.came.acquire(timeout=SECONDS)
        rest = [
            self.gathering.submit(envelope(line | _who(number)), desks)
            for number in range(1, callers)
        ]
        self.open.set()
        return [first, *rest]


def test_those_who_do_not_wait_take_one_thread_together() -> None:
    counter = Unwaited()
    with ThreadPoolExecutor(1) as desk:
        heard = [_heard(future) for future in counter.visited(desk, 4)]
    assert heard == ["c-0", "c-1", "c-2", "c-3"]
    assert counter.served == [["c-0"], ["c-1", "c-2", "c-3"]]


@pytest.mark.parametrize("guilty", ["c-1", "c-2"])
def test_what_one_command_breaks_is_its_own_also_where_nobody_waits(guilty: str) -> None:
    counter = Unwaited(Broken("unreadable"), guilty, times=2)
    with ThreadPoolExecutor(1) as desk:
        heard = [_heard(future) for future in counter.visited(desk, 4)]
    assert heard == [key if key != guilty else "Broken" for key in ("c-0", "c-1", "c-2", "c-3")]


def test_whoever_gives_up_waiting_disturbs_nobody() -> None:
    """What is asked for is recorded all the same, and those who go with it are told."""
    counter = Unwaited()
    with ThreadPoolExecutor(1) as desk:
        asked = counter.visited(desk, 3)
        assert not asked[1].cancel()
        assert [_heard(future) for future in asked] == ["c-0", "c-1", "c-2"]


@pytest.mark.parametrize("trouble", [Busy("lost"), OutcomeUnknown("lost")])
def test_all_of_a_group_hear_that_they_should_send_again(trouble: Busy) -> None:
    counter = Counter(trouble)
    assert _all_heard(counter, 4) == ["c-0", *[type(trouble).__name__] * 3]


@pytest.mark.parametrize("guilty", ["c-1", "c-2"])
def test_what_one_command_breaks_is_its_own(guilty: str) -> None:
    """The group fails, and then each is tried alone."""
    heard = _all_heard(Counter(Broken("unreadable"), guilty, times=2), 4)
    assert heard == [key if key != guilty else "Broken" for key in ("c-0", "c-1", "c-2", "c-3")]


def test_those_led_by_a_thread_that_was_interrupted_go_on_alone() -> None:
    counter = Counter(SystemExit())
    assert _all_heard(counter, 4) == ["c-0", "SystemExit", "c-2", "c-3"]
    assert counter.gathering.handle(envelope(_line())).id == "c-9"


def _line() -> dict[str, Any]:
    return {"command": "record_visit", "clinic": "glow", "at": VISITED, "data": {}} | _who(9)


def test_clinics_whose_appends_are_slow_do_not_hold_up_another() -> None:
    """More clinics than have a place at work all wait for their database; one more is served."""
    slow = [f"slow-{number}" for number in range(AT_WORK + 1)]
    begun, over = Semaphore(0), Event()

    def handle(clinic: str, envelopes: Sequence[Envelope]) -> list[Result]:
        if clinic in slow:
            begun.release()
            assert over.wait(SECONDS)
        return [Result(item.id, True) for item in envelopes]

    gathering = Gathering(handle)
    with ThreadPoolExecutor(len(slow)) as desks:
        asked = [desks.submit(gathering.handle, envelope(_line() | {"clinic": c})) for c in slow]
        for _ in slow:
            assert begun.acquire(timeout=SECONDS)
        assert gathering.handle(envelope(_line())).ok
        over.set()
        assert all(future.result(SECONDS).ok for future in asked)
