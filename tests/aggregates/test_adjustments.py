"""Manual journals of the accountant: as given, shown apart, never wrong (accounting.md 16)."""

from typing import Any

import pytest

from aggregates import adjusting
from aggregates.books.events import AdjustmentPosted, AdjustmentReversed
from aggregates.books.orders import PostAdjustment
from aggregates.clinic.events import PeriodLocked
from ledger.calendar import Period
from ledger.codes import Code, Refused
from ledger.decider import Decided
from ledger.events import NewEvent
from projections.history.sentences import sentence
from projections.reports.aging import aging
from projections.reports.balances_of_contracts import contract_balances
from projections.reports.breakage import breakage
from projections.reports.liability import liability
from projections.reports.waterfall import waterfall
from tests.support.clinic import DIGEST, Glow, day, parsed, sessions
from tests.support.closed import balances, closed, row_by_row

ACCRUED = (
    {"account": "5000", "debit": 12000, "location": "north"},
    {"account": "2000", "credit": 12000},
)


def post(glow: Glow, on: str, *lines: dict[str, Any], **more: Any) -> Any:
    fields = {"adjustment": "adj-1", "lines": lines, "reason": DIGEST, "approver": "bob", **more}
    order = parsed(PostAdjustment, fields)
    named = {line.subscription for line in order.lines if line.subscription is not None}
    contracts = {key: glow.contract(key) for key in named}
    context = glow.context(on, "accountant")
    return glow.take(
        context,
        adjusting.post_adjustment(
            context, order, glow.state("books"), glow.state("clinic"), contracts
        ),
    )


def sold() -> Glow:
    """Six sessions for 900.00, one used."""
    glow = sessions(90000, 6)
    glow.sell("01-05", "six", tax=5400)
    glow.pay("01-05", 95400, fee=2000)
    glow.visit("01-12", "v1", "session")
    return glow


def test_lines_are_posted_as_they_are_given() -> None:
    glow = sold()
    assert post(glow, "01-20", *ACCRUED) == {"adjustment": "adj-1"}
    entry = row_by_row(glow)[-1]
    assert (entry.rule, entry.posting_date, entry.event and entry.event.stream) == (
        "adj",
        day("01-20"),
        "glow/books",
    )
    assert [(line.account, line.debit, line.credit, line.at.location) for line in entry.lines] == [
        ("5000", 12000, 0, "north"),
        ("2000", 0, 12000, None),
    ]


def test_it_is_reversed_on_the_first_day_of_the_next_period() -> None:
    glow = sold()
    post(glow, "01-20", *ACCRUED, auto_reverse=True)
    assert glow.journal()[-2:] == [
        ("01-20", "adj", {"5000": 12000, "2000": -12000}),
        ("02-01", "adj", {"2000": 12000, "5000": -12000}),
    ]
    with closed(glow, "2026-01") as books:
        assert balances(books, "2026-01")["5000"] == 12000
    with closed(glow, "2026-02") as books:
        assert "5000" not in balances(books, "2026-02")


def test_lines_of_one_account_stay_apart_where_their_dimensions_do() -> None:
    glow = sold()
    places = [{"account": "6300", "debit": 100, "location": place} for place in ("north", "south")]
    again = {"account": "6300", "debit": 50, "location": "north"}
    post(glow, "01-20", *places, again, {"account": "2000", "credit": 250})
    with closed(glow, "2026-01") as books:
        [entry] = [entry for entry in books.entries() if entry.rule == "adj"]
    assert [(line.at.location, line.debit, line.credit) for line in entry.lines] == [
        ("north", 150, 0),
        ("south", 100, 0),
        (None, 0, 250),
    ]


@pytest.mark.parametrize(
    ("dimensions", "remaining"),
    [
        ({}, 70000),
        ({"subscription": "s-1"}, 70000),
        ({"subscription": "s-1", "line": "session"}, 70000),
    ],
)
def test_what_touches_deferred_revenue_is_a_column_of_its_own(
    dimensions: dict[str, str], remaining: int
) -> None:
    """Also where it names no contract, the identities of a close hold."""
    glow = sold()
    taken = {"account": "2100", "debit": 5000, **dimensions}
    post(glow, "01-20", taken, {"account": "4000", "credit": 5000})
    with closed(glow, "2026-01") as books:
        row = books.rollforward(Period(2026, 1))["2100"]
        moved = ("additions", "recognized_from_additions", "adjustments", "closing")
        assert [row[column] for column in moved] == [90000, -15000, -5000, remaining]
        assert balances(books, "2026-01")["2100"] == -remaining


def test_a_contract_whose_liability_falls_below_nothing_is_presented_as_an_asset() -> None:
    glow = sold()
    taken = {"account": "2100", "debit": 80000, "subscription": "s-1", "line": "session"}
    post(glow, "01-20", taken, {"account": "4000", "credit": 80000})
    with closed(glow, "2026-01") as books:
        assert balances(books, "2026-01")["1120"] == 5000
        assert "2100" not in balances(books, "2026-01")


def test_a_correction_of_the_processor_s_account_stands_in_its_reconciliation() -> None:
    glow = sold()
    fee = ({"account": "6100", "debit": 35}, {"account": "1020", "credit": 35})
    post(glow, "01-20", *fee, auto_reverse=True)
    with closed(glow, "2026-01") as books:
        assert balances(books, "2026-01")["1020"] == 95400 - 2000 - 35
    with closed(glow, "2026-02") as books:
        assert balances(books, "2026-02")["1020"] == 95400 - 2000


GOOD = ({"account": "5000", "debit": 1}, {"account": "2000", "credit": 1})


@pytest.mark.parametrize(
    ("lines", "more", "problems"),
    [
        ((), {}, [("invalid", "data.lines")]),
        (({"account": "5999", "debit": 1}, GOOD[1]), {}, [("invalid", "data.lines[0].account")]),
        (({"account": "6990", "debit": 1}, GOOD[1]), {}, [("invalid", "data.lines[0].account")]),
        ((*GOOD, {"account": "5000"}), {}, [("invalid", "data.lines[2]")]),
        (
            (GOOD[0], {"account": "2000", "debit": 1, "credit": 2}),
            {},
            [("invalid", "data.lines[1]")],
        ),
        (
            ({"account": "5000", "debit": 1, "line": "session"}, GOOD[1]),
            {},
            [("invalid", "data.lines[0].line")],
        ),
        (
            ({"account": "2100", "debit": 1, "subscription": "s-1", "line": "x"}, GOOD[1]),
            {},
            [("invalid", "data.lines[0].line")],
        ),
        (
            ({"account": "2100", "debit": 1, "subscription": "s-9"}, GOOD[1]),
            {},
            [("unknown_subscription", "data.lines[0].subscription")],
        ),
        (GOOD[:1], {}, [("amount_mismatch", "data.lines")]),
        (GOOD, {"approver": None}, [("approval_required", "data.approver")]),
        (GOOD, {"approver": "amy"}, [("approval_required", "data.approver")]),
        (
            ({"account": "1", "debit": 1, "credit": 3}, {"account": "2"}),
            {"approver": None},
            [
                ("invalid", "data.lines[0].account"),
                ("invalid", "data.lines[0]"),
                ("invalid", "data.lines[1].account"),
                ("invalid", "data.lines[1]"),
                ("amount_mismatch", "data.lines"),
                ("approval_required", "data.approver"),
            ],
        ),
    ],
)
def test_everything_that_is_wrong_is_told(
    lines: tuple[dict[str, Any], ...], more: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    refusal = post(sold(), "01-20", *lines, **more)
    assert isinstance(refusal, Refused)
    told = [(item["code"], item["field"]) for item in refusal.details["problems"]]
    assert told == problems
    assert (refusal.code.value, refusal.field) == problems[0]


def test_an_id_is_posted_once() -> None:
    glow = sold()
    post(glow, "01-20", *ACCRUED)
    assert post(glow, "01-21", *ACCRUED).code is Code.DUPLICATE


def test_a_closed_period_takes_none() -> None:
    glow = sold()
    lock = NewEvent("glow/clinic", PeriodLocked(period="2026-01", version=1, cut=9))
    glow.take(glow.context("02-03"), Decided((lock,)))
    refusal = post(glow, "01-31", *ACCRUED)
    assert (refusal.code, refusal.field) == (Code.PERIOD_CLOSED, "at")
    assert post(glow, "02-01", *ACCRUED) == {"adjustment": "adj-1"}


def test_it_reads_as_a_sentence() -> None:
    glow = sold()
    post(glow, "01-20", *ACCRUED, auto_reverse=True)
    told = [sentence(item.event, "USD") for item in glow.history[-2:]]
    assert told == [
        "Manual journal adj-1 of $120.00 on 5000, 2000, to be reversed",
        "Manual journal adj-1 reversed",
    ]
    assert [type(item.event) for item in glow.history[-2:]] == [
        AdjustmentPosted,
        AdjustmentReversed,
    ]


def test_reports_still_add_up_to_the_books() -> None:
    glow = sold()
    lines = ({"account": "2100", "debit": 5000}, {"account": "1100", "debit": 700})
    post(glow, "01-20", *lines, {"account": "4000", "credit": 5700})
    taken = {"account": "2100", "debit": 900, "subscription": "s-1", "line": "session"}
    post(glow, "01-21", taken, {"account": "4000", "credit": 900}, adjustment="adj-2")
    with closed(glow, "2026-01") as books:
        on = day("01-31")
        found = balances(books, "2026-01")
        listed = liability(books, {}, on)
        assert sum(row["amount"] for row in listed) == -found["2100"] == 69100
        assert {row["subscription"] for row in listed} == {None, "s-1"}
        assert sum(row["remaining"] for row in waterfall(books, on)["rows"]) == 69100
        assert sum(row["remaining"] for row in breakage(books, {}, on)) == 69100
        assert sum(row["amount"] for row in aging(books, {}, on)) == found["1100"] == 700
        assert contract_balances(books, day("01-01"), on)["receivable"]["closing"] == 700
