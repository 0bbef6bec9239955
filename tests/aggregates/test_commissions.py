"""What winning a contract costs: at once, or spread over its days (accounting.md 10.8)."""

from typing import Any

import pytest

from ledger.codes import Code
from tests.support.closed import balances, closed
from tests.support.corrections import Desk

EXPENSE, ASSET = {"6300": 12000, "2000": -12000}, {"1400": 12000, "2000": -12000}
UNITS = [{"kind": "units", "line": "session", "services": ["session"], "quantity": "6"}]


def desk(term: dict[str, int] | None, **policies: Any) -> Desk:
    """A clinic that sells six sessions for 900.00."""
    made = Desk({"escheat": "exempt", **policies})
    made.service("session", 20000)
    made.publish("pack", 90000, UNITS, **({} if term is None else {"term": term}))
    return made


def sold(made: Desk, **more: Any) -> Desk:
    made.sell("01-01", "pack", commission=12000, **more)
    return made


def spread(made: Desk, *months: int) -> list[int]:
    """What each month of 2026 makes of the asset an expense."""
    with closed(made, f"2026-{max(months):02}") as books:
        entries = [entry for entry in books.entries() if entry.rule == "10.8a"]
        for entry in entries:
            assert [line.account for line in entry.lines] == ["6300", "1400"]
            assert entry.lines[0].at.subscription == "s-1"
    by_month = {entry.posting_date.month: entry.lines[0].debit for entry in entries}
    return [by_month.get(month, 0) for month in months]


@pytest.mark.parametrize(
    ("term", "policy", "months", "expected"),
    [
        ({"months": 12}, "expense", None, EXPENSE),
        ({"months": 13}, "expense", None, ASSET),
        ({"months": 12}, "capitalise", None, ASSET),
        ({"months": 3}, "expense", 24, ASSET),
        (None, "expense", 12, EXPENSE),
    ],
)
def test_a_year_or_less_may_be_expensed(
    term: dict[str, int] | None, policy: str, months: int | None, expected: dict[str, int]
) -> None:
    """The expedient of 340-40-25-4; a longer benefit is an asset whatever the policy says."""
    made = sold(desk(term, commissions=policy), commission_months=months)
    assert [entry for entry in made.journal() if entry[1] == "10.8"] == [
        ("01-01", "10.8", expected)
    ]


def test_a_commission_of_a_contract_without_a_term_says_how_long_it_benefits() -> None:
    refused = desk(None).sell("01-01", "pack", commission=12000)
    assert (refused.code, refused.field) == (Code.INVALID, "data.commission_months")
    with pytest.raises(ValueError, match="commission_months"):
        desk(None).sell("01-01", "pack", commission=12000, commission_months=0)


def test_the_asset_is_spread_by_day_over_the_term_paid_or_not() -> None:
    """120.00 over the 730 days of two years: 31, 59 and 90 of them."""
    made = sold(desk({"years": 2}))
    assert spread(made, 1, 2, 3) == [510, 970 - 510, 1479 - 970]
    with closed(made, "2027-12") as books:
        assert balances(books, "2027-12") == {"6300": 12000, "2000": -12000}


def test_the_rest_is_an_expense_on_the_day_the_contract_ends() -> None:
    made = sold(desk({"years": 2}))
    made.pay("01-02", 90000)
    made.refund("02-10")
    assert spread(made, 1, 2, 3) == [510, 12000 - 510, 0]


def test_a_void_ends_it_and_a_partial_refund_does_not() -> None:
    made = sold(desk({"years": 2}))
    made.void("01-20")
    assert spread(made, 1, 2) == [12000, 0]
    partly = sold(desk({"years": 2}))
    partly.pay("01-02", 90000)
    partly.refund("02-10", lines=[{"line": "session", "quantity": "2"}])
    assert spread(partly, 1, 2) == [510, 460]


def test_without_a_commission_nothing_is_said_of_one() -> None:
    made = desk({"months": 12})
    made.sell("01-01", "pack")
    event = made.contract().sold
    assert event is not None
    assert (event.commission, event.commission_to, event.commission_ends) == (0, None, None)
    assert made.journal() == []
