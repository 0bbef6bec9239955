"""Products sold with a right to return them: ASC 606 Example 22 (accounting.md 12, row 50)."""

from typing import Any

import pytest

from aggregates.estimate.events import EstimateSet
from aggregates.subscription.events import UnitsDrawn
from ledger.books.entries import Entry
from ledger.calendar import Period
from projections.close.books import Books
from projections.close.figures import checks, figures
from projections.explain.estimates import estimate_working
from projections.journal.settings import SettingsHistory
from tests.books.clinic import open_clinic
from tests.books.stories import Happened, chunk_of
from tests.support.amounts import signed
from tests.support.clinic import DIGEST, day
from tests.support.corrections import Desk

ON = {"escheat": "exempt", "post_costs": "on"}


def desk(days: int | None = 30, **policies: Any) -> Desk:
    """100 creams at 100.00, each 60.00 from the stock, paid on 5 January."""
    made = Desk({**ON, **policies})
    made.service("cream", 10000, cost=6000, product=True, return_days=days)
    line = {"kind": "units", "line": "cream", "services": ["cream"], "quantity": "100"}
    made.publish("creams", 1000000, [line], term={"months": 6})
    made.sell("01-05", "creams", location="main")
    made.pay("01-05", 1000000)
    return made


def expected(rate: str = "0.03", since: str = "01-01") -> EstimateSet:
    return EstimateSet.model_validate(
        {
            "estimate": "returns",
            "kind": "refunds",
            "scope": {"offer": "creams"},
            "rate": rate,
            "effective": day(since),
            "evidence": DIGEST,
            "approver": "bob",
        }
    )


def books_of(made: Desk, *estimates: EstimateSet) -> Books:
    happened = [Happened(item.effective_on, item.event, item.stream) for item in made.history]
    clinic = made.state("clinic").defined
    known = SettingsHistory(tuple((0, told) for told in (clinic, *estimates)))
    books = Books("glow", len(happened), [], known)
    books.load([chunk_of(happened)])
    return books


def closed(made: Desk, *estimates: EstimateSet, months: int) -> tuple[list[Entry], dict[str, int]]:
    """What the closes of these months post for returns, and the balances after the last."""
    with books_of(made, *estimates) as books:
        books.close_now(Period(2026, months))
        last = Period(2026, months)
        assert [check for check in checks(books, last) if not check.ok] == []
        totals = {row.account: row.balance for row in books.totals(last.last) if row.balance}
        return [entry for entry in books.entries() if entry.lot == "returns"], totals


def test_what_is_expected_back_is_no_revenue_and_no_cost() -> None:
    """Example 22: 97 of 100 are expected to be kept."""
    made = desk()
    made.visit("01-12", "v1", "cream:100")
    [entry], totals = closed(made, expected(), months=1)
    assert (entry.entry, entry.rule) == ("c-2026-01-50-s-1-returns", "50")
    assert signed(entry.lines) == {
        "4020": 30000,
        "1300": 18000,
        "2160 cream": -30000,
        "5100": -18000,
    }
    assert totals == {
        "1020": 1000000,
        "1200": -600000,
        "1300": 18000,
        "2160": -30000,
        "4020": -970000,
        "5100": 582000,
    }


def test_an_entry_is_explained_by_what_may_come_back() -> None:
    made = desk()
    made.visit("01-12", "v1", "cream:100")
    with books_of(made, expected()) as books:
        books.close_now(Period(2026, 1))
        [entry] = [one for one in books.entries() if one.lot == "returns"]
        working = estimate_working(books, entry, 0, books.cut)
    assert working.inputs == {
        "day": "2026-01-31",
        "revenue": 1000000,
        "cost": 600000,
        "rate": "3/100",
        "reserved": 30000,
        "recoverable": 18000,
    }


def test_the_reserve_goes_to_revenue_when_the_days_are_over() -> None:
    made = desk()
    made.visit("01-12", "v1", "cream:100")
    [_, released], totals = closed(made, expected(), months=2)
    assert (released.rule, released.posting_date) == ("32", day("02-28"))
    assert signed(released.lines) == {
        "2160 cream": 30000,
        "5100": 18000,
        "4020": -30000,
        "1300": -18000,
    }
    assert (totals["4020"], totals["5100"]) == (-1000000, 600000)
    assert not {"2160", "1300"} & totals.keys()


@pytest.mark.parametrize(("days", "entries"), [(18, 0), (19, 1), (20, 1)])
def test_the_last_of_the_days_still_counts(days: int, entries: int) -> None:
    """Sold on 12 January: 19 days later is the 31st."""
    made = desk(days)
    made.visit("01-12", "v1", "cream:100")
    found, _ = closed(made, expected(), months=1)
    assert len(found) == entries


def test_a_return_is_a_reversal_and_a_refund() -> None:
    """Three come back: what was reserved for them goes, and they with it."""
    made = desk()
    made.visit("01-12", "v1", "cream:97")
    made.visit("01-12", "v2", "cream:3")
    made.reverse("02-03", "v2")
    made.refund("02-03", lines=[{"line": "cream", "quantity": "3"}])
    found, totals = closed(made, expected(), months=2)
    assert [entry.rule for entry in found] == ["50", "32"]
    assert totals == {"1020": 970000, "1200": -582000, "4020": -970000, "5100": 582000}


def test_a_new_estimate_changes_what_is_reserved() -> None:
    made = desk(90)
    made.visit("01-12", "v1", "cream:100")
    found, totals = closed(made, expected(), expected("0.05", "02-10"), months=2)
    assert [entry.rule for entry in found] == ["50", "50"]
    assert (totals["2160"], totals["1300"]) == (-50000, 30000)


def test_without_an_estimate_all_of_it_may_come_back() -> None:
    """Constraint with no history (8.2); a clinic that expects no refunds reserves nothing."""
    made = desk(60)
    made.visit("01-12", "v1", "cream:100")
    _, totals = closed(made, months=1)
    assert (totals["2160"], totals["1300"]) == (-1000000, 600000)
    careless = desk(60, expected_refunds="none")
    careless.visit("01-12", "v1", "cream:100")
    assert closed(careless, expected(), months=1)[0] == []


def test_without_days_or_a_completed_visit_nothing_may_come_back() -> None:
    for days, status in ((None, "completed"), (30, "no_show")):
        made = desk(days)
        made.visit("01-12", "v1", "cream:1", status=status)
        assert closed(made, expected(), months=1)[0] == []
        assert all(one.returnable_until is None for one in made.events(UnitsDrawn))


def test_a_signature_posts_what_may_come_back() -> None:
    made = desk(90, unit_trigger="signed")
    made.visit("01-12", "v1", "cream:100")
    assert signed(closed(made, expected(), months=1)[0][0].lines) == {"1300": 18000, "5100": -18000}
    made.sign("02-02", "v1")
    _, totals = closed(made, expected(), months=2)
    assert (totals["2160"], totals["1300"], totals["4020"]) == (-30000, 18000, -970000)


def test_only_products_are_returned() -> None:
    with pytest.raises(ValueError, match="return_days"):
        Desk(ON).service("peel", 10000, return_days=30)


def test_journal_and_replay_agree(database: str) -> None:
    made = desk()
    made.visit("01-12", "v1", "cream:97")
    made.visit("01-12", "v2", "cream:3")
    made.reverse("01-20", "v2")
    told = [Happened(item.effective_on, item.event, item.stream) for item in made.history]
    told.append(Happened(day("01-20"), expected(), "glow/estimates"))
    with open_clinic(database) as clinic:
        for period in (Period(2026, 1), Period(2026, 2)):
            cut = clinic.record(told)
            clinic.close(period, cut, figures(clinic.url, "glow", period, cut))
            told = []
        journal = clinic.journal()
        assert journal == clinic.replayed()
    assert [
        (entry.entry, max(line.debit for line in entry.lines))
        for entry in journal
        if entry.lot == "returns"
    ] == [("c-2026-01-50-s-1-returns", 29100), ("c-2026-02-32-s-1-returns", 29100)]
