"""Reports by location, program, cohort, contract or patient: the same figures, taken apart."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from aggregates.estimate.state import cohort_of
from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.books.rollforward import Moved, column_of, roll_forward, rollforward_shape
from ledger.calendar import Period
from projections.close.books import Books
from projections.reports.happened import Party

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_OPENINGS = f"""
SELECT location, program, subscription, account, CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line WHERE account IN {_LIABILITIES} AND posting_date < ?
GROUP BY location, program, subscription, account HAVING sum(credit - debit) <> 0
"""  # noqa: S608 - made of constants
_MOVED = f"""
SELECT location, program, subscription, account, rule, type,
       CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line WHERE account IN {_LIABILITIES} AND posting_date BETWEEN ? AND ?
GROUP BY location, program, subscription, account, rule, type
"""  # noqa: S608 - made of constants
# Revenue of earlier work: what a new estimate or another price catches up, and what came late.
_EARLIER = """
SELECT CASE WHEN rule IN ('10', '24', '25') THEN 'estimates'
            WHEN rule IN ('31', '32', '35', '36', '44') THEN 'price' ELSE 'late' END AS why,
       CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line
WHERE account BETWEEN '4000' AND '4999' AND account <> '4800' AND posting_date BETWEEN ? AND ?
  AND (rule IN ('24', '25', '31', '32', '35', '36', '44') OR prior_period_of IS NOT NULL)
GROUP BY why
"""

_Name = Callable[[Any, Any, str | None], str | None]


def rollforward_groups(
    books: Books, period: Period, through: date, by: str, parties: Mapping[str, Party]
) -> list[dict[str, Any]]:
    """[{group, accounts:[…], total:{…}}] in the order of the groups' names, each as the whole to
    the end of the day `through`.

    `group` is null for what belongs to none. What of the recognised amount comes from opening is
    told by contract and account within the group.
    """

    def name(location: str | None, program: str | None, subscription: str | None) -> str | None:
        party = parties.get(subscription or "")
        cohort = None if party is None else cohort_of(party.sold_on)
        return {"location": location, "program": program, "cohort": cohort}[by]

    groups: dict[str | None, list[Moved]] = {}
    for group, move in _moves(books, (period.first, through), name):
        groups.setdefault(group, []).append(move)
    return [
        {"group": group, **_shape(roll_forward(groups[group]), period, books)}
        for group in sorted(groups, key=lambda group: group or "")
    ]


def _moves(
    books: Books, days: tuple[date, date], name: _Name
) -> Iterable[tuple[str | None, Moved]]:
    for location, program, party, account, amount in books.rows(_OPENINGS, days[:1]):
        yield name(location, program, party), Moved(party, account, "opening", amount)
    for location, program, party, account, rule, kind, amount in books.rows(_MOVED, days):
        column = column_of(rule, kind)
        yield name(location, program, party), Moved(party, account, column, amount)


def _shape(rows: dict[str, dict[str, int]], period: Period, books: Books) -> dict[str, Any]:
    whole = rollforward_shape(rows, str(period), books.cut)
    return {"accounts": whole["accounts"], "total": whole["total"]}


def satisfied_before(books: Books, period: Period, through: date) -> dict[str, int]:
    """Revenue of the period from what was delivered in earlier ones (15.1; 606-10-50-12A).

    {estimates, price, late, total}, to the end of the day `through`: catch-ups of estimates,
    changes of the price, late events.
    """
    found = dict.fromkeys(("estimates", "price", "late"), 0)
    found |= dict(books.rows(_EARLIER, (period.first, through)))
    return {**found, "total": sum(found.values())}


def liability_by(rows: Iterable[Mapping[str, Any]], by: str) -> list[dict[str, Any]]:
    """The liability by account and contract, or by account and patient; other fields are null."""
    kept = ("account", "patient", "subscription", "offer")[: 4 if by == "contract" else 2]
    totals: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = tuple(row[name] for name in kept)
        totals[key] = totals.get(key, 0) + row["amount"]
    empty = dict.fromkeys(("account", "patient", "subscription", "offer", "line"))
    return [
        {**empty, **dict(zip(kept, key, strict=True)), "amount": amount}
        for key, amount in sorted(totals.items(), key=lambda item: tuple(map(str, item[0])))
        if amount
    ]
