"""Memberships and plans under the clock: once, in order, on the right local days."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from aggregates.subscription.cycle_events import CycleDue
from commands.envelope import Actor, Result
from commands.handling import Commands
from commands.ticking import tick
from tests.commands.practice import OPENED, Practice, massage, payment, sale
from tests.commands.test_tick import of_contracts

CLOCK = Actor(id="clock", role="service")
JOINED = "2026-01-31T10:00:00-05:00"
FEE = 12000
MONTHLY = {"kind": "recurring", "every": "month", "grants": "each_cycle", "retry_days": [3]}
MASSAGE = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "1"}


def silver(**more: Any) -> dict[str, Any]:
    billing = MONTHLY | more.pop("billing", {})
    return {
        "offer": "silver",
        "name": "Silver",
        "price": FEE,
        "lines": [MASSAGE],
        "billing": billing,
    } | more


def opens(practice: Practice, timezone: str = "America/New_York", **more: Any) -> Practice:
    clinic = {"name": "Glow", "currency": "USD", "timezone": timezone}
    practice.does("define_clinic", clinic | {"policies": {"escheat": "exempt"}}, OPENED)
    practice.does("define_service", massage(), OPENED)
    practice.does("publish_offer", silver(**more), OPENED)
    return practice


def joins(practice: Practice, key: str = "s-1", at: str = JOINED, **more: Any) -> None:
    paid = {"payment": payment(f"pay-{key}", FEE, tender="card")}
    practice.does("sell_package", sale(key, offer="silver") | paid | more, at)


def ticks(practice: Practice, now: str | None = None, through: date | None = None) -> list[Result]:
    """A tick that asks every contract of p-1, as the read model would at most name them."""
    if now is not None:
        practice.clock.now = noon(now)
    return of_contracts(
        tick(practice.commands, practice.clinic, of_p1(practice.commands), CLOCK, through)
    )


def of_p1(commands: Commands) -> Callable[[str, date], list[str]]:
    return lambda clinic, _: list(commands.desk(clinic).patient("p-1").subscriptions)


def named(result: Result) -> str:
    """The command of a step, with which its id begins."""
    return str(result.id).partition("-")[0]


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC)


def happened(practice: Practice, after: int) -> list[tuple[str, str]]:
    """The events on contracts after a position, with their dates."""
    return [
        (f"{item.effective_on:%m-%d}", type(item.event).__name__)
        for item in practice.history()
        if item.position > after and "/subscription/" in item.stream
    ]


def test_months_of_downtime_come_back_day_by_day(practice: Practice) -> None:
    """Anchored to 31 January; each step is answered in a line of its own."""
    practice.clock.now = noon("2026-01-31")
    joins(opens(practice))
    before = practice.head()
    results = ticks(practice, "2026-05-02")
    assert [result.ok for result in results] == [True] * len(results)
    assert happened(practice, before) == [
        ("02-27", "LotExpired"),
        ("02-27", "ForfeitureHeld"),
        ("02-28", "CycleDue"),
        ("02-28", "PaymentDue"),
        ("03-03", "PaymentDue"),
        ("03-30", "CycleLapsed"),
        ("03-31", "CycleDue"),
        ("03-31", "PaymentDue"),
        ("04-03", "PaymentDue"),
        ("04-29", "CycleLapsed"),
        ("04-30", "CycleDue"),
        ("04-30", "PaymentDue"),
    ]
    assert ticks(practice) == []


def test_a_tick_every_day_records_the_same(practice: Practice) -> None:
    practice.clock.now = noon("2026-01-31")
    joins(opens(practice))
    before = practice.head()
    for day in ("2026-02-27", "2026-02-28", "2026-03-01", "2026-03-04", "2026-03-31"):
        ticks(practice, day)
        assert ticks(practice) == []
    assert happened(practice, before) == [
        ("02-27", "LotExpired"),
        ("02-27", "ForfeitureHeld"),
        ("02-28", "CycleDue"),
        ("02-28", "PaymentDue"),
        ("03-03", "PaymentDue"),
        ("03-30", "CycleLapsed"),
        ("03-31", "CycleDue"),
        ("03-31", "PaymentDue"),
    ]


def test_steps_go_by_date_then_class_then_subscription(practice: Practice) -> None:
    practice.clock.now = noon("2026-02-10")
    opens(practice)
    for key, at in (("s-3", "02-01"), ("s-1", "02-10"), ("s-2", "02-01")):
        joins(practice, key, f"2026-{at}T10:00:00-05:00")
    results = ticks(practice, "2026-03-12")
    steps = [(named(result), result.events[0]["stream"].rsplit("/", 1)[1]) for result in results]
    assert steps == [
        ("expire", "s-2"),
        ("expire", "s-3"),
        ("renew", "s-2"),
        ("renew", "s-3"),
        ("signal", "s-2"),
        ("signal", "s-3"),
        ("signal", "s-2"),
        ("signal", "s-3"),
        ("expire", "s-1"),
        ("renew", "s-1"),
        ("signal", "s-1"),
    ]


def test_two_ticks_at_once_do_everything_once(practice: Practice) -> None:
    practice.clock.now = noon("2026-01-31")
    opens(practice)
    for key in ("s-1", "s-2", "s-3"):
        joins(practice, key)
    before = practice.head()
    practice.clock.now = noon("2026-04-10")
    with ThreadPoolExecutor(2) as clocks:
        results = list(clocks.map(lambda _: ticks(practice), range(2)))
    assert all(result.ok for answer in results for result in answer)
    told = happened(practice, before)
    assert told.count(("02-28", "CycleDue")) == told.count(("03-30", "CycleLapsed")) == 3
    assert len(told) == 3 * 9
    assert practice.commands.store.verify(practice.clinic) is None
    assert ticks(practice) == []


def test_a_payment_and_a_tick_at_once_make_one_cycle(practice: Practice) -> None:
    practice.clock.now = noon("2026-01-31")
    joins(opens(practice))
    practice.clock.now = noon("2026-02-28")
    paid = payment("pay-2", FEE) | {"subscription": "s-1"}
    line = practice.line("record_payment", paid, "2026-02-28T10:00:00-05:00")
    with ThreadPoolExecutor(2) as both:
        ticking = both.submit(ticks, practice)
        result = both.submit(practice.send, line).result()
        ticking.result()
    assert result.ok
    ticks(practice)
    cycles = practice.commands.desk(practice.clinic).subscription("s-1").cycles
    assert [cycle.status for cycle in cycles.values()] == ["granted", "granted"]


def test_through_stops_at_the_end_of_a_day(practice: Practice) -> None:
    practice.clock.now = noon("2026-01-31")
    joins(opens(practice))
    before = practice.head()
    practice.clock.now = noon("2026-06-01")
    ticks(practice, through=date(2026, 2, 28))
    assert happened(practice, before)[-1] == ("02-28", "PaymentDue")
    ticks(practice, through=date(2026, 3, 30))
    assert happened(practice, before)[-1] == ("03-30", "CycleLapsed")


ZONES = [
    # zone, first day, first day of the second cycle, its first instant
    ("America/New_York", "2026-02-08", "2026-03-08", "2026-03-08T05:00:00Z"),
    ("America/New_York", "2026-10-01", "2026-11-01", "2026-11-01T04:00:00Z"),
    ("Europe/Berlin", "2028-01-29", "2028-02-29", "2028-02-28T23:00:00Z"),
    ("Asia/Kathmandu", "2026-04-30", "2026-05-30", "2026-05-29T18:15:00Z"),
    # Midnight itself is skipped here on the day summer time begins.
    ("America/Santiago", "2026-08-06", "2026-09-06", "2026-09-06T04:00:00Z"),
]


@pytest.mark.parametrize(("zone", "first", "second", "instant"), ZONES)
def test_a_cycle_falls_due_at_local_midnight(
    practice: Practice, zone: str, first: str, second: str, instant: str
) -> None:
    practice.clock.now = noon("2029-01-01")
    opens(practice, zone)
    joins(practice, at=f"{first}T12:00:00Z")
    at = datetime.fromisoformat(instant)
    practice.clock.now = datetime.fromtimestamp(at.timestamp() - 1, UTC)
    assert "renew" not in [named(result) for result in ticks(practice)]
    practice.clock.now = at
    assert [named(result) for result in ticks(practice)] == ["expire", "renew", "signal"]
    [due] = [item for item in practice.history() if isinstance(item.event, CycleDue)]
    assert (due.effective_on, due.effective_at) == (date.fromisoformat(second), at)


def test_instalments_that_cannot_be_cancelled_fall_due(practice: Practice) -> None:
    practice.clock.now = noon("2026-01-31")
    parts = [{"due": due, "amount": 6000} for due in ("+0d", "+1m")]
    plan = {"kind": "plan", "cancellable": False, "instalments": parts}
    opens(practice)
    practice.does("publish_offer", silver() | {"offer": "plan", "billing": plan}, OPENED)
    practice.does("sell_package", sale(offer="plan"), JOINED)
    before = practice.head()
    ticks(practice, "2026-03-01")
    assert happened(practice, before) == [
        ("01-31", "PaymentDue"),
        ("02-28", "InstalmentDue"),
        ("02-28", "PaymentDue"),
    ]
    assert practice.commands.desk(practice.clinic).subscription("s-1").receivable == FEE


def test_people_renew_what_does_not_renew_by_itself(practice: Practice) -> None:
    practice.clock.now = noon("2026-02-10")
    joins(opens(practice, billing={"auto_renew": False}))
    renewed = practice.does("renew", {"subscription": "s-1"}, "2026-02-10T10:00:00-05:00")
    assert renewed.data["cycles"][0]["starts"] == "2026-02-28"
    error = practice.refuses("renew", {"subscription": "s-9"})
    assert error["code"] == "unknown_subscription"


def test_a_failed_payment_is_recorded_once(practice: Practice) -> None:
    practice.clock.now = noon("2026-03-01")
    joins(opens(practice))
    failure = {"subscription": "s-1", "attempt": 1, "amount": FEE, "code": "card_declined"}
    answer = practice.does("record_payment_failure", failure, "2026-02-28T10:00:00-05:00")
    assert answer.data == {"attempt": "1", "cycle": 2}
    error = practice.refuses("record_payment_failure", failure, "2026-02-28T10:00:00-05:00")
    assert (error["code"], error["field"]) == ("duplicate", "data.attempt")
