"""The names of periods in the lines of the journal, which a clinic's calendar gives (14.7)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import psycopg

from ledger.calendar import Calendar, Period

Connection = psycopg.Connection[tuple[Any, ...]]

# Events between the cut and the close were placed before the close was known.
_LATE = """
clinic = %(clinic)s AND closing = 0 AND position > %(cut)s AND posting_date <= %(last)s
"""
_MOVE_LATE = f"""
UPDATE views.journal_line
SET posting_date = %(first)s, period = %(period)s, prior_period_of = named.period
FROM unnest(%(days)s::date[], %(names)s::text[]) AS named (day, period)
WHERE {_LATE} AND service_date = named.day
"""  # noqa: S608 - made of constants
# Only the last close is reopened: what it had moved on goes back, as far as the one before lets it.
_MOVED = """
clinic = %(clinic)s AND closing = 0 AND position > %(cut)s AND service_date <= %(last)s
"""
_MOVE_BACK = f"""
UPDATE views.journal_line
SET posting_date = greatest(service_date, %(first)s), period = named.period,
    prior_period_of = CASE WHEN service_date < %(first)s THEN prior_period_of END
FROM unnest(%(days)s::date[], %(names)s::text[]) AS named (day, period)
WHERE {_MOVED} AND greatest(service_date, %(first)s) = named.day
"""  # noqa: S608 - made of constants
_OPEN = "clinic = %(clinic)s AND posting_date >= %(first)s"
_RENAME = f"""
UPDATE views.journal_line SET period = named.period
FROM unnest(%(days)s::date[], %(names)s::text[]) AS named (day, period)
WHERE {_OPEN} AND posting_date = named.day AND journal_line.period <> named.period
"""  # noqa: S608 - made of constants


def move_late(connection: Connection, clinic: str, period: Period, cut: int) -> None:
    """Posts what was recorded after the cut of a close, and dated in it or before, after it."""
    following = period.next()
    given = {"clinic": clinic, "cut": cut, "last": period.last, "first": following.first}
    given["period"] = str(following)
    _named(connection, period.calendar, ("service_date", _LATE, _MOVE_LATE), given)


def move_back(connection: Connection, clinic: str, period: Period, cut: int, first: date) -> None:
    """Posts what came late for a period that is open again on its own day, or on the `first`."""
    given = {"clinic": clinic, "cut": cut, "last": period.last, "first": first}
    day = "greatest(service_date, %(first)s)"
    _named(connection, period.calendar, (day, _MOVED, _MOVE_BACK), given)


def rename(connection: Connection, clinic: str, calendar: Calendar, first: date) -> None:
    """Gives lines posted from a day on the names of another calendar."""
    given = {"clinic": clinic, "first": first}
    _named(connection, calendar, ("posting_date", _OPEN, _RENAME), given)


def _named(
    connection: Connection,
    calendar: Calendar,
    statements: tuple[str, str, str],
    given: Mapping[str, object],
) -> None:
    """Runs an update over the days that its condition finds, with the names of their periods."""
    day, condition, update = statements
    asked = f"SELECT DISTINCT {day} FROM views.journal_line WHERE {condition}"  # noqa: S608
    days = [found for (found,) in connection.execute(asked.encode(), given)]
    if days:
        names = [str(calendar.of(found)) for found in days]
        connection.execute(update.encode(), {**given, "days": days, "names": names})
