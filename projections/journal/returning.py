"""Products that may still be brought back, as the books know them (accounting.md 12, row 50)."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from aggregates.estimate.state import Sold
from ledger.books.entries import Dimensions, Entry
from ledger.books.reserves import REFUND_LIABILITY
from ledger.books.returns import LOT, RIGHT_TO_RECOVER, Returnable, expected_back
from projections.journal.oneperiod import OnePeriod
from projections.journal.steps import RECOVERABLE, RETURNABLE

_PLACE = "subscription, location, program, provider, offer, line"
# What was delivered and may come back after the day, with what stands for products by then.
# Parameters: cut, day, day, day.
_RETURNABLE = f"""
SELECT {_PLACE}, CAST(sum(revenue) AS bigint), CAST(sum(cost) AS bigint),
       CAST(sum(reserved) AS bigint), CAST(sum(recoverable) AS bigint)
FROM (
    SELECT {_PLACE}, CASE kind WHEN '{RETURNABLE}' THEN amount ELSE 0 END AS revenue,
           CASE kind WHEN '{RECOVERABLE}' THEN amount ELSE 0 END AS cost, 0 AS reserved,
           0 AS recoverable
    FROM views.journal_step
    WHERE kind IN ('{RETURNABLE}', '{RECOVERABLE}') AND position <= ? AND effective_on <= ?
      AND ends > ?
    UNION ALL
    SELECT {_PLACE}, 0, 0,
           CASE account WHEN '{REFUND_LIABILITY}' THEN credit - debit ELSE 0 END,
           CASE account WHEN '{RIGHT_TO_RECOVER}' THEN debit - credit ELSE 0 END
    FROM views.journal_line
    WHERE closing > 0 AND lot = '{LOT}' AND posting_date <= ?
) AS goods
GROUP BY {_PLACE}
"""  # noqa: S608 - made of constants
_SOLD = "SELECT subscription, sold_on, offer, program FROM views.journal_contract"


@dataclass(frozen=True, slots=True)
class Returns(OnePeriod):
    """Row 50, and 32 for products, of one open period."""

    def entries(self) -> list[Entry]:
        """What each contract's 2160 and 1300 lack of their targets, or hold beyond them."""
        if self.window.provisional:
            return []
        goods = self._goods()
        sold = self._sold() if goods else {}
        return [
            entry
            for subscription, group in groupby(goods, key=lambda one: one.at.subscription)
            for entry in expected_back(
                list(group), self._rate(sold.get(subscription or "")), self.period, self.window
            )
        ]

    def inputs(self, subscription: str) -> dict[str, Any]:
        """What a contract's expected returns are worked out from on the day."""
        goods = [one for one in self._goods() if one.at.subscription == subscription]
        return {
            "day": self.day.isoformat(),
            "revenue": sum(one.revenue for one in goods),
            "cost": sum(one.cost for one in goods),
            "rate": str(self._rate(self._sold().get(subscription))),
            "reserved": sum(one.reserved for one in goods),
            "recoverable": sum(one.recoverable for one in goods),
        }

    def _rate(self, sold: Sold | None) -> Fraction:
        """The estimate of refunds in force; all of it where nobody has estimated any (8.2)."""
        if sold is None or self.settings.policy("expected_refunds", self.day) == "none":
            return Fraction(0)
        rate = self.settings.estimates.rate("refunds", sold, self.day)
        return Fraction(1) if rate is None else rate

    def _goods(self) -> list[Returnable]:
        days = (self.cut, self.day, self.day, self.day)
        rows = sorted(self.tables.rows(_RETURNABLE, days), key=_order)
        return [Returnable(_at(*row[:6]), *row[6:]) for row in rows]

    def _sold(self) -> dict[str, Sold]:
        return {
            subscription: Sold.on(sold_on, offer, program)
            for subscription, sold_on, offer, program in self.tables.rows(_SOLD)
        }


def _order(row: tuple[Any, ...]) -> tuple[str, ...]:
    """By contract and line first; the two engines would sort what is missing apart."""
    subscription, *place, line = row[:6]
    return tuple(part or "" for part in (subscription, line, *place))


def _at(subscription: str, *place: str | None) -> Dimensions:
    location, program, provider, offer, line = place
    return Dimensions(location, program, provider, offer, None, subscription, line)
