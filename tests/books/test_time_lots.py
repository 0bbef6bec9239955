"""What the close accrues of lots that time earns: one obligation for each (accounting.md 6.2)."""

from typing import Any

import pytest

from ledger.calendar import Period
from projections.close.books import Books, Sealed
from tests.books.stories import Happened, chunk_of
from tests.books.test_stories import sealed
from tests.support.alterations import Altered
from tests.support.club import MASSAGE, SAUNA

Accrued = tuple[str, str, str, int]


def accrued(club: Altered, *months: int, closed: Sealed | None = None) -> list[Accrued]:
    """The closing entries of these months of 2026: id, liability, revenue, amount."""
    events = [Happened(item.effective_on, item.event, item.stream) for item in club.history]
    with Books("glow", len(events), [closed] if closed else []) as books:
        books.load([chunk_of(events)])
        books.settle()
        books.close_now(Period(2026, max(months)))
        entries = [entry for entry in books.entries() if entry.closing]
    return [
        (entry.entry, debit.account, credit.account, debit.debit)
        for entry in entries
        if entry.posting_date.month in months
        for debit, credit in [entry.lines]
    ]


def club(policies: dict[str, Any] | None = None, **offer: Any) -> Altered:
    made = Altered({"escheat": "exempt"} | (policies or {}))
    made.offers(**offer)
    return made


def test_each_cycle_accrues_its_own_lots_once_it_is_paid() -> None:
    made = club()
    made.joins("01-15", paid=12000)
    made.passes("02-15")
    made.pay("02-20", 12000)
    made.passes("03-15")
    assert accrued(made, 1, 2, 3) == [
        ("c-2026-01-14-s-1-sauna.1", "2110", "4010", 3760),
        ("c-2026-02-14-s-1-sauna.1", "2110", "4010", 3097),
        # paid five days late: its time is spread over what is left of the cycle, 23 days
        ("c-2026-02-14-s-1-sauna.2", "2110", "4010", 2683),
        ("c-2026-03-14-s-1-sauna.2", "2110", "4010", 4174),
    ]


def test_an_unpaid_cycle_accrues_nothing() -> None:
    made = club()
    made.joins("01-15")
    made.pay("01-15", 5000)
    assert accrued(made, 1) == []


@pytest.mark.parametrize(
    ("commitment", "amounts"), [({}, [2100, 1000]), ({"commitment_cycles": 2}, [1103, 1472, 525])]
)
def test_a_joining_fee_is_spread_over_the_commitment_in_a_row_of_its_own(
    commitment: dict[str, Any], amounts: list[int]
) -> None:
    """31.00 over 31 days, or over the 59 days of two cycles (5.8)."""
    made = club(billing={"setup_fee": 3100, **commitment})
    made.joins("01-11", paid=15100)
    rows = [row for row in accrued(made, 1, 2, 3) if "setup_fee" in row[0]]
    assert [row[3] for row in rows] == amounts
    assert rows[0] == ("c-2026-01-15-s-1-setup_fee.1", "2140", "4010", amounts[0])


def test_a_ratable_quota_is_earned_by_day_and_its_use_posts_nothing() -> None:
    made = club({"quota_membership": "ratable"})
    made.joins("01-15", paid=12000)
    made.visit("01-20", "v-1", "massage")
    assert accrued(made, 1) == [
        ("c-2026-01-14-s-1-massage.1", "2110", "4010", 2820),
        ("c-2026-01-14-s-1-sauna.1", "2110", "4010", 3760),
    ]
    assert "4000" not in made.accounts()


def test_a_standing_discount_is_a_right_earned_by_day() -> None:
    """Rights of 900 beside 6,000 of massage, for 30 days (5.5)."""
    made = Altered()
    always = {"kind": "discount", "line": "always", "percent": 5, "ssp": 900}
    made.publish("card", 6900, [MASSAGE, always], term={"days": 30})
    made.sell(
        "01-17",
        "card",
        payment={"payment": "pay-1", "amount": 6900, "tender": "cash"},
    )
    assert accrued(made, 1) == [("c-2026-01-14-s-1-always.1", "2130", "4010", 450)]


def test_time_that_stands_still_earns_nothing_and_lasts_longer() -> None:
    """Ten days of January frozen: 7 of the cycle's 31 days are earned in it (6.4)."""
    made = club(lines=[SAUNA], price=3100)
    made.joins("01-15", paid=3100)
    made.pause("01-16", "01-20", "01-30", mode="stop_clock")
    made.passes("03-01")
    assert accrued(made, 1, 2) == [
        ("c-2026-01-14-s-1-sauna.1", "2110", "4010", 700),
        ("c-2026-02-14-s-1-sauna.1", "2110", "4010", 2400),
    ]


def test_a_pause_that_is_told_late_gives_back_what_a_closed_month_accrued() -> None:
    """One entry for the closed month, posted late and tagged (6.2, 14.2)."""
    made = club(lines=[SAUNA], price=3100)
    made.joins("01-15", paid=3100)
    cut = len(made.history)
    made.pause("02-03", "01-20", "01-30", mode="stop_clock")
    assert accrued(made, 2, closed=sealed(Period(2026, 1), cut)) == [
        ("c-2026-02-14-s-1-sauna.1-2026-01", "4010", "2110", 1000),
        ("c-2026-02-14-s-1-sauna.1", "2110", "4010", 2400),
    ]
