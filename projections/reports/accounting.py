"""The accounting reports as of a day and as known at a position (interfaces.md 1 and 6).

All of them are read from the books that a replay gives, so a report of the past is the same
code as one of today. What only time has brought since the last close is worked out here and
marked provisional.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from aggregates.period.events import PeriodClosed
from aggregates.restatement import Restated
from ledger.books.entries import Entry, Source, report_shape
from ledger.books.interpret import entries_of
from ledger.books.rollforward import rollforward_shape
from ledger.books.trialbalance import trial_balance_shape
from ledger.calendar import Period
from ledger.events import NewEvent
from ledger.ids import key_of
from projections.close.basis import OWN, Basis
from projections.close.books import Books
from projections.close.replay import replay
from projections.close.sealing import LATE
from projections.journal.lots import Stock
from projections.journal.steps import steps_of
from projections.journal.tables import Tuple


@contextmanager
def books_as_of(
    conninfo: str,
    clinic: str,
    as_of: date,
    *,
    known_at: int | None = None,
    due: Sequence[NewEvent] = (),
    basis: Basis = OWN,
    restated: Restated | None = None,
) -> Iterator[Books]:
    """The books known at a position (default: the head), brought up to the day `as_of`.

    `due` are the events that a tick would record by then; their entries, accrual and
    presentation are provisional. `basis` and `restated` contracts make other books of the same
    history. A day in a closed period shows what is posted by then.
    """
    with replay(conninfo, clinic, known_at, basis=basis, restated=restated) as books:
        bring_up_to(books, as_of, due)
        yield books


def bring_up_to(books: Books, as_of: date, due: Sequence[NewEvent]) -> None:
    """Adds to the books, provisionally, what time brings by the end of a day."""
    entries: list[Entry] = []
    steps: list[Tuple] = []
    stock = Stock()
    for position, new in enumerate(due, start=books.cut + 1):
        if new.effective_on is not None:
            kind, key = type(new.event).__name__, key_of(new.stream)
            body = new.event.model_dump(mode="json", exclude_none=True)
            source = Source(position, kind, "")
            entries += _provisional(books, source, key, new.effective_on, body)
            steps += steps_of(kind, key, position, new.effective_on, body)
            stock.read(kind, key, position, new.effective_on, body)
    books.add(entries)
    books.add_steps(steps)
    books.add_stock(stock)
    books.bring_up_to(as_of, books.cut + len(due))


def _provisional(
    books: Books, source: Source, subscription: str, on: date, body: dict[str, Any]
) -> list[Entry]:
    """The entries of an event that is not recorded yet, with no position in their names."""
    closes = [sealed.close for sealed in books.closes]
    about = f"{subscription}-{_occasion(body)}"
    return [
        replace(entry, entry=f"p-{books.calendar.of(on)}-{entry.rule}-{about}", provisional=True)
        for entry in entries_of(books.basis.rules, source, on, body, closes, books.calendar)
    ]


def _occasion(body: dict[str, Any]) -> str:
    """What tells an event from others of its contract and period: its lot, or its number."""
    named = (body.get(name) for name in ("grant", "cycle", "instalment"))
    return next((str(name) for name in named if name is not None), "")


def journal(books: Books, first: date, last: date) -> list[dict[str, Any]]:
    """The entries posted from `first` through `last` (interfaces.md 6, journal)."""
    return [report_shape(entry) for entry in books.entries(first, last)]


def trial_balance(books: Books, as_of: date) -> dict[str, Any]:
    """Every account that moved by the end of that day (interfaces.md 6, trial-balance)."""
    return trial_balance_shape(books.totals(as_of), as_of, books.cut)


def rollforward(books: Books, period: Period, through: date | None = None) -> dict[str, Any]:
    """What moved the contract liabilities in a period, to its end or that of an earlier day
    (interfaces.md 6, rollforward).
    """
    return rollforward_shape(books.rollforward(period, through), str(period), books.cut)


def late_events(books: Books, period: Period, through: date | None = None) -> list[dict[str, Any]]:
    """Events dated in a closed period and posted in `period`, to its end or that of an earlier
    day, in the order of recording.

    `amount` is what their entries debit (interfaces.md 6, late-events; accounting.md 14.3).
    """
    return [
        {
            "position": position,
            "type": kind,
            "service_date": service_date.isoformat(),
            "prior_period_of": prior,
            "posting_date": posted.isoformat(),
            "amount": amount,
        }
        for position, kind, service_date, prior, posted, amount in books.rows(
            LATE, (period.first, period.last if through is None else through)
        )
    ]


def close(books: Books, event: PeriodClosed) -> dict[str, Any]:
    """What a close sealed (interfaces.md 6, close); `books` hold it, at its position or later."""
    period = books.calendar.period(event.period)
    return {
        "period": event.period,
        "version": event.version,
        "position": event.cut,
        "journal_digest": event.journal_digest,
        "trial_balance": trial_balance_shape(books.totals(period.last), period.last, event.cut),
        "rollforward": rollforward_shape(books.rollforward(period), event.period, event.cut),
        "late_events": late_events(books, period),
        "checks": [check.model_dump(exclude_none=True) for check in event.checks],
        "exceptions": [one.model_dump(exclude_none=True) for one in event.exceptions],
    }
