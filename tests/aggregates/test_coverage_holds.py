"""Holds for booked visits, and contracts shared in a family (interfaces.md 7.10)."""

from typing import Any

import pytest

from aggregates.patient.events import SubscriptionShared
from aggregates.subscription.correction_events import MemberAdded, MemberRemoved
from ledger.codes import Code, Refused
from ledger.decider import Decided
from ledger.events import Event, NewEvent
from tests.support.clinic import Glow, consent, counts, day, sessions
from tests.support.holds import hold, release


def six(**more: Any) -> Glow:
    glow = sessions(60000, 6, each=12000, **more)
    glow.sell("01-05", "six", consent=consent())
    glow.pay("01-05", 60000)
    return glow


def state(glow: Glow) -> list[str]:
    """Remaining, reserved, free."""
    lot = glow.lot()
    return counts(lot.remaining, lot.reserved, lot.free)


def test_held_units_wait_for_the_booked_visit_and_are_consumed_by_it() -> None:
    glow = six()
    part = {"subscription": "s-1", "line": "session", "grant": "session.1", "quantity": "2"}
    held = {"line": "1", "service": "session", "quantity": "2", "lots": [part]}
    assert hold(glow, "01-06", "b-1", "02-01", "session:2") == {"booking": "b-1", "held": [held]}
    assert state(glow) == ["6", "2", "4"]
    assert glow.visit("01-07", "v1", "session:5")[0]["covered"] == "4"
    [row] = glow.visit("01-08", "v2", "session")
    assert (row["covered"], row["reason"]) == ("0", "held")
    [row] = glow.visit("02-01", "v3", "session:2", booking="b-1")
    assert (row["covered"], row["prepaid"]) == ("2", 20000)
    assert state(glow) == ["0", "0", "0"]
    assert glow.contract().holds == {}


def test_a_released_or_consumed_hold_is_released_only_once() -> None:
    glow = six()
    hold(glow, "01-06", "b-1", "02-01", "session:2")
    assert release(glow, "01-07", "b-1") == {"booking": "b-1", "released": True}
    assert state(glow) == ["6", "0", "6"]
    known = len(glow.history)
    assert release(glow, "01-07", "b-1") == {"booking": "b-1", "released": False}
    hold(glow, "01-08", "b-2", "02-01", "session")
    glow.visit("02-01", "v1", "session", booking="b-2")
    assert release(glow, "02-02", "b-2")["released"] is False
    assert len(glow.history) == known + 5
    assert release(glow, "02-02", "b-9").code is Code.INVALID


def test_a_visit_that_uses_less_frees_the_rest() -> None:
    glow = six()
    hold(glow, "01-06", "b-1", "02-01", "session:4")
    glow.visit("02-01", "v1", "session", booking="b-1")
    assert state(glow) == ["5", "0", "5"]


def test_a_booked_visit_that_is_missed_and_not_counted_frees_its_units() -> None:
    glow = six(no_show_consumes=False)
    hold(glow, "01-06", "b-1", "02-01", "session:4")
    [row] = glow.visit("02-01", "v1", "session:4", booking="b-1", status="no_show")
    assert (row["reason"], state(glow)) == ("no_show", ["6", "0", "6"])


def test_its_own_held_lots_come_first() -> None:
    glow = six(term={"months": 6})
    sessions(10000, 1, clinic=glow, offer="soon", each=12000, term={"months": 1})
    hold(glow, "01-06", "b-1", "02-01", "session")
    glow.sell("01-07", "soon", subscription="s-2")
    glow.pay("01-07", 10000, subscription="s-2")
    glow.visit("01-20", "v0", "session")
    [row] = glow.visit("02-01", "v1", "session", booking="b-1", prefer=["s-2"])
    assert row["draws"][0]["subscription"] == "s-1"


def test_a_hold_asks_for_all_of_it() -> None:
    glow = six()
    before = len(glow.history)
    answer = hold(glow, "01-06", "b-1", "02-01", "session:4", "session:3")
    assert (answer.code, answer.field) == (Code.NOT_ENOUGH_UNITS, "data.lines[1].quantity")
    assert len(glow.history) == before
    hold(glow, "01-06", "b-1", "02-01", "session:6")
    assert hold(glow, "01-06", "b-1", "02-02", "session").code is Code.DUPLICATE
    assert hold(glow, "01-06", "b-2", "02-01", "session").code is Code.HELD
    release(glow, "01-06", "b-1")
    assert not isinstance(hold(glow, "01-06", "b-1", "02-02", "session"), Refused)


@pytest.mark.parametrize(
    ("booked_for", "service", "code"),
    [
        ("01-04", "session", Code.NOT_STARTED),
        ("04-05", "session", Code.EXPIRED),
        ("02-01", "facial", Code.NOT_COVERED),
        ("02-01", "surf", Code.UNKNOWN_SERVICE),
    ],
)
def test_what_cannot_be_held(booked_for: str, service: str, code: Code) -> None:
    """The day that counts is that of the visit, not of the booking."""
    glow = six()
    glow.service("facial", 9000)
    assert hold(glow, "01-05", "b-1", booked_for, service).code is code


def test_no_more_is_held_than_was_paid_for() -> None:
    glow = sessions(60000, 6, each=12000)
    glow.sell("01-05", "six")
    glow.pay("01-05", 20000)
    for booking in ("b-1", "b-2"):
        assert not isinstance(hold(glow, "01-06", booking, "02-01", "session"), Refused)
    assert hold(glow, "01-06", "b-3", "02-01", "session").code is Code.UNPAID
    assert glow.visit("01-07", "v1", "session")[0]["reason"] == "unpaid"
    assert glow.visit("02-01", "v2", "session", booking="b-1")[0]["covered"] == "1"


def test_held_units_expire_with_their_lot_and_come_back_for_a_late_visit() -> None:
    glow = six()
    hold(glow, "01-06", "b-1", "04-04", "session:2")
    assert glow.tick("04-05") == {"expired": ["session.1"]}
    assert (state(glow), glow.contract().holds) == (["0", "0", "0"], {})
    assert counts(glow.lot().expired) == ["6"]
    assert glow.visit("04-04", "v1", "session:2", booking="b-1")[0]["covered"] == "2"
    assert release(glow, "04-06", "b-1")["released"] is False


def test_a_hold_on_an_unlimited_line_uses_up_its_cap() -> None:
    glow = Glow()
    glow.service("sauna", 3000)
    line: dict[str, Any] = {"kind": "unlimited", "line": "sauna", "services": ["sauna"]}
    line |= {"cap": {"per": "week", "quantity": 1}}
    glow.publish("pass", 9000, [line], term={"months": 3})
    glow.sell("01-05", "pass")
    glow.pay("01-05", 9000)
    hold(glow, "01-06", "b-1", "01-14", "sauna")
    assert hold(glow, "01-06", "b-2", "01-16", "sauna").code is Code.LIMIT_EXCEEDED
    assert glow.visit("01-12", "v1", "sauna")[0]["reason"] == "limit_exceeded"
    assert glow.visit("01-14", "v2", "sauna", booking="b-1")[0]["covered"] == "1"
    assert glow.visit("01-15", "v3", "sauna")[0]["reason"] == "limit_exceeded"


def record(glow: Glow, on: str, kind: str, key: str, event: Event) -> None:
    glow.take(glow.context(on), Decided((NewEvent(f"glow/{kind}/{key}", event),)))


def family(*clauses: str) -> Glow:
    """Six sessions of p-1, shared with p-2."""
    glow = sessions(60000, 6, each=12000, shareable=True)
    glow.sell("01-05", "six", consent=consent(*clauses))
    glow.pay("01-05", 60000)
    record(glow, "01-05", "subscription", "s-1", MemberAdded(patient="p-2"))
    record(glow, "01-05", "patient", "p-2", SubscriptionShared(subscription="s-1"))
    return glow


def test_a_member_draws_from_a_shared_contract() -> None:
    glow = family()
    [row] = glow.visit("01-06", "v1", "session", patient="p-2")
    assert (row["covered"], row["draws"][0]["subscription"]) == ("1", "s-1")
    assert not isinstance(hold(glow, "01-06", "b-1", "02-01", "session", patient="p-2"), Refused)
    assert state(glow) == ["5", "1", "4"]


def test_who_is_no_member_any_more_draws_nothing() -> None:
    glow = family()
    record(glow, "01-06", "subscription", "s-1", MemberRemoved(patient="p-2"))
    [row] = glow.visit("01-07", "v1", "session", patient="p-2")
    assert (row["covered"], row["reason"]) == ("0", "not_covered")


def test_store_credit_of_the_holder_goes_back_with_a_members_unit() -> None:
    glow = family("refund")
    glow.tick("04-05")
    assert glow.state("patient", "p-1").store_credit == 60000
    assert glow.visit("04-01", "v1", "session", patient="p-2")[0]["covered"] == "1"
    assert glow.state("patient", "p-1").store_credit == 50000
    assert glow.state("patient", "p-2").store_credit == 0
    assert glow.contract().deferred(day("04-05")) == 0
