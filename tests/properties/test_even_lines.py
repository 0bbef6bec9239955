"""Lines that time earns evenly are accrued in SQL, to the entry as any other line is folded."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ledger.books.accrual import ROWS, Window
from ledger.books.chart import DEFERRED_COMMISSIONS, UNBILLED
from ledger.books.entries import Dimensions, Entry, Line, Source
from ledger.books.placing import Close
from ledger.calendar import MONTHS, Calendar, Period
from ledger.fiscal import Weeks
from ledger.ratios import part_of
from projections.close.accruing import UNEVEN
from projections.close.books import Books
from projections.journal.accruing import accrued
from projections.journal.steps import COMMISSION, INTEREST
from projections.journal.tables import Tuple, write

#: January ends on Saturday the 24th, February on the 21st, March on the 28th.
WEEKS = Calendar(((date.min, Weeks((4, 4, 5), weekday=5)),))
CUT, HEAD = 50, 100
_NOWHERE = (None,) * 8

positions = st.integers(1, HEAD)
days = st.integers(-20, 80).map(lambda day: date(2026, 1, 1) + timedelta(day))
cents = st.integers(-30_000, 30_000)
contracts = st.sampled_from(["s-1", "s-2"])
lots = st.sampled_from([("2100", "access.1"), ("2110", "club.1"), ("2140", "setup_fee.1")])
assets = st.sampled_from([(DEFERRED_COMMISSIONS, COMMISSION), (UNBILLED, INTEREST)])
spans = st.tuples(days, st.integers(0, 70)).map(lambda it: (it[0], it[0] + timedelta(it[1])))


@st.composite
def lines(draw: st.DrawFn) -> list[Tuple]:
    """A line as it is promised, perhaps before it runs, and what becomes of it."""
    contract, (account, lot) = draw(contracts), draw(st.one_of(lots, lots, assets))
    line = "" if lot in (COMMISSION, INTEREST) else lot.split(".", maxsplit=1)[0]
    pace = (draw(st.sampled_from([None, None, None, "thirty_360"])), None, None)
    said = (account, "main", None, "dr-1", "program", *pace)
    begun = (draw(cents), *draw(spans)) if draw(st.booleans()) else (0, None, None)

    def step(kind: str, *what: Any, of: str = lot) -> Tuple:
        return (contract, draw(positions), 0, line, of, draw(days), kind, *what)

    steps = [step("start", *begun, *said)]
    if draw(st.booleans()):
        steps.append(step("start", draw(cents), *draw(spans), *_NOWHERE))
    kind = draw(st.sampled_from(["", "", "fix", "less", "freeze", "ahead", "stop"]))
    if kind:
        whole = kind in ("ahead", "stop")
        span = draw(spans) if kind == "freeze" else (None, None)
        steps.append(step(kind, draw(cents), *span, *_NOWHERE, of="" if whole else lot))
    return steps


@st.composite
def payments(draw: st.DrawFn) -> Entry:
    """Money for a lot, or money given back."""
    (account, lot), amount, on = draw(lots), draw(cents), draw(days)
    at = Dimensions(subscription=draw(contracts), line=lot.split(".", maxsplit=1)[0], grant=lot)
    given, back = max(amount, 0), max(-amount, 0)
    moved = (Line("1010", given, back), Line(account, back, given, at))
    source = Source(draw(positions), "PaymentReceived", "glow/subscription/s-1")
    return Entry("e-1", on, str(Period.of(on)), on, "6", moved, event=source, n=1)


@contextmanager
def kept(steps: list[list[Tuple]], paid: list[Entry], closed: Period | None) -> Iterator[Books]:
    """Books in which these things happened, the first of them before a month was closed."""
    with Books("glow", HEAD, ()) as books:
        books.add_steps(
            step
            for line in {(line[0][0], line[0][4]): line for line in steps}.values()
            for step in line
        )
        books.add(paid)
        if closed:
            write(books, accrued(books, Window((closed,), closed.last), CUT, None), None)
        yield books


@settings(max_examples=40, deadline=None)
@given(
    st.lists(lines(), min_size=1, max_size=5),
    st.lists(payments(), max_size=5),
    st.sampled_from([MONTHS, WEEKS]),
    st.booleans(),
    st.sampled_from([date(2026, 3, 31), date(2026, 3, 9)]),
    st.booleans(),
)
def test_even_lines_are_accrued_as_they_would_be_folded(
    steps: list[list[Tuple]],
    paid: list[Entry],
    calendar: Calendar,
    is_closed: bool,
    through: date,
    provisional: bool,
) -> None:
    january, february, march = (calendar.bound(Period(2026, month)) for month in (1, 2, 3))
    closed = january if is_closed else None
    opened = (february, march) if closed else (january, february, march)
    window = Window(opened, through, closed, provisional)
    before = Close(closed, CUT) if closed else None
    with kept(steps, paid, closed) as books:
        earlier = list(_accruals(books))
        folded = list(accrued(books, window, HEAD, before))
        books.accrue(window, HEAD, before, None)
        found = [entry for entry in _accruals(books) if entry not in earlier]
        [(uneven,)] = books.rows(f"SELECT count(*) FROM {UNEVEN}")
        event("all folded" if uneven == sum(map(len, steps)) else "some even")
    assert sorted(found, key=_name) == sorted(folded, key=_name)


def _accruals(books: Books) -> Iterator[Entry]:
    return (entry for entry in books.entries() if entry.rule in ROWS)


def _name(entry: Entry) -> str:
    return entry.entry


@settings(deadline=None)
@given(
    st.integers(-(10**12), 10**12),
    st.integers(1, 40_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))),
)
def test_a_part_is_rounded_in_sql_as_it_is_elsewhere(amount: int, share: tuple[int, int]) -> None:
    part, whole = share
    asked = "SELECT CAST(part_of(CAST(? AS BIGINT), ?, ?) AS BIGINT)"
    assert list(_EMPTY.rows(asked, (amount, part, whole))) == [(part_of(amount, part, whole),)]


_EMPTY = Books("glow", 0, ())
