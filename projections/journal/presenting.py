"""Contracts that earned more than was paid or due, found at each period end (10.2, 10.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.books.entries import Dimensions, Entry
from ledger.books.presentation import ROW, presented
from ledger.calendar import Calendar, Period
from projections.journal.tables import Tables

# Presentations are left out: each is reversed on the next day, so that together they are nothing.
_LIABILITY = f"account IN {CONTRACT_LIABILITIES} AND rule <> '{ROW}' AND subscription IS NOT NULL"
_MOVED = f"""
SELECT subscription, CAST(sum(debit - credit) AS bigint) FROM views.journal_line
WHERE {_LIABILITY} AND posting_date > ? AND posting_date <= ?
GROUP BY subscription
"""  # noqa: S608 - made of constants
_BALANCES = f"""
SELECT subscription, account, location, program, provider, offer, NULL, subscription, line,
       CAST(sum(debit - credit) AS bigint)
FROM views.journal_line
WHERE {_LIABILITY} AND posting_date <= ? AND subscription = ANY(?)
GROUP BY subscription, account, location, program, provider, offer, line
"""  # noqa: S608 - made of constants
_UNBILLED = "SELECT DISTINCT subscription FROM views.journal_step WHERE kind = 'unbilled'"
_PARTIES = """
SELECT subscription, lot FROM views.journal_step
WHERE kind = 'combined' AND effective_on <= ? ORDER BY position
"""


# The days on which what contracts show may become something else. Parameters: first and last day
# twice.
_DAYS = f"""
SELECT DISTINCT posting_date FROM views.journal_line
WHERE {_LIABILITY} AND posting_date BETWEEN ? AND ?
UNION
SELECT effective_on FROM views.journal_step
WHERE kind = 'combined' AND effective_on BETWEEN ? AND ?
"""  # noqa: S608 - made of constants


def moved_in(tables: Tables, periods: Sequence[Period], end: date) -> frozenset[Period]:
    """The periods in which something happened; in the others contracts show what they did."""
    if not periods:
        return frozenset()
    days = (periods[0].first, end) * 2
    calendar = periods[0].calendar
    return frozenset(calendar.of(day) for (day,) in tables.rows(_DAYS, days))


@dataclass(slots=True)
class Presentation:
    """The entries of row 53, period after period.

    What each contract owes is carried from one period end to the next: of a long history, only
    what happened since is read.
    """

    tables: Tables
    calendar: Calendar
    provisional: bool
    _net: dict[str, int] = field(default_factory=dict)
    _seen: date = date.min
    _contracts: dict[str, dict[tuple[str, Dimensions], int]] = field(default_factory=dict)
    _unbilled: frozenset[str] = frozenset()
    _parties: dict[str, str] = field(default_factory=dict)

    def look(self, day: date) -> None:
        """Finds the contracts that may show an asset, and the balances of their liabilities."""
        self._carry(day)
        self._parties = dict(self.tables.rows(_PARTIES, (day,)))
        self._contracts = {}
        asked = sorted({*self._parties, *(key for key, net in self._net.items() if net > 0)})
        if not asked:
            return
        for subscription, account, *place, amount in self.tables.rows(_BALANCES, (day, asked)):
            balances = self._contracts.setdefault(subscription, {})
            balances[account, Dimensions(*place)] = amount
        self._unbilled = frozenset(key for (key,) in self.tables.rows(_UNBILLED))

    def entries(self, day: date) -> list[Entry]:
        """What they show on a day, and its reversal on the next; nothing moved since the look."""
        return presented(
            self._contracts,
            day,
            self._unbilled,
            self._parties,
            self.calendar,
            provisional=self.provisional,
        )

    def _carry(self, day: date) -> None:
        for subscription, amount in self.tables.rows(_MOVED, (self._seen, day)):
            net = self._net.pop(subscription, 0) + amount
            if net:
                self._net[subscription] = net
        self._seen = day
