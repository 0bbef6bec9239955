"""What lapsed unused of what was sold, by offer and quarter of sale (accounting.md 7)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ledger.books.chart import CONTRACT_LIABILITIES
from projections.close.books import Books
from projections.ratios import short_rate
from projections.reports.happened import Party

COLUMNS = ("booked", "used", "breakage", "left", "remaining")
MONTHS_OF_A_QUARTER = 3
_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
# Presentation is no movement for good; what leaves otherwise went back or elsewhere.
_MOVED = f"""
SELECT subscription, arg_max(offer, position),
       CAST(sum(CASE WHEN rule IN ('4', '6', '8') THEN credit - debit ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN rule IN ('9', '13', '14', '15', '16', '18', '44')
                     THEN debit - credit ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN rule IN ('10', '17', '20', '24', '25', '27')
                     THEN debit - credit ELSE 0 END) AS BIGINT),
       CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line
WHERE account IN {_LIABILITIES} AND rule <> '53' AND posting_date <= ?
GROUP BY subscription
"""  # noqa: S608 - made of constants


def breakage(books: Books, parties: Mapping[str, Party], as_of: date) -> list[dict[str, Any]]:
    """One row per offer and cohort of sales: [{offer, cohort, booked, used, breakage, left,
    remaining, rate}].

    `left` went back or elsewhere: refunds, voids, disputes, transfers. booked = used + breakage
    + left + remaining; the remainders add up to the contract liability less the contract assets.
    `rate` is breakage ÷ (used + breakage) as a decimal, null while nothing was earned.
    """
    rows: dict[tuple[str, str], list[int]] = {}
    for subscription, offer, booked, used, lapsed, remaining in books.rows(_MOVED, (as_of,)):
        party = parties.get(subscription)
        row = rows.setdefault((offer or "", cohort_of(party.sold_on) if party else ""), [0] * 5)
        left = booked - used - lapsed - remaining
        amounts = (booked, used, lapsed, left, remaining)
        row[:] = [one + more for one, more in zip(row, amounts, strict=True)]
    return [
        {
            "offer": offer or None,
            "cohort": cohort or None,
            **dict(zip(COLUMNS, row, strict=True)),
            "rate": _rate(row),
        }
        for (offer, cohort), row in sorted(rows.items())
        if any(row)
    ]


def cohort_of(sold_on: date) -> str:
    """The quarter of a sale, as in ``2026Q1``."""
    return f"{sold_on.year}Q{(sold_on.month - 1) // MONTHS_OF_A_QUARTER + 1}"


def _rate(row: list[int]) -> str | None:
    _, used, lapsed, _, _ = row
    return short_rate(max(lapsed, 0), max(used + lapsed, 0))
