"""The waterfall: in which month deferred revenue was booked, in which it was earned (15.2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, Literal

from ledger.books.chart import CONTRACT_LIABILITIES
from projections.close.books import Books

Kind = Literal["booked", "recognised", "refunded"]
_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
#: Rows by which value is earned or comes back to be earned, and those by which money leaves;
#: of rows 27 and 29 only what moves revenue is earned. What else moves a liability (voids,
#: transfers, modifications) changes what is booked; presentation moves nothing for good.
_EARNED = "'9', '10', '13', '14', '15', '16', '17', '18', '20', '24', '25', '44'"
_LEFT = "'2', '20a', '21', '23', '27', '29', '31', '32', '37a', '38', '45'"
_MOVED = f"""
SELECT subscription, period, kind, CAST(sum(amount) AS BIGINT) AS moved
FROM (
    SELECT coalesce(subscription, '') AS subscription, period, credit - debit AS amount,
           CASE WHEN rule IN ({_EARNED}) THEN 'recognised'
                WHEN rule IN ({_LEFT}) THEN 'refunded' ELSE 'booked' END AS kind
    FROM views.journal_line
    WHERE posting_date <= ? AND rule <> '53' AND account IN {_LIABILITIES}
    UNION ALL
    SELECT coalesce(subscription, ''), period, unnest([debit - credit, credit - debit]),
           unnest(['recognised', 'refunded'])
    FROM views.journal_line
    WHERE posting_date <= ? AND rule IN ('27', '29') AND account IN ('4000', '4030', '4040')
)
GROUP BY subscription, period, kind HAVING moved <> 0
ORDER BY subscription, period, kind
"""  # noqa: S608 - made of constants


@dataclass(slots=True)
class Booking:
    """What was booked in a month, net of voids and transfers, and what became of it.

    `recognized` is by month. `remaining` may be negative: what was earned before it was due
    stands, booked in the month it was earned, until it is.
    """

    booked: str
    amount: int = 0
    recognized: dict[str, int] = field(default_factory=dict)
    refunded: int = 0

    @property
    def remaining(self) -> int:
        """What is still deferred of it; negative is a contract asset."""
        return self.amount - sum(self.recognized.values()) - self.refunded

    def move(self, kind: Kind, period: str, amount: int) -> None:
        """Adds to what is booked, or takes as earned or refunded."""
        if kind == "booked":
            self.amount += amount
        elif kind == "refunded":
            self.refunded -= amount
        else:
            self.recognized[period] = self.recognized.get(period, 0) - amount


def waterfall(books: Books, as_of: date) -> dict[str, Any]:
    """Rows by booked month; each adds up: amount = Σ recognized + refunded + remaining.

    Per contract the oldest booking is earned first. Σ remaining is the contract liability less
    the contract assets on the day (interfaces.md 6, waterfall).
    """
    rows: dict[str, Booking] = {}
    moved = books.rows(_MOVED, (as_of, as_of))
    for _, moves in groupby(moved, key=lambda row: row[0]):
        for booking in _bookings((period, kind, amount) for _, period, kind, amount in moves):
            _add(rows.setdefault(booking.booked, Booking(booking.booked)), booking)
    shown = (_shape(rows[month]) for month in sorted(rows))
    return {"as_of": as_of.isoformat(), "rows": [row for row in shown if _says(row)]}


def _bookings(moves: Iterable[tuple[str, Kind, int]]) -> list[Booking]:
    """The bookings of one contract, the oldest first; within a month booking comes first."""
    bookings: list[Booking] = []
    for period, kind, amount in moves:
        if amount > 0 and kind == "booked":
            left = _fill(bookings, amount)
            bookings.append(Booking(period, left))
        elif amount > 0:
            _give_back(bookings, period, kind, amount)
        else:
            _take(bookings, period, kind, -amount)
    return bookings


def _fill(bookings: Iterable[Booking], amount: int) -> int:
    """Books first what was earned ahead of it; returns what is left."""
    for booking in bookings:
        part = min(max(-booking.remaining, 0), amount)
        booking.amount += part
        amount -= part
    return amount


def _take(bookings: list[Booking], period: str, kind: Kind, amount: int) -> None:
    for booking in bookings:
        part = min(max(booking.remaining, 0), amount)
        if part:
            booking.move(kind, period, -part)
            amount -= part
    if amount:
        bookings.append(Booking(period))
        bookings[-1].move(kind, period, -amount)


def _give_back(bookings: list[Booking], period: str, kind: Kind, amount: int) -> None:
    """What was reversed is deferred again in the bookings it was taken from, oldest first."""
    for booking in bookings:
        part = min(max(booking.amount - booking.remaining, 0), amount)
        if part:
            booking.move(kind, period, part)
            amount -= part
    if amount:
        bookings.append(Booking(period))
        bookings[-1].move(kind, period, amount)


def _add(row: Booking, booking: Booking) -> None:
    row.amount += booking.amount
    row.refunded += booking.refunded
    for period, amount in booking.recognized.items():
        row.recognized[period] = row.recognized.get(period, 0) + amount


def _shape(row: Booking) -> dict[str, Any]:
    return {
        "booked": row.booked,
        "amount": row.amount,
        "recognized": {month: row.recognized[month] for month in _months(row)},
        "refunded": row.refunded,
        "remaining": row.remaining,
    }


def _months(row: Booking) -> Iterator[str]:
    return (month for month in sorted(row.recognized) if row.recognized[month])


def _says(row: dict[str, Any]) -> bool:
    return bool(row["amount"] or row["recognized"] or row["refunded"])
