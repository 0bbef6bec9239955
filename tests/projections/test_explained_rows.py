"""Every row of accounting.md 12 that is posted is explained: formula, inputs, paragraph."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from aggregates.catalog import EVENTS
from aggregates.effects import POSTINGS
from aggregates.estimate.events import EstimateScope, EstimateSet
from ledger.books.entries import Dimensions, Entry, Line
from ledger.books.posting import Posting
from ledger.books.rows import CLOSING_ORDER, ROWS, closing_rank
from ledger.calendar import Period
from ledger.ratios import rounded, share
from projections.close.books import NO_SETTINGS, Books
from projections.explain.closing import closing_working
from projections.explain.estimates import ESTIMATED, estimate_working
from projections.explain.working import Working, working
from projections.journal.settings import SettingsHistory
from tests.books.stories import chunk_of
from tests.support.lives import PACK, START, Life

GOLDEN = Path(__file__).parents[1] / "golden"
TYPES = {kind.__name__: kind for _, _, kind in EVENTS}
DAY = date(2026, 1, 31)
TENTH = EstimateSet(
    estimate="k-1",
    kind="concession",
    scope=EstimateScope(offer="pack"),
    rate="0.1",
    effective=START,
    evidence="0" * 64,
    approver="bo",
)


def test_every_row_is_posted_by_an_event_or_by_a_close() -> None:
    """So that the two tables below leave none out."""
    assert {posting.row for posting in POSTINGS} | set(CLOSING_ORDER) == set(ROWS)


@pytest.mark.parametrize("posting", POSTINGS, ids=lambda one: f"{one.row}-{one.event}")
def test_a_row_of_an_event_names_the_amounts_it_moves(posting: Posting) -> None:
    body = (GOLDEN / f"{posting.event}.v1.json").read_text()
    event = TYPES[posting.event].model_validate_json(body)
    found = working(event, None, DAY, [posting])
    moved = {leg.each or name.lstrip("-") for leg in posting.legs for name in leg.amount}
    said = event.model_dump(mode="json", exclude_none=True)
    assert found.formula != "posts nothing"
    assert set(found.inputs) == moved & said.keys()
    assert found.paragraph == "12.1"


def closing_entry(row: str) -> Entry:
    at = Dimensions(subscription="s-1")
    lines = (Line("2100", 500, 0, at), Line("4000", 0, 500, at))
    return Entry(
        entry=f"c-2026-01-{row}-s-1",
        posting_date=DAY,
        period="2026-01",
        service_date=DAY,
        rule=row,
        lines=lines,
        closing=closing_rank(row),
    )


@pytest.mark.parametrize("row", CLOSING_ORDER)
def test_a_row_of_a_close_names_what_it_is_worked_out_from(row: str) -> None:
    entry = closing_entry(row)
    with Books("glow", 1, []) as books:
        found = (
            estimate_working(books, entry, 500, 1)
            if row in ESTIMATED
            else closing_working(entry, 500, None)
        )
    assert found.formula
    assert found.inputs
    assert found.paragraph[0].isdigit()


@contextmanager
def closed(
    policies: dict[str, Any], settings: SettingsHistory = NO_SETTINGS
) -> Iterator[tuple[Life, Books]]:
    """The contracts of a life, of which PACK is paid later, with January closed."""
    life = Life(policies, paid=True)
    life.take(("visit", "massage", "completed", 0, 0, 0))
    life.take(("days", 26))
    events = life.happened()
    with Books("glow", len(events), [], settings) as books:
        books.load([chunk_of(events)])
        books.close_now(Period(2026, 1))
        yield life, books


def entries_of(books: Books, row: str) -> list[Entry]:
    return [entry for entry in books.entries() if entry.rule == row and entry.closing]


def test_interest_is_worked_out_again_from_its_spans() -> None:
    """Row 46: each span's interest by days, cumulative."""
    with closed({"financing_expedient": "off", "draw_before_payment": True}) as (life, books):
        found = entries_of(books, "46")
        assert found
        for entry in found:
            amount = sum(line.debit for line in entry.lines)
            told = closing_working(entry, amount, life.contracts()[PACK])
            assert (told.paragraph, told.inputs["rate"]) == ("10.6", "0.12")
            assert told.inputs["earned"] == amount
            assert amount == sum(
                rounded(Fraction(span["interest"] * _passed(span, entry.service_date), _days(span)))
                for span in told.inputs["spans"]
            )


def _days(span: dict[str, str]) -> int:
    return (date.fromisoformat(span["ends"]) - date.fromisoformat(span["starts"])).days


def _passed(span: dict[str, str], through: date) -> int:
    return min((through - date.fromisoformat(span["starts"])).days + 1, _days(span))


def test_a_concession_is_worked_out_again_from_the_price() -> None:
    """Row 31: the rate of what is recognised and of what is not."""
    settings = SettingsHistory(((0, TENTH),))
    with closed({}, settings) as (_, books):
        [entry] = entries_of(books, "31")
        told: Working = estimate_working(books, entry, 0, books.cut)
        given = told.inputs
        expected = share(given["recognised"], Fraction(given["rate"]))
        expected += share(given["unrecognised"], Fraction(given["rate"]))
        assert (told.paragraph, given["rate"], given["given"]) == ("3.3", "1/10", 0)
        assert sum(line.credit for line in entry.lines) == expected > 0
