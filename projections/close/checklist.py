"""What an accountant looks at before signing a period (accounting.md 14.4).

Beside what the events themselves notice (`facts`): visits that nobody signed, lots whose last
day lies about the period's end, money without a contract, contracts without a price to
allocate by, and contracts of which more was earned than received.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from aggregates.period.events import CloseException
from ledger.books.chart import CONTRACT_ASSET, CONTRACT_LIABILITIES, UNBILLED
from ledger.books.presentation import ROW as PRESENTATION
from ledger.calendar import Period
from projections.close.books import Books
from projections.close.unsigned import unsigned

#: How far from the period's end a last day is worth a look.
ABOUT_THE_END = timedelta(days=3)
#: A list that nobody reads to its end is cut here, and says so.
LONGEST = 1000

_DEPOSITS = "2150"
_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
# A lot that still has units, or lapsed with value. Parameters: first and last day, last day.
_EXPIRING = f"""
SELECT lot_end.subscription || ':' || lot_end.lot,
       (SELECT CAST(coalesce(sum(credit - debit), 0) AS BIGINT) FROM views.journal_line j
        WHERE j.subscription = lot_end.subscription AND j.grant_id = lot_end.lot
          AND j.account IN {_LIABILITIES} AND j.posting_date <= ?)
FROM (
    SELECT subscription, lot, arg_max(lapses, position) AS lapses FROM lot_day
    GROUP BY subscription, lot
) AS lot_end
WHERE lot_end.lapses BETWEEN ? AND ? AND (
    (SELECT coalesce(sum(quantity), 0) FROM units u
     WHERE u.subscription = lot_end.subscription AND u.lot = lot_end.lot) > 0
    OR EXISTS (SELECT 1 FROM views.journal_line j WHERE j.subscription = lot_end.subscription
               AND j.grant_id = lot_end.lot AND j.type = 'LotExpired')
)
ORDER BY 1
"""  # noqa: S608 - made of constants
_UNAPPLIED = f"""
SELECT subscription, CAST(sum(credit - debit) AS BIGINT) FROM views.journal_line
WHERE account = '{_DEPOSITS}' AND posting_date <= ?
GROUP BY subscription HAVING sum(credit - debit) <> 0 ORDER BY subscription
"""  # noqa: S608 - made of constants
_NEGATIVE = f"""
SELECT subscription, CAST(sum(debit) AS BIGINT) FROM views.journal_line
WHERE account IN ('{CONTRACT_ASSET}', '{UNBILLED}') AND rule = '{PRESENTATION}' AND posting_date = ?
GROUP BY subscription HAVING sum(debit) > 0 ORDER BY subscription
"""  # noqa: S608 - made of constants
_UNPRICED = """
SELECT id, NULL FROM unpriced WHERE (position > ? OR effective_on > ?) AND effective_on <= ?
ORDER BY id
"""


def checklist(books: Books, period: Period, conninfo: str) -> tuple[CloseException, ...]:
    """What to look at in a period that is being closed, by kind; `amount` in minor units.

    Kinds: ``visit_unsigned`` and ``contract_without_ssp`` of what no close before has listed,
    ``lot_expiring`` three days about the end, ``unapplied_cash``, ``negative_liability``. An
    id ``more`` stands for what a list of `LONGEST` left out.
    """
    unseen = unlisted(books)
    first, last = period.last - ABOUT_THE_END, period.last + ABOUT_THE_END
    visits = unsigned(books, period, conninfo, unseen, LONGEST + 1)
    listed = (
        ("contract_without_ssp", books.rows(_UNPRICED, (*unseen, period.last))),
        ("lot_expiring", books.rows(_EXPIRING, (period.last, first, last))),
        ("negative_liability", books.rows(_NEGATIVE, (period.last,))),
        ("unapplied_cash", books.rows(_UNAPPLIED, (period.last,))),
        ("visit_unsigned", ((visit, None) for visit in visits)),
    )
    return tuple(item for kind, rows in listed for item in _items(kind, rows))


def unlisted(books: Books) -> tuple[int, date]:
    """The cut and the last day of the close before: what lies after either, no close has listed."""
    return (books.locked.cut, books.locked.period.last) if books.locked else (0, date.min)


def _items(kind: str, rows: Iterator[tuple[str, int | None]]) -> Iterator[CloseException]:
    for number, (key, amount) in enumerate(rows):
        if number == LONGEST:
            yield CloseException(kind=kind, id="more")
            return
        yield CloseException(kind=kind, id=key, amount=amount)
