"""`contra_on_open`, and the contract is cancelled before the dispute is closed (8.5, 7.6)."""

from typing import Any

import pytest

from aggregates.dispute.events import DisputeClosed
from aggregates.subscription.standing import standing
from tests.support.alterations import Altered
from tests.support.clinic import day
from tests.support.closed import balances, closed
from tests.support.corrections import Desk

CONTRA = {"escheat": "exempt", "dispute_model": "contra_on_open"}
RECLASS = {"escheat": "exempt"}


class Whole(Altered, Desk):
    """A clinic with every command."""


def lounge(
    policies: dict[str, Any], disputed: int = 36500, clauses: tuple[str, ...] = ("cancellation",)
) -> Whole:
    """A year of access for 365.00, disputed on the fourth day and cancelled on the tenth."""
    glow = Whole(dict(policies))
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 36500, [access], term={"days": 365})
    glow.sell("01-01", "lounge")
    glow.consent("01-01", *clauses)
    glow.pay("01-01", 36500, charge="ch-1")
    glow.dispute("01-04", disputed)
    glow.cancel("01-10")
    return glow


def test_what_a_cancelled_contract_keeps_is_set_off_against_revenue() -> None:
    """361.00 of 365.00 were cleared; 355.00 of it are kept now, and disputed as revenue."""
    glow = lounge(CONTRA)
    assert glow.journal()[-2:] == [
        ("01-10", "20", {"2110 lounge": 35500, "4040": -35500}),
        ("01-10", "37a", {"4910": 35500, "2110 lounge": -35500}),
    ]
    assert standing(glow.lot("lounge"), day("01-10")) == 0
    with closed(glow, "2026-01") as books:
        found = {"4010": -400, "4040": -35500, "4910": 35900}
        assert balances(books, "2026-01") == found


def test_won_the_revenue_comes_back_and_the_days_before_the_end_are_earned() -> None:
    glow = lounge(CONTRA)
    glow.close_dispute("02-10", "won")
    [closing] = glow.events(DisputeClosed)
    assert [share.amount for share in closing.cleared] == [600]
    assert [part.delivered for part in closing.offsets] == [400 + 35500]
    with closed(glow, "2026-02") as books:
        assert balances(books, "2026-02") == {"1020": 36500, "4010": -1000, "4040": -35500}


@pytest.mark.parametrize("disputed", [36500, 18001])
@pytest.mark.parametrize("clauses", [("cancellation",), ("refund",)])
@pytest.mark.parametrize(
    ("outcome", "lost"), [("won", None), ("lost", None), ("lost", 9000), ("withdrawn", None)]
)
def test_both_models_end_alike(
    disputed: int, clauses: tuple[str, ...], outcome: str, lost: int | None
) -> None:
    """Whether what was left is kept or became store credit, and whoever gets the money."""
    ends = []
    for policies in (CONTRA, RECLASS):
        glow = lounge(policies, disputed, clauses)
        if policies is CONTRA:
            with closed(glow, "2026-01") as books:
                assert "2110" not in balances(books, "2026-01")
        glow.close_dispute("02-10", outcome, **({"amount": lost} if lost else {}))
        with closed(glow, "2026-02") as books:
            ends.append(balances(books, "2026-02"))
    assert ends[0] == ends[1]


def test_units_that_wait_are_kept_or_lost_when_the_dispute_is_closed() -> None:
    """The end lets go of nothing that a dispute holds, so that all of it stays cleared."""
    glow = Whole(dict(CONTRA))
    glow.service("peel", 10000)
    line = {"kind": "units", "line": "peel", "services": ["peel"], "quantity": 6}
    glow.publish("six", 60000, [line], term={"months": 3})
    glow.sell("01-01", "six")
    glow.consent("01-01")
    glow.pay("01-01", 60000, charge="ch-1")
    glow.dispute("01-04", 20000)
    glow.cancel("01-10")
    assert glow.journal()[-1][0] == "01-04"
    assert standing(glow.lot("peel"), day("01-10")) == 40000
    glow.close_dispute("02-10", "won")
    with closed(glow, "2026-02") as books:
        assert balances(books, "2026-02") == {"1020": 60000, "4040": -60000}


def test_two_disputes_of_one_line_let_go_of_what_each_had_cleared() -> None:
    """A year of access, paid in halves; both are disputed before the contract is cancelled."""
    glow = Whole(dict(CONTRA))
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 36500, [access], term={"days": 365})
    glow.sell("01-01", "lounge")
    glow.consent("01-01")
    glow.pay("01-01", 18250, payment="pay-1", charge="ch-1")
    glow.pay("01-01", 18250, payment="pay-2", charge="ch-2")
    glow.dispute("01-04", 18250, dispute="d-1", charge="ch-1")
    glow.dispute("01-05", 18250, dispute="d-2", charge="ch-2")
    glow.cancel("01-10")
    with closed(glow, "2026-01") as books:
        assert "2110" not in balances(books, "2026-01")
    glow.close_dispute("02-10", "won", dispute="d-1")
    with closed(glow, "2026-02") as books:
        assert "2110" not in balances(books, "2026-02")
    glow.close_dispute("02-11", "won", dispute="d-2")
    with closed(glow, "2026-02") as books:
        assert balances(books, "2026-02") == {"1020": 36500, "4010": -1000, "4040": -35500}


def test_a_part_payment_of_a_cycle_never_granted_is_disputed_as_revenue() -> None:
    """Half of the second cycle was paid in advance and is disputed; cancelled it is store
    credit all the same, as under the other model.
    """
    ends = []
    for policies in (CONTRA, RECLASS):
        glow = Whole(dict(policies))
        glow.offers("silver", 12000)
        glow.sell("01-05", "silver")
        glow.consent("01-05")
        glow.pay("01-05", 12000, payment="pay-1", charge="ch-1")
        glow.passes("02-05")
        glow.pay("02-05", 6000, payment="pay-2", charge="ch-2")
        glow.dispute("02-06", 6000, charge="ch-2")
        glow.cancel("02-10")
        glow.close_dispute("02-20", "lost")
        with closed(glow, "2026-03") as books:
            ends.append(balances(books, "2026-03"))
    assert ends[0] == ends[1]


def test_what_a_change_of_plan_carried_away_is_let_go_of_with_the_new_lines() -> None:
    """A month of access and two massages for 180.00, disputed on the fourth day; a dearer plan
    follows, and the contract is cancelled: nothing of either plan stays in the liability.
    """
    lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 12000}
    ends = []
    for policies in (CONTRA, RECLASS):
        glow = Whole(dict(policies))
        glow.offers("silver", 12000, lines=[lounge])
        glow.gold()
        glow.sell("01-05", "silver")
        glow.consent("01-05")
        glow.pay("01-05", 12000, charge="ch-1")
        glow.change_plan("01-06", "gold", "2026-01-12", proration="none")
        glow.dispute("01-08", 12000, charge="ch-1")
        glow.passes("01-14")
        glow.cancel("01-20")
        with closed(glow, "2026-01") as books:
            found = balances(books, "2026-01")
            assert "2110" not in found or policies is RECLASS
        glow.close_dispute("02-10", "lost")
        with closed(glow, "2026-02") as books:
            ends.append(balances(books, "2026-02"))
    assert ends[0] == ends[1]
