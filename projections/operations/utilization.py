"""How much of what was sold is used, by offer and line (interfaces.md 6, utilization)."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aggregates.subscription.state import Subscription
from ledger.quantity import text_of
from projections.balances.report import contract
from projections.ratios import short_rate

_COUNTS = ("granted", "used", "expired", "refunded", "remaining")


def utilization(contracts: Iterable[Subscription], as_of: date) -> list[dict[str, Any]]:
    """One row for each line of an offer, over all contracts, as `presented` gives them.

    Units that went to another contract count as granted there, so that a row adds up. `rate` is
    used ÷ granted with at most four places; what a line has no count of is None.
    """
    totals: dict[tuple[str, str], dict[str, Decimal | None]] = {}
    for state in contracts:
        row = contract(state, as_of)
        for line in row["lines"]:
            known = totals.setdefault((row["offer"], line["line"]), {})
            for name, count in _counts(line).items():
                known[name] = _sum(known.get(name), count)
    return [_row(offer, line, counts) for (offer, line), counts in sorted(totals.items())]


def _counts(line: Mapping[str, Any]) -> dict[str, Decimal | None]:
    counts = {name: None if line[name] is None else Decimal(line[name]) for name in _COUNTS}
    if counts["granted"] is not None:
        counts["granted"] -= Decimal(line["transferred"])
    return counts


def _sum(known: Decimal | None, more: Decimal | None) -> Decimal | None:
    return known if more is None else (known or Decimal(0)) + more


def _row(offer: str, line: str, counts: dict[str, Decimal | None]) -> dict[str, Any]:
    shown = {name: None if count is None else text_of(count) for name, count in counts.items()}
    rate = short_rate(Fraction(counts["used"] or 0), Fraction(counts["granted"] or 0))
    return {"offer": offer, "line": line, **shown, "rate": rate}
