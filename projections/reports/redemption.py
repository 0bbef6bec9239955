"""Redemption curves: how long after a sale the contracts of an offer used what they bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.calendar import Duration, Period
from projections.close.books import Books
from projections.reports.happened import Party

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
#: By use or lapse; what time earns has a schedule and needs no curve.
_USED = f"""
SELECT subscription, max(offer), period, CAST(sum(debit - credit) AS BIGINT)
FROM views.journal_line
WHERE posting_date <= ? AND account IN {_LIABILITIES} AND subscription IS NOT NULL
  AND rule IN ('9', '10', '13', '16', '17', '18', '20')
GROUP BY subscription, period
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Curves:
    """For each offer the value used by the number of months since the sale."""

    used: Mapping[str, Mapping[int, int]]

    def progress(
        self, offer: str, sold_on: date, as_of: date, months: int, last: date | None
    ) -> Fraction:
        """The part of what is left on `as_of` that is used within so many months.

        After its `last` day nothing is left. Where no contract of the offer has been that old,
        use is even up to the last day, or soon where there is none.
        """
        until = Duration(months=months).after(as_of)
        if last is not None and last <= until:
            return Fraction(1)
        age = _months_between(sold_on, as_of)
        later = {old: value for old, value in self.used.get(offer, {}).items() if old > age}
        if any(later.values()):
            soon = sum(value for old, value in later.items() if old <= age + months)
            return Fraction(soon, sum(later.values()))
        return Fraction(1) if last is None else Fraction((until - as_of).days, (last - as_of).days)


def curves(books: Books, parties: Mapping[str, Party], as_of: date) -> Curves:
    """The curves that the books show by a day."""
    used: dict[str, dict[int, int]] = {}
    for subscription, offer, period, amount in books.rows(_USED, (as_of,)):
        if subscription in parties and amount > 0:
            ages = used.setdefault(offer or "", {})
            age = _months_between(parties[subscription].sold_on, Period.parse(period).first)
            ages[age] = ages.get(age, 0) + amount
    return Curves(used)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
