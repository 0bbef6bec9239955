"""Completed visits that nobody signed, read by position, a page at a time.

One statement over all visits would be cheap or ruinous by what the planner expects of it; a
page of visits, and then the signatures of that page, are two walks along an index.
"""

from collections.abc import Iterator
from datetime import date

from ledger.calendar import Period
from projections.close.books import Books
from projections.close.sessions import Connection, session

#: Visits in a page.
PAGE = 5000
# The text of a body is canonical, so that its one `status` can be found without parsing it. What
# was carried over from another system is no visit that somebody could sign.
_COMPLETED = """
SELECT position, stream FROM ledger.event
WHERE clinic = %s AND position > %s AND position <= %s AND type = 'VisitRecorded'
  AND (position > %s OR effective_on > %s) AND effective_on <= %s
  AND strpos(body, '"status":"completed"') > 0 AND strpos(body, '"carried_over":true') = 0
ORDER BY position LIMIT %s
"""
_SIGNED = """
SELECT stream FROM ledger.event
WHERE clinic = %s AND stream = ANY(%s) AND type = 'VisitSigned' AND position <= %s
"""
_AHEAD = """
SELECT position FROM ledger.event
WHERE clinic = %s AND position > %s AND position <= %s AND type = 'VisitRecorded'
  AND effective_on > %s
ORDER BY position LIMIT 1
"""


def unsigned(
    books: Books, period: Period, conninfo: str, unseen: tuple[int, date], most: int
) -> Iterator[str]:
    """The first visits by position, `most` of them, dated by the period's end.

    `unseen` is the cut and the last day of the close before, which lists the earlier ones.
    """
    with session(conninfo, books.clinic) as connection:
        found, after = 0, books.behind
        while page := _completed(connection, books, after, unseen, period.last):
            after = page[-1][0]
            for visit in _without_signature(connection, books, [name for _, name in page]):
                yield visit.rsplit("/", 1)[1]
                found += 1
                if found == most:
                    return


def behind(books: Books, period: Period, conninfo: str) -> int:
    """The position up to which no visit is dated after the period's end."""
    given = (books.clinic, books.behind, books.cut, period.last)
    with session(conninfo, books.clinic) as connection:
        row = connection.execute(_AHEAD, given).fetchone()
    return books.cut if row is None else int(row[0]) - 1


def _completed(
    connection: Connection, books: Books, after: int, unseen: tuple[int, date], last: date
) -> list[tuple[int, str]]:
    given = (books.clinic, after, books.cut, *unseen, last, PAGE)
    return connection.execute(_COMPLETED, given).fetchall()


def _without_signature(connection: Connection, books: Books, streams: list[str]) -> list[str]:
    rows = connection.execute(_SIGNED, (books.clinic, streams, books.cut))
    signed = {name for (name,) in rows}
    return [name for name in streams if name not in signed]
