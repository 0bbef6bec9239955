"""What time alone brings happens once, however often and however late somebody looks."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from aggregates.patient.events import StoreCreditDormant
from aggregates.subscription.dormancy_events import DormancyReached
from commands.envelope import Actor, Result
from commands.handling import Commands
from commands.ticking import tick
from tests.commands.practice import OPENED, SOLD, Practice, massage, pack, payment, sale, visit

CLOCK = Actor(id="clock", role="service")


def ticks(practice: Practice, through: date | None = None) -> list[Result]:
    """A tick that asks every contract of p-1, as the read model would at most name them."""
    return of_contracts(
        tick(practice.commands, practice.clinic, _of_p1(practice.commands), CLOCK, through)
    )


def of_contracts(results: Iterable[Result]) -> list[Result]:
    """The steps of contracts: reminders to close a period are the subject of test_periods.py."""
    return [one for one in results if not str(one.id).startswith("signal_soft_close")]


def _of_p1(commands: Commands) -> Callable[[str, date], list[str]]:
    return lambda clinic, _: list(commands.desk(clinic).patient("p-1").subscriptions)


def lapsed(practice: Practice) -> list[tuple[str, date]]:
    """The lots that have expired, with the effective date."""
    return [
        (item.stream.rsplit("/", 1)[1], item.effective_on)
        for item in practice.history()
        if type(item.event).__name__ == "LotExpired"
    ]


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC)


@pytest.fixture
def three(practice: Practice) -> Practice:
    """Three packs of January that end on 4 April 2026, and one that was used up."""
    practice.clock.now = noon("2026-01-06")
    practice.opens()
    for key in ("s-1", "s-2", "s-3", "s-4"):
        practice.sells(key)
    practice.does("record_visit", visit(quantity="5"), SOLD)
    return practice


ENDED = [("s-2", date(2026, 4, 4)), ("s-3", date(2026, 4, 4)), ("s-4", date(2026, 4, 4))]


def test_held_value_goes_to_the_state_once_it_is_dormant(practice: Practice) -> None:
    """A row as a clinic enters one: twelve months after the expiry, 60 percent of the value."""
    row = {"state": "AL", "kind": "service_entitlement", "subject": True, "percent": 60}
    row |= {"dormancy_months": 12, "trigger": "expiry", "effective_from": "2020-01-01"}
    practice.clock.now = noon("2026-01-06")
    practice.opens(escheat=[row], forfeiture_guard="off")
    practice.does("register_patient", {"patient": "p-1", "state": "AL"})
    practice.sells()
    practice.clock.now = noon("2027-04-04")
    assert [result.data for result in ticks(practice)] == [{"expired": ["m.1"]}]
    practice.clock.now = noon("2029-01-01")
    assert [result.data for result in ticks(practice)] == [{"dormant": ["m.1"]}]
    assert ticks(practice) == []
    [reached] = [item for item in practice.history() if isinstance(item.event, DormancyReached)]
    assert reached.effective_on == date(2027, 4, 4)
    assert isinstance(reached.event, DormancyReached)
    assert (reached.event.amount, reached.event.state) == (27000, "AL")


def test_store_credit_goes_to_the_state_once_it_is_dormant(practice: Practice) -> None:
    """Two contracts are refunded in store credit a day apart; twelve months later nobody came."""
    row = {"state": "AL", "kind": "credit_balance", "subject": True, "dormancy_months": 12}
    practice.clock.now = noon("2026-01-06")
    practice.opens(escheat=[row | {"effective_from": "2020-01-01"}])
    practice.does("register_patient", {"patient": "p-1", "state": "AL"})
    for key, day in (("s-1", "2026-01-07"), ("s-2", "2026-01-08")):
        practice.sells(key)
        practice.clock.now = noon(day)
        refund = {"subscription": key, "refund": f"r-{key}", "to": "store_credit", "reason": "x"}
        practice.does("refund", refund | {"approver": "bob"}, f"{day}T12:00:00+00:00")

    def once() -> list[Result]:
        found = tick(
            practice.commands, practice.clinic, lambda *_: [], CLOCK, holders=lambda *_: ["p-1"]
        )
        return of_contracts(found)

    practice.clock.now = noon("2027-01-08")
    assert [result.data["parts"] for result in once()] == [1]
    practice.clock.now = noon("2027-03-01")
    assert [result.data["parts"] for result in once()] == [1]
    assert once() == []
    found = [
        item.effective_on
        for item in practice.history()
        if isinstance(item.event, StoreCreditDormant)
    ]
    assert found == [date(2027, 1, 7), date(2027, 1, 8)]


def test_nothing_is_due_on_the_last_valid_day(three: Practice) -> None:
    three.clock.now = noon("2026-04-04")
    assert ticks(three) == []


def test_what_ended_expires_once(three: Practice) -> None:
    three.clock.now = noon("2026-04-05")
    first = ticks(three)
    assert [result.ok for result in first] == [True] * 3
    assert lapsed(three) == ENDED
    before = three.head()
    assert ticks(three) == []
    three.clock.now = noon("2026-04-06")
    assert ticks(three) == []
    assert three.head() == before


def test_after_a_month_of_silence_the_dates_are_the_same(three: Practice) -> None:
    three.clock.now = noon("2026-05-20")
    ticks(three)
    assert lapsed(three) == ENDED
    expired = [item for item in three.history() if type(item.event).__name__ == "LotExpired"]
    assert {item.recorded_at.date() for item in expired} == {date(2026, 5, 20)}


def test_a_step_sent_again_is_answered_from_memory(three: Practice) -> None:
    """The read model may lag and name a contract twice: the ids of the steps are derived."""
    three.clock.now = noon("2026-04-05")
    due = ["s-2", "s-2"]
    results = of_contracts(tick(three.commands, three.clinic, lambda *_: due, CLOCK))
    assert len({result.id for result in results}) == 1
    assert lapsed(three) == ENDED[:1]


def test_through_stops_before_the_clock(practice: Practice) -> None:
    practice.opens()
    practice.does("publish_offer", pack(offer="short", term={"weeks": 1}), OPENED)
    for key, offer in (("s-1", "pack"), ("s-2", "short")):
        practice.does("sell_package", sale(key, offer=offer, payment=payment(f"pay-{key}")))
    practice.clock.now = noon("2026-06-01")
    ticks(practice, date(2026, 1, 31))
    assert lapsed(practice) == [("s-2", date(2026, 1, 11))]
    ticks(practice, date(2027, 1, 1))
    assert lapsed(practice) == [("s-2", date(2026, 1, 11)), ("s-1", date(2026, 4, 4))]


def test_two_ticks_at_once_do_everything_once(three: Practice) -> None:
    three.clock.now = noon("2026-04-05")
    with ThreadPoolExecutor(2) as clocks:
        results = list(clocks.map(lambda _: ticks(three), range(2)))
    assert all(result.ok for answer in results for result in answer)
    assert sorted(lapsed(three)) == ENDED
    assert three.commands.store.verify(three.clinic) is None


def test_a_visit_and_a_tick_at_once_leave_nothing_twice(three: Practice) -> None:
    """The visit of the last valid day wins, before or after the expiry is booked."""
    three.clock.now = noon("2026-04-05")
    late = three.line("record_visit", visit("v-9", "2"), "2026-04-04T18:00:00-04:00")
    with ThreadPoolExecutor(2) as both:
        ticking = both.submit(ticks, three)
        row = both.submit(three.send, late).result().data["coverage"][0]
        ticking.result()
    ticks(three)
    assert row["covered"] == "2"
    assert three.remaining("s-2") == "0"


ZONES = [
    # zone, last instant of the last valid day, first of the next: both in UTC
    ("America/New_York", "2026-03-08", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z"),
    ("America/New_York", "2026-11-01", "2026-11-02T04:59:59Z", "2026-11-02T05:00:00Z"),
    ("Europe/Berlin", "2026-03-29", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
    ("Asia/Kathmandu", "2026-04-30", "2026-04-30T18:14:59Z", "2026-04-30T18:15:00Z"),
    ("Pacific/Kiritimati", "2026-04-30", "2026-04-30T09:59:59Z", "2026-04-30T10:00:00Z"),
    # Midnight itself is skipped here on the day summer time begins.
    ("America/Santiago", "2026-09-05", "2026-09-06T03:59:59Z", "2026-09-06T04:00:00Z"),
]


@pytest.fixture(params=ZONES, ids=[f"{row[0]}-{row[1]}" for row in ZONES])
def ending(practice: Practice, request: pytest.FixtureRequest) -> tuple[Practice, str, str]:
    """A pack that ends on a special day somewhere; the last instant of it and the one after."""
    zone, day, last, next_ = request.param
    practice.clock.now = noon("2026-12-31")
    practice.does("define_clinic", {"name": "G", "currency": "USD", "timezone": zone}, OPENED)
    practice.does("define_service", massage(), OPENED)
    practice.does("publish_offer", pack(term={"days": 1}), OPENED)
    practice.does("sell_package", sale(starts=day, payment=payment()))
    return practice, last, next_


def test_the_last_valid_day_ends_at_local_midnight(ending: tuple[Practice, str, str]) -> None:
    practice, last, next_ = ending
    rows = [
        practice.does("record_visit", visit(f"v-{at}".replace(":", ".")), at).data["coverage"][0]
        for at in (last, next_)
    ]
    assert [row["covered"] for row in rows] == ["1", "0"]
    assert rows[1]["reason"] == "expired"
    practice.clock.now = datetime.fromisoformat(last)
    assert ticks(practice) == []
    practice.clock.now = datetime.fromisoformat(next_)
    assert [result.ok for result in ticks(practice)] == [True]
    [expired] = [item for item in practice.history() if type(item.event).__name__ == "LotExpired"]
    assert expired.effective_at == datetime.fromisoformat(last)


def test_half_past_eleven_at_night_is_still_that_day(practice: Practice) -> None:
    """In UTC it is the day after."""
    practice.opens().sells()
    answer = practice.does("record_visit", visit(), "2026-04-04T23:30:00-04:00")
    assert answer.data["coverage"][0]["covered"] == "1"
    assert practice.history()[-1].effective_on == date(2026, 4, 4)
    same = practice.does("record_visit", visit("v-2"), "2026-04-05T03:30:00Z")
    assert same.data["coverage"][0]["covered"] == "1"
