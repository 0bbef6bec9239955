"""Revenue taken apart: by pattern, service, channel, place and more (accounting.md 15.5)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from projections.close.books import Books
from projections.reports.happened import Party

# Access and joining fees are earned over time (rows 14, 15), everything else at a point in it;
# refunds, disputes and voids lower revenue; interest is none from customers.
_EARNED = """
SELECT account, CASE account WHEN '4010' THEN 'over_time' ELSE 'point_in_time' END,
       service, program, offer, location, provider, subscription,
       CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line
WHERE account BETWEEN '4000' AND '4999' AND account <> '4800' AND posting_date BETWEEN ? AND ?
GROUP BY ALL
"""
_COLUMNS = ("account", "pattern", "service", "program", "offer", "location", "provider")


def revenue(
    books: Books, parties: Mapping[str, Party], first: date, last: date, by: Sequence[str]
) -> dict[str, Any]:
    """Revenue posted from `first` through `last`: {from, through, by, rows:[{…, amount}], total}.

    A row for each combination of the fields in `by`, null where one is not known. `pattern` is
    "over_time" or "point_in_time", `channel` that of the sale. The total is that of the accounts
    4000-4920 less interest.
    """
    totals: dict[tuple[str | None, ...], int] = {}
    for *values, subscription, amount in books.rows(_EARNED, (first, last)):
        party = parties.get(subscription)
        known = dict(zip(_COLUMNS, values, strict=True))
        known["channel"] = party.channel if party else None
        key = tuple(known[name] for name in by)
        totals[key] = totals.get(key, 0) + amount
    rows = [
        {**dict(zip(by, key, strict=True)), "amount": amount}
        for key, amount in sorted(totals.items(), key=lambda item: _order(item[0]))
        if amount
    ]
    return {
        "from": first.isoformat(),
        "through": last.isoformat(),
        "by": list(by),
        "rows": rows,
        "total": sum(row["amount"] for row in rows),
    }


def _order(key: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(part or "" for part in key)
