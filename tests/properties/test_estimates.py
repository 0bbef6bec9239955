"""Estimates that come and change while anything happens: the books stay one and exact."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.clinic.events import ClinicDefined
from aggregates.estimate.events import EstimateSet
from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.calendar import Period
from projections.close.books import Books
from projections.close.figures import checks, figures
from projections.close.replay import replay
from projections.journal.lots import MEASURES, STOCK_EVENTS, Stock
from projections.journal.settings import SettingsHistory, Told
from tests.books.clinic import open_clinic
from tests.books.stories import Happened, body_of, chunk_of
from tests.properties.test_lives import few, histories, told
from tests.support.lives import START, Life
from tests.support.servers import fresh_database

rates = st.sampled_from(["0", "0.1", "0.15", "0.333", "0.5", "1"])
scopes = st.sampled_from([{}, {"offer": "pack"}, {"offer": "credit", "cohort": "2026Q1"}])
months = st.integers(0, 80)


@st.composite
def estimates(draw: st.DrawFn) -> EstimateSet:
    kind = draw(st.sampled_from(["breakage", "breakage", "refunds", "credit_loss", "concession"]))
    scope = draw(scopes)
    return EstimateSet.model_validate(
        {
            "estimate": f"{kind}-{scope.get('offer', 'all')}",
            "kind": kind,
            "scope": scope,
            "rate": draw(rates),
            "effective": START + timedelta(draw(months)),
            "evidence": "0" * 64,
            "approver": "bob",
        }
    )


@st.composite
def clinics(draw: st.DrawFn) -> ClinicDefined:
    return ClinicDefined(
        clinic="glow",
        name="Glow",
        currency="USD",
        timezone="America/New_York",
        policies={
            "breakage_method": draw(st.sampled_from(["proportional", "proportional", "remote"])),
            "breakage_unit": draw(st.sampled_from(["cohort", "lot"])),
            "remote_months": 1,
            "escheat": "exempt",
        },
    )


def settings_of(clinic: ClinicDefined, versions: Sequence[EstimateSet]) -> SettingsHistory:
    said: list[Told] = [clinic, *versions]
    return SettingsHistory(tuple((0, one) for one in said))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories, clinics(), st.lists(estimates(), max_size=5))
def test_the_identities_hold_and_closing_again_changes_nothing(
    history: list[tuple[Any, ...]], clinic: ClinicDefined, versions: list[EstimateSet]
) -> None:
    life = told({}, True, history)
    events = life.happened()
    with Books("glow", len(events), [], settings_of(clinic, versions)) as books:
        books.load([chunk_of(events)])
        assert units_of(books) == read_one_by_one(life)
        last = Period.of(life.on)
        books.close_now(last)
        assert [check for check in checks(books, last) if not check.ok] == []
        closed = list(books.entries())
        assert all(entry.balanced for entry in closed)
        books.close_now(last)
        assert list(books.entries()) == closed


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories, clinics(), st.lists(estimates(), max_size=5))
def test_what_is_earned_early_is_never_earned_twice(
    history: list[tuple[Any, ...]], clinic: ClinicDefined, versions: list[EstimateSet]
) -> None:
    """With and without estimates the same leaves the liability for good once all has lapsed."""
    life = told({}, True, history)
    life.take(("days", 200))
    events, last = life.happened(), Period.of(life.on)
    left = []
    for known in (SettingsHistory(), settings_of(clinic, versions)):
        with Books("glow", len(events), [], known) as books:
            books.load([chunk_of(events)])
            books.close_now(last)
            left.append(balances(books, last.last))
    plain, estimated = left
    units = ("2100", "2120")
    assert {code: estimated.get(code, 0) for code in units} == {
        code: plain.get(code, 0) for code in units
    }


@few
@given(histories, clinics(), st.lists(st.tuples(st.integers(0, 40), estimates()), max_size=4))
def test_row_by_row_and_replayed_the_books_are_the_same(
    migrated_url: str,
    history: list[tuple[Any, ...]],
    clinic: ClinicDefined,
    versions: list[tuple[int, EstimateSet]],
) -> None:
    life = told({}, True, history)
    life.take(("days", 40))
    events = life.happened()
    events.insert(0, Happened(START, clinic, "glow/clinic"))
    for place, one in versions:
        events.insert(min(place, len(events)), Happened(START, one, "glow/estimates"))
    with fresh_database(migrated_url) as url, open_clinic(url) as opened:
        cut = opened.record(events[:-5])
        opened.record(events[-5:])
        for period in (Period.of(START), Period.of(START).next()):
            opened.close(period, cut, figures(url, "glow", period, cut))
            cut = opened.record([])
        journal = opened.journal()
        with replay(url, "glow") as books:
            assert journal == list(books.entries())


def units_of(books: Books) -> Counter[tuple[Any, ...]]:
    """What moved of each lot with each event, summed up."""
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in MEASURES)
    said = " OR ".join(f"sum({name}) <> 0" for name in MEASURES)
    sql = f"""
    SELECT subscription, position, lot, effective_on, {sums} FROM views.journal_unit
    GROUP BY subscription, position, lot, effective_on HAVING {said}
    """
    return Counter(books.rows(sql))


def read_one_by_one(life: Life) -> Counter[tuple[Any, ...]]:
    stock = Stock()
    for position, happened in enumerate(life.happened(), start=1):
        name = type(happened.event).__name__
        if name in STOCK_EVENTS:
            key = happened.stream.rsplit("/", 1)[1]
            stock.read(name, key, position, happened.on, body_of(happened.event))
    return Counter(stock.units)


def balances(books: Books, day: date) -> dict[str, int]:
    return {
        total.account: total.balance
        for total in books.totals(day)
        if total.account in CONTRACT_LIABILITIES
    }
