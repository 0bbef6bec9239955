"""What the practice looks after: use, what expires, what renews (interfaces.md 6)."""

from typing import Any

import pytest

from ledger.calendar import Period
from projections.balances.report import presented
from projections.operations.expiring import expiring
from projections.operations.renewals import renewals
from projections.operations.usage import counted, usage
from projections.operations.utilization import utilization
from tests.support.alterations import Altered
from tests.support.clinic import day, sessions
from tests.support.club import MASSAGE
from tests.support.corrections import Desk

NOTICES = {"before_expiry_days": [10, 3], "before_renewal_days": [7]}


def states(club: Altered, on: str, *keys: str) -> list[Any]:
    """The contracts at the end of a day."""
    return [presented("glow", club.contract(key), day(on)).state for key in keys or ("s-1",)]


@pytest.fixture
def club() -> Altered:
    """A membership from 15 January, and two packs of two massages and of the lounge."""
    made = Altered()
    made.offers(notices=NOTICES)
    lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 9000}
    packed: list[dict[str, Any]] = [{**MASSAGE, "quantity": "2"}, lounge]
    made.publish("pack", 20000, packed, term={"days": 30}, grace_days=2, notices=NOTICES)
    made.joins("01-15", paid=12000)
    for key, patient in (("s-2", "p-2"), ("s-3", "p-3")):
        paid = {"payment": f"pay-{key}", "amount": 20000, "tender": "cash"}
        made.sell("01-20", "pack", subscription=key, patient=patient, payment=paid)
    made.visit("01-22", "v-1", "massage", patient="p-2")
    return made


def test_use_is_added_up_over_the_contracts_of_an_offer(club: Altered) -> None:
    rows = utilization(states(club, "01-31", "s-1", "s-2", "s-3"), day("01-31"))
    shown = {(row["offer"], row["line"]): tuple(row.values())[2:] for row in rows}
    assert shown == {
        ("pack", "lounge"): (None, "0", "0", "0", None, None),
        ("pack", "massage"): ("4", "1", "0", "0", "3", "0.25"),
        ("silver", "massage"): ("1", "0", "0", "0", "1", "0"),
        ("silver", "sauna"): (None, "0", "0", "0", None, None),
    }


def test_units_that_went_to_another_contract_count_there() -> None:
    desk = Desk()
    sessions(90000, 6, clinic=desk, transferable=True)
    desk.sell("01-05", "six", payment={"payment": "pay-1", "amount": 90000, "tender": "cash"})
    desk.visit("01-08", "v-1", "session")
    desk.transfer("01-10", "2")
    contracts = [
        presented("glow", desk.contract(key), day("01-31")).state for key in ("s-1", "s-2")
    ]
    [row] = utilization(contracts, day("01-31"))
    assert tuple(row.values()) == ("six", "session", "6", "1", "0", "0", "5", "0.1667")
    assert usage([lot for state in contracts for lot in counted(state)]).row()["granted"] == "6"


def test_what_has_lapsed_counts_as_expired_before_tick_says_so(club: Altered) -> None:
    on = "02-28"
    rows = utilization(states(club, on, "s-2", "s-3"), day(on))
    [massage] = [row for row in rows if row["line"] == "massage"]
    assert (massage["expired"], massage["remaining"], massage["rate"]) == ("3", "0", "0.25")


def test_what_is_left_expires_soonest_first_with_its_notices(club: Altered) -> None:
    club.log("02-09", "m-1", "expiry", subscription="s-2")
    rows = expiring(states(club, "02-10", "s-3", "s-2", "s-1"), day("02-10"))
    assert [(row["subscription"], row["grant"], row["expires"]) for row in rows] == [
        ("s-1", "massage.1", "2026-02-14"),
        ("s-2", "massage.1", "2026-02-18"),
        ("s-3", "massage.1", "2026-02-18"),
    ]
    assert rows[1] == {
        "patient": "p-2",
        "subscription": "s-2",
        "line": "massage",
        "grant": "massage.1",
        "remaining": "1",
        "expires": "2026-02-18",
        "deferred": rows[1]["deferred"],
        "notices": [
            {"days": 10, "due": "2026-02-10", "sent": None},
            {"days": 3, "due": "2026-02-17", "sent": None},
        ],
    }


def test_a_notice_counts_from_its_day_on_unless_it_failed(club: Altered) -> None:
    club.log("02-11", "m-1", "expiry", subscription="s-2")
    club.log("02-11", "m-2", "expiry", subscription="s-3", status="bounced")
    rows = expiring(states(club, "02-12", "s-2", "s-3"), day("02-12"))
    assert [[notice["sent"] for notice in row["notices"]] for row in rows] == [
        ["m-1", None],
        [None, None],
    ]


def test_a_period_shows_what_expires_in_it(club: Altered) -> None:
    contracts = states(club, "02-01", "s-1", "s-2")
    assert len(expiring(contracts, day("02-01"), Period(2026, 2))) == 2
    assert expiring(contracts, day("02-01"), Period(2026, 3)) == []


@pytest.mark.parametrize(
    ("on", "rows"),
    [
        ("01-31", [("2026-02-15", 12000, "upcoming")]),
        ("02-15", [("2026-02-15", 12000, "due"), ("2026-03-15", 12000, "upcoming")]),
        ("02-20", [("2026-02-15", 12000, "past_due"), ("2026-03-15", 12000, "upcoming")]),
    ],
)
def test_cycles_come_fall_due_and_are_overdue(
    club: Altered, on: str, rows: list[tuple[str, int, str]]
) -> None:
    found = renewals(states(club, on), day(on))
    assert [(row["due"], row["amount"], row["status"]) for row in found] == rows
    assert {row["offer"] for row in found} == {"silver"}


def test_a_notice_of_renewal_is_promised_before_it(club: Altered) -> None:
    club.log("02-09", "m-1", "renewal")
    [row] = renewals(states(club, "02-10"), day("02-10"))
    assert row["notices"] == [{"days": 7, "due": "2026-02-08", "sent": "m-1"}]


def test_paid_ahead_paused_and_ending(club: Altered) -> None:
    club.pay("02-01", 12000)
    assert [row["status"] for row in renewals(states(club, "02-01"), day("02-01"))] == ["paid"]
    other = Altered()
    other.offers()
    other.joins("01-15", paid=12000)
    other.pause("01-20", "01-20")
    [row] = renewals(states(other, "01-31"), day("01-31"))
    assert (row["status"], row["due"], row["amount"]) == ("paused", None, 12000)
    other.resume("02-01")
    other.cancel("02-02", "period_end")
    [row] = renewals(states(other, "02-03"), day("02-03"))
    assert (row["status"], row["due"]) == ("ending", "2026-02-27")
    assert renewals(states(other, "03-31"), day("03-31")) == []


def test_another_plan_renews_at_its_own_price(club: Altered) -> None:
    club.gold()
    club.change_plan("01-20", "gold", "next_cycle")
    [row] = renewals(states(club, "01-31"), day("01-31"), Period(2026, 2))
    assert (row["offer"], row["amount"], row["due"]) == ("gold", 20000, "2026-02-15")
