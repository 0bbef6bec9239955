"""How far ahead a question may look.

What time alone brings by a day is worked out month by month and cycle by cycle, so a day
centuries away would cost as much as running the clinic until then.
"""

from datetime import date

from ledger.calendar import Period

YEARS_AHEAD = 10
"""Longer than packages are sold for, and than unclaimed value waits for its state."""


def horizon(today: date) -> Period:
    """The last month that can be asked about."""
    return Period(today.year + YEARS_AHEAD, today.month)
