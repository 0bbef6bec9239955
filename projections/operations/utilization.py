"""How much of what was sold is used, by offer and line (interfaces.md 6, utilization)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aggregates.subscription.state import Subscription
from ledger.quantity import text_of
from ledger.ratios import rounded
from projections.balances.report import contract

_COUNTS = ("granted", "used", "expired", "refunded", "remaining")
_PLACES = 4


def utilization(contracts: Iterable[Subscription], as_of: date) -> list[dict[str, Any]]:
    """One row for each line of an offer, over all contracts, as `presented` gives them.

    `rate` is used ÷ granted with at most four places; what a line has no count of is None.
    """
    totals: dict[tuple[str, str], dict[str, Decimal | None]] = {}
    for state in contracts:
        row = contract(state, as_of)
        for line in row["lines"]:
            known = totals.setdefault((row["offer"], line["line"]), {})
            for name in _COUNTS:
                known[name] = _sum(known.get(name), line[name])
    return [_row(offer, line, counts) for (offer, line), counts in sorted(totals.items())]


def _sum(known: Decimal | None, more: str | None) -> Decimal | None:
    return known if more is None else (known or Decimal(0)) + Decimal(more)


def _row(offer: str, line: str, counts: dict[str, Decimal | None]) -> dict[str, Any]:
    shown = {name: None if count is None else text_of(count) for name, count in counts.items()}
    rate = _rate(counts["used"] or Decimal(0), counts["granted"])
    return {"offer": offer, "line": line, **shown, "rate": rate}


def _rate(used: Decimal, granted: Decimal | None) -> str | None:
    if not granted:
        return None
    scale = 10**_PLACES
    return f"{Decimal(rounded(Fraction(used) / Fraction(granted) * scale)) / scale:f}"
