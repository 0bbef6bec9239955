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
from ledger.books.entries import Entry, Source, report_shape
from ledger.books.interpret import entries_of
from ledger.books.rollforward import rollforward_shape
from ledger.books.trialbalance import trial_balance_shape
from ledger.calendar import Period
from ledger.events import Event
from projections.close.books import RULES_BY_EVENT, Books
from projections.close.replay import replay
from projections.close.sealing import LATE

#: An event that time would bring, with the day it would take effect.
Due = tuple[date, Event]


@contextmanager
def books_as_of(
    conninfo: str,
    clinic: str,
    as_of: date,
    *,
    known_at: int | None = None,
    due: Sequence[Due] = (),
) -> Iterator[Books]:
    """The books known at a position (default: the head), brought up to the day `as_of`.

    `due` are the events that a tick would record by then; their entries, accrual and
    presentation are provisional. A day in a closed period shows what is posted by then.
    """
    with replay(conninfo, clinic, known_at) as books:
        books.bring_up_to(as_of, provisional_entries(books, due))
        yield books


def provisional_entries(books: Books, due: Sequence[Due]) -> list[Entry]:
    """The entries of events that are not recorded yet, as of no position."""
    closes = [sealed.close for sealed in books.closes]
    entries = []
    for number, (day, event) in enumerate(due, start=1):
        body = event.model_dump(mode="json", exclude_none=True)
        source = Source(books.cut + number, type(event).__name__, "")
        for entry in entries_of(RULES_BY_EVENT, source, day, body, closes):
            lot = f"{body['sale']['subscription']}-{body.get('grant', '')}"
            name = f"p-{Period.of(day)}-{entry.rule}-{lot}"
            entries.append(replace(entry, entry=name, provisional=True))
    return entries


def journal(books: Books, first: date, last: date) -> list[dict[str, Any]]:
    """The entries posted from `first` through `last` (interfaces.md 6, journal)."""
    return [report_shape(entry) for entry in books.entries(first, last)]


def trial_balance(books: Books, as_of: date) -> dict[str, Any]:
    """Every account that moved by the end of that day (interfaces.md 6, trial-balance)."""
    return trial_balance_shape(books.totals(as_of), as_of, books.cut)


def rollforward(books: Books, period: Period) -> dict[str, Any]:
    """What moved the contract liabilities in a period (interfaces.md 6, rollforward)."""
    return rollforward_shape(books.rollforward(period), str(period), books.cut)


def late_events(books: Books, period: Period) -> list[dict[str, Any]]:
    """Events dated in a closed period and posted in `period`, in the order of recording.

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
            LATE, (period.first, period.last)
        )
    ]


def close(books: Books, event: PeriodClosed) -> dict[str, Any]:
    """What a close sealed (interfaces.md 6, close); `books` hold it, at its position or later."""
    period = Period.parse(event.period)
    return {
        "period": event.period,
        "version": event.version,
        "position": event.cut,
        "journal_digest": event.journal_digest,
        "trial_balance": trial_balance_shape(books.totals(period.last), period.last, event.cut),
        "rollforward": rollforward_shape(books.rollforward(period), event.period, event.cut),
        "late_events": late_events(books, period),
        "checks": [check.model_dump() for check in event.checks],
        "exceptions": [one.model_dump(exclude_none=True) for one in event.exceptions],
    }
