"""Instalments that hold interest: a significant financing component (accounting.md 10.6, row 46).

Six sessions for 1,210.00, all of it due after two years at 10 %, are worth 1,000.00.
"""

from typing import Any

import pytest

from aggregates.subscription.events import InstalmentDue, PackageSold
from ledger.codes import Code
from projections.balances.report import payment_status
from projections.close.books import Books
from tests.support.alterations import Altered
from tests.support.clinic import Glow, day, sessions
from tests.support.closed import balances, closed
from tests.support.corrections import Desk

LATE = [{"due": "2028-01-01", "amount": 121000}]
#: 24 payments of 50.00, the first with the sale.
MONTHLY = [{"due": f"+{n}m", "amount": 5000} for n in range(24)]


class Clinic(Altered, Desk):
    """Sales, corrections and time."""


def financed(instalments: list[dict[str, Any]] = LATE, price: int = 121000, **more: Any) -> Clinic:
    """A sale on 1 January 2026 whose price is paid over time."""
    made = Clinic({"escheat": "exempt", "draw_before_payment": True} | more.pop("policies", {}))
    billing = {"kind": "plan", "instalments": instalments, "cancellable": False}
    term = more.pop("term", {"years": 3})
    glow: Glow = sessions(price, 6, clinic=made, billing=billing, term=term)
    answer = glow.sell("01-01", "six", **{"discount_rate": "0.10"} | more)
    assert answer["owed"] == price + more.get("tax", 0)
    return made


def interest(books: Books, year: str) -> dict[str, int]:
    """What row 46 posts by month of a year."""
    return {
        entry.period[5:]: line.debit - line.credit
        for entry in books.entries()
        for line in entry.lines
        if (entry.rule, line.account) == ("46", "1110") and entry.period.startswith(year)
    }


def test_the_price_is_what_the_instalments_are_worth_today() -> None:
    made = financed()
    [sold] = made.events(PackageSold)
    assert (sold.price, sum(line.allocated for line in sold.lines)) == (100000, 100000)
    assert sold.financing is not None
    assert (sold.financing.months, sold.financing.interest) == (12, 21000)
    assert [(span.starts, span.ends, span.interest) for span in sold.financing.spans] == [
        (day("2026-01-01"), day("2027-01-01"), 10000),
        (day("2027-01-01"), day("2028-01-01"), 11000),
    ]


def test_revenue_is_the_price_and_interest_is_earned_by_day_beside_it() -> None:
    """31, 59 and 90 of 365 days of 100.00."""
    made = financed()
    made.visit("01-12", "v1", "session:3")
    with closed(made, "2026-03") as books:
        assert interest(books, "2026") == {"01": 849, "02": 1616 - 849, "03": 2466 - 1616}
        found = balances(books, "2026-03")
    assert found == {"1110": 2466, "1120": 50000, "4000": -50000, "4800": -2466}


def test_interest_is_billed_with_the_instalment_that_holds_it() -> None:
    made = financed()
    made.passes("2028-01-02")
    assert made.journal()[-1] == (
        "01-01",
        "4",
        {"1100": 121000, "2100 session": -100000, "1110": -21000},
    )
    made.pay("2028-01-04", 100000)
    assert payment_status(made.contract(), day("2028-01-04")) == "past_due"
    made.pay("2028-01-05", 21000)
    assert payment_status(made.contract(), day("2028-01-05")) == "paid"
    assert made.contract().owed == 0
    with closed(made, "2028-01") as books:
        found = balances(books, "2028-01")
    assert found == {"1020": 121000, "2100": -100000, "4800": -21000}


def test_each_monthly_instalment_holds_the_interest_that_has_run() -> None:
    """At 10 % a year a month bears 1/120 of what is left."""
    made = financed(MONTHLY, 120000)
    made.passes("2026-04-02")
    left = made.events(PackageSold)[0].price - 5000
    expected = [0]
    for _ in range(3):
        expected.append(round(left / 120))
        left -= 5000 - expected[-1]
    due = made.events(InstalmentDue)
    assert [event.interest for event in due] == expected
    assert all(
        event.amount == event.interest + sum(part.amount for part in event.shares) for event in due
    )


def test_what_is_paid_ahead_settles_interest_that_is_still_to_run() -> None:
    """Paid on the day after the sale: the price is funded, and interest runs on as agreed."""
    made = financed()
    made.pay("01-02", 121000)
    assert made.journal()[-1] == (
        "01-02",
        "6",
        {"1020": 121000, "2100 session": -100000, "1110": -21000},
    )
    assert made.contract().owed == 0
    with closed(made, "2027-12") as books:
        assert balances(books, "2027-12") == {"1020": 121000, "2100": -100000, "4800": -21000}


def test_partial_payments_take_the_interest_of_an_instalment_first() -> None:
    made = financed()
    made.pay("01-02", 20000)
    made.pay("01-03", 2000)
    made.pay("01-04", 99000)
    assert [entry[2] for entry in made.journal() if entry[1] == "6"] == [
        {"1020": 20000, "1110": -20000},
        {"1020": 2000, "1110": -1000, "2100 session": -1000},
        {"1020": 99000, "2100 session": -99000},
    ]


@pytest.mark.parametrize(
    ("last", "cancellable", "rate", "policy", "bears"),
    [
        ("2027-01-02", False, "0.08", "on", True),
        ("2027-01-01", False, "0.08", "on", False),
        ("2027-01-01", False, "0.08", "off", True),
        ("2026-01-01", False, "0.08", "off", False),
        ("2027-01-02", True, "0.08", "on", False),
        ("2027-01-02", False, "0", "on", False),
        ("2027-01-02", False, None, "on", False),
    ],
)
def test_only_what_is_due_for_good_after_a_year_bears_interest(
    last: str, cancellable: bool, rate: str | None, policy: str, bears: bool
) -> None:
    """The expedient of 606-10-32-18 leaves out payment within a year of the service."""
    glow = Glow({"escheat": "exempt", "financing_expedient": policy})
    parts = [{"due": due, "amount": 45000} for due in ("+0d", last)]
    plan = {"kind": "plan", "instalments": parts, "cancellable": cancellable}
    sessions(90000, 6, clinic=glow, billing=plan)
    answer = glow.sell("01-01", "six", **({} if rate is None else {"discount_rate": rate}))
    assert (answer["owed"], answer["price"] < 90000) == (90000, bears)


def test_a_sale_that_is_no_contract_yet_is_not_discounted() -> None:
    glow = Glow()
    plan = {"kind": "plan", "instalments": LATE, "cancellable": False}
    sessions(121000, 6, clinic=glow, billing=plan)
    answer = glow.sell("01-01", "six", discount_rate="0.1", contract_met=False)
    assert (answer.code, answer.field) == (Code.INVALID, "data.discount_rate")


def test_tax_bears_no_interest() -> None:
    made = financed(tax=12100)
    assert made.events(PackageSold)[0].price == 100000
    made.passes("2028-01-02")
    assert made.journal()[-1][2] == {
        "1100": 133100, "2100 session": -100000, "1110": -21000, "2200": -12100,
    }  # fmt: skip


def test_with_the_contract_interest_that_is_not_due_ends() -> None:
    """Cancelled after 90 days with nothing used: the 24.66 that had run are not owed."""
    made = financed()
    made.consent("01-01")
    made.cancel("03-31", "now")
    made.passes("04-02")
    assert made.contract().owed == 0
    with closed(made, "2026-04") as books:
        assert interest(books, "2026") == {"01": 849, "02": 767, "03": -1616}
        assert balances(books, "2026-04") == {}


def test_interest_that_was_due_stays_owed_after_a_refund() -> None:
    made = financed(MONTHLY, 120000)
    made.pay("01-01", 5000)
    made.passes("02-01")
    due = made.events(InstalmentDue)[-1]
    assert made.contract().receivable == 5000
    made.refund("02-10")
    assert made.contract().owed == due.interest
    with closed(made, "2026-03") as books:
        found = balances(books, "2026-03")
    assert (found["1100"], found["4800"]) == (due.interest, -due.interest)
    assert "1110" not in found


def test_interest_ends_where_nothing_of_the_price_is_left_to_pay() -> None:
    """After three months the units lapse: what was never paid is not owed, nor interest on it."""
    made = financed(MONTHLY, 120000, term={"months": 3})
    made.passes("2026-05-02")
    due = made.events(InstalmentDue)
    assert [event.instalment for event in due] == [1, 2, 3]
    billed = sum(event.interest for event in due)
    assert made.contract().owed == billed
    with closed(made, "2026-05") as books:
        found = balances(books, "2026-05")
    assert found == {"1100": billed, "4800": -billed}


def test_a_void_takes_interest_back() -> None:
    made = financed(MONTHLY, 120000)
    made.passes("02-01")
    made.void("02-10")
    with closed(made, "2026-02") as books:
        assert balances(books, "2026-02") == {}


def test_a_write_off_takes_the_interest_that_was_due_with_it() -> None:
    made = financed()
    made.visit("01-12", "v1", "session:6")
    made.passes("2028-01-02")
    made.write_off("2028-02-01", 121000)
    assert made.contract().owed == 0
    with closed(made, "2028-02") as books:
        assert balances(books, "2028-02") == {"6200": 121000, "4000": -100000, "4800": -21000}
