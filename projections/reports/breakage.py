"""What lapsed unused of what was sold, and what is expected to, by offer and quarter (7)."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from aggregates.estimate.state import Sold, cohort_of
from ledger.books.breakage import ROWS
from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.ratios import share
from projections.close.books import Books
from projections.journal.pools import Measured, measured
from projections.journal.settings import METHOD
from projections.ratios import short_rate
from projections.reports.happened import Party

#: `posted` is the part of `breakage` that was earned before expiry.
COLUMNS = ("booked", "used", "breakage", "left", "remaining", "posted", "expected")
_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_BEFORE_EXPIRY = "('" + "', '".join(ROWS) + "')"
# Presentation is no movement for good, and what is expected back is still owed; what leaves
# otherwise went back or elsewhere. A cohort's own line carries its name, and no contract.
_MOVED = f"""
SELECT subscription, arg_max(offer, position),
       CASE WHEN subscription IS NULL THEN lot END AS cohort,
       CAST(sum(CASE WHEN rule IN ('4', '6', '8') THEN credit - debit ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN rule IN ('9', '13', '14', '15', '16', '18', '44')
                     THEN debit - credit ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN rule IN ('10', '17', '20', '24', '25', '27')
                     THEN debit - credit ELSE 0 END) AS BIGINT),
       CAST(sum(credit - debit) AS BIGINT),
       CAST(sum(CASE WHEN rule IN {_BEFORE_EXPIRY} THEN debit - credit ELSE 0 END) AS BIGINT)
FROM views.journal_line
WHERE account IN {_LIABILITIES} AND rule <> '53' AND posting_date <= ?
GROUP BY subscription, cohort
"""  # noqa: S608 - made of constants

#: An offer and a quarter of sale.
_Key = tuple[str, str]


def breakage(books: Books, parties: Mapping[str, Party], as_of: date) -> list[dict[str, Any]]:
    """One row per offer and cohort of sales: [{offer, cohort, booked, used, breakage, left,
    remaining, posted, expected, estimate, rate}].

    `left` went back or elsewhere: refunds, voids, disputes, transfers, and what is expected to
    go back. booked = used + breakage + left + remaining; the remainders add up to the contract
    liability less the contract assets. Of the breakage `posted` was earned before expiry;
    `expected` is what by the `estimate` in force, a decimal, is never used of what is pooled;
    both null where no close measures pools. `rate` is breakage ÷ (used + breakage) as a decimal,
    null while nothing was earned.
    """
    rows: dict[_Key, list[int]] = {}
    for subscription, offer, cohort, *moved in books.rows(_MOVED, (as_of,)):
        booked, used, lapsed, remaining, posted = moved
        key = (offer or "", _quarter(parties.get(subscription), cohort))
        left = booked - used - lapsed - remaining
        amounts = (booked, used, lapsed, left, remaining, posted)
        row = rows.setdefault(key, [0] * len(amounts))
        row[:] = [one + more for one, more in zip(row, amounts, strict=True)]
    expected = _expected(books, as_of)
    return [
        {
            "offer": key[0] or None,
            "cohort": key[1] or None,
            **dict(zip(COLUMNS, row, strict=False)),
            **expected.get(key, {"expected": None, "estimate": None}),
            "rate": _rate(row),
        }
        for key, row in sorted(rows.items())
        if any(row)
    ]


def _quarter(party: Party | None, cohort: str | None) -> str:
    if cohort:
        return cohort.split("/")[1]
    return cohort_of(party.sold_on) if party else ""


def _expected(books: Books, as_of: date) -> dict[_Key, dict[str, Any]]:
    """What is never used by the estimates in force, of the cohorts that a close measures."""
    settings = books.settings.at(books.cut, as_of)
    if settings.policy(METHOD, as_of) != "proportional":
        return {}
    found: dict[_Key, dict[str, Any]] = {}
    for one in measured(books, books.cut, as_of, apart=False).values():
        version = settings.estimates.in_force("breakage", one.sold, as_of)
        if version is not None:
            row = found.setdefault(_key(one.sold), {"expected": 0, "estimate": version.rate})
            row["expected"] += _never_used(one, Fraction(version.rate))
    return found


def _key(sold: Sold) -> _Key:
    return sold.offer, sold.cohort


def _never_used(one: Measured, rate: Fraction) -> int:
    pool = one.pool
    return pool.promised - share(pool.promised, pool.expected(rate) / pool.granted)


def _rate(row: list[int]) -> str | None:
    used, lapsed = row[1], row[2]
    return short_rate(max(lapsed, 0), max(used + lapsed, 0))
