"""Receivables by how long they have been due."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from projections.close.books import Books
from projections.reports.happened import Party

BUCKETS = ("current", "1-30", "31-60", "61-90", "90+")
_LAST_DAYS = (0, 30, 60, 90)
# A debit is dated on the day it falls due (row 4); credits settle the earliest first (10.3).
_MOVED = """
SELECT subscription, service_date, CAST(sum(debit) AS BIGINT), CAST(sum(credit) AS BIGINT)
FROM views.journal_line WHERE account = '1100' AND posting_date <= ?
GROUP BY subscription, service_date ORDER BY subscription, service_date
"""


def aging(books: Books, parties: Mapping[str, Party], as_of: date) -> list[dict[str, Any]]:
    """What is unpaid of each amount that fell due; the sum is account 1100 (interfaces.md 6)."""
    moved = books.rows(_MOVED, (as_of,))
    return [
        _row(subscription, parties.get(subscription), due, amount, as_of)
        for subscription, days in groupby(moved, key=lambda row: row[0])
        for due, amount in _open([(due, debit, credit) for _, due, debit, credit in days])
    ]


def _open(days: Sequence[tuple[date, int, int]]) -> Iterator[tuple[date, int]]:
    """What the credits of a contract leave of its debits, by due date."""
    settled = sum(credit for _, _, credit in days)
    for due, debit, _ in days:
        paid = min(debit, settled)
        settled -= paid
        if debit > paid:
            yield due, debit - paid
    if settled:
        yield days[-1][0], -settled


def _row(
    subscription: str | None, party: Party | None, due: date, amount: int, as_of: date
) -> dict[str, Any]:
    late = max((as_of - due).days, 0)
    return {
        "subscription": subscription,
        "payer": party.payer if party else None,
        "due": due.isoformat(),
        "amount": amount,
        "days": late,
        "bucket": BUCKETS[sum(late > last for last in _LAST_DAYS)],
    }
