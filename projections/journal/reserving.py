"""Expected refunds of each contract, and the allowance for what will not be paid (8.2, 10.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from aggregates.estimate.state import Sold
from ledger.books.chart import CONTRACT_ASSET, CONTRACT_LIABILITIES
from ledger.books.concessions import ROW as CONCESSION
from ledger.books.entries import Dimensions, Entry
from ledger.books.presentation import ROW as PRESENTATION
from ledger.books.reserves import (
    ALLOWANCE,
    RECEIVABLES,
    REFUND_LIABILITY,
    RELEASED,
    RESERVED,
    Standing,
    losses,
    reserve,
    taken_back,
    used_up,
)
from ledger.calendar import Period
from ledger.ratios import rounded
from projections.journal.oneperiod import OnePeriod
from projections.journal.tables import Tables

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_RESERVING = f"('{RESERVED}', '{RELEASED}')"
_RECEIVABLES = "('" + "', '".join(RECEIVABLES) + "')"
# Lines of the contracts whose refunds may be expected: all of them where an estimate holds, else
# those that may be given back at will, and those that have something in 2160 already.
# Parameters: day, every, day.
_STANDING = f"""
SELECT subscription, account, location, program, provider, offer, line,
       CAST(sum(CASE WHEN rule IN {_RESERVING} THEN 0 ELSE credit - debit END) AS bigint),
       CAST(sum(CASE WHEN rule IN {_RESERVING} THEN debit - credit ELSE 0 END) AS bigint)
FROM views.journal_line
WHERE account IN {_LIABILITIES} AND rule NOT IN ('{PRESENTATION}', '{CONCESSION}')
  AND posting_date <= ? AND subscription IS NOT NULL AND (? OR subscription IN (
    SELECT subscription FROM views.journal_contract WHERE on_demand OR cooling_off_until >= ?
    UNION
    SELECT subscription FROM views.journal_line WHERE account = '{REFUND_LIABILITY}'
))
GROUP BY subscription, account, location, program, provider, offer, line
"""  # noqa: S608 - made of constants
_CONTRACTS = """
SELECT subscription, sold_on, offer, program, cooling_off_until, on_demand
FROM views.journal_contract WHERE position <= ?
"""
# The first refund of a period, by contracts with something in 2160 before it.
_REFUNDED = f"""
SELECT l.subscription, min(l.posting_date) FROM views.journal_line l
WHERE l.rule = '29' AND l.posting_date BETWEEN ? AND ? AND l.subscription IN (
    SELECT subscription FROM views.journal_line WHERE account = '{REFUND_LIABILITY}'
    GROUP BY subscription HAVING sum(credit - debit) <> 0
)
GROUP BY l.subscription ORDER BY l.subscription
"""  # noqa: S608 - made of constants
_REFUNDS = """
SELECT DISTINCT posting_date FROM views.journal_line
WHERE rule = '29' AND posting_date BETWEEN ? AND ?
"""
_DUE = f"""
SELECT subscription, CAST(sum(debit - credit) AS bigint) FROM views.journal_line
WHERE account IN {_RECEIVABLES} AND rule <> '{PRESENTATION}' AND posting_date <= ?
GROUP BY subscription ORDER BY subscription
"""  # noqa: S608 - made of constants
_ALLOWED = f"""
SELECT CAST(coalesce(sum(credit - debit), 0) AS bigint) FROM views.journal_line
WHERE account = '{ALLOWANCE}' AND posting_date <= ?
"""  # noqa: S608 - made of constants


def refunds(tables: Tables, periods: Sequence[Period], end: date) -> frozenset[Period]:
    """The periods with a refund by the day `end`."""
    days = tables.rows(_REFUNDS, (periods[0].first, end))
    return frozenset(periods[0].calendar.of(day) for (day,) in days)


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a contract decides how much of it is expected back."""

    sold: Sold
    cooling_off_until: date | None
    on_demand: bool


@dataclass(frozen=True, slots=True)
class Reserves(OnePeriod):
    """Rows 2, 32 and 40 of one open period."""

    def before_refunds(self) -> list[Entry]:
        """What a refund takes back from 2160 first, on its own day (row 32; 8.2)."""
        refunded: dict[str, date] = dict(self.tables.rows(_REFUNDED, (self.period.first, self.day)))
        if not refunded:
            return []
        standing = self._standing(self.period.first, every=False)
        return [
            entry
            for subscription, on in refunded.items()
            for entry in taken_back(standing.get(subscription, []), on, self.period, self.window)
        ]

    def of_refunds(self) -> list[Entry]:
        """What each contract's 2160 lacks of its target, or holds beyond it (rows 2, 32; 8.2).

        Before a close only what was used up since the last one leaves it: that is given back to
        nobody, and the contract is not an asset for it.
        """
        if self.window.provisional:
            return self._used_up()
        counts = self.settings.policy("expected_refunds", self.day) == "class_rate"
        every = counts and self.settings.estimates.has("refunds", self.day)
        standing = self._standing(self.day, every=every)
        terms = self._terms() if standing else {}
        return [
            entry
            for subscription, lines in standing.items()
            for entry in reserve(
                lines,
                self._expected_back(terms.get(subscription)) if counts else Fraction(0),
                self.period,
                self.window,
            )
        ]

    def _used_up(self) -> list[Entry]:
        return [
            entry
            for lines in self._standing(self.day, every=False).values()
            for entry in used_up(lines, self.day, self.period, self.window)
        ]

    def _expected_back(self, terms: Terms | None) -> Fraction:
        """All of what may be asked back at will; else the estimate in force; else what is within
        its cooling-off window, whole (8.2).
        """
        if terms is None:
            return Fraction(0)
        on_demand = self.settings.policy("on_demand_class", self.day) == "refund_liability"
        if terms.on_demand and on_demand:
            return Fraction(1)
        rate = self.settings.estimates.rate("refunds", terms.sold, self.day)
        if rate is not None:
            return rate
        until = terms.cooling_off_until
        return Fraction(until is not None and self.day <= until)

    def inputs(self, subscription: str) -> dict[str, Any]:
        """What a contract's reserve is worked out from on the day."""
        lines = self._standing(self.day, every=True).get(subscription, [])
        return {
            "day": self.day.isoformat(),
            "unrecognised": sum(line.unrecognised for line in lines),
            "rate": str(self._expected_back(self._terms().get(subscription))),
            "reserved": sum(line.reserved for line in lines),
        }

    def of_losses(self, presented: Iterable[Entry]) -> list[Entry]:
        """What the allowance lacks of its target (row 40); `presented` shows contract assets."""
        if self.window.provisional:
            return []
        [(standing,)] = self.tables.rows(_ALLOWED, (self.day,))
        has = self.settings.estimates.has("credit_loss", self.day)
        target = rounded(self._expected_losses(presented)) if has else 0
        return losses(target, standing, self.period, self.window)

    def _expected_losses(self, presented: Iterable[Entry]) -> Fraction:
        due: dict[str | None, int] = dict(self.tables.rows(_DUE, (self.day,)))
        for entry in presented:
            if entry.posting_date <= self.day:
                for line in entry.lines:
                    if line.account == CONTRACT_ASSET:
                        party = line.at.subscription
                        due[party] = due.get(party, 0) + line.debit - line.credit
        terms = self._terms()
        return sum(
            (amount * self._rate(terms.get(party or "")) for party, amount in due.items()),
            Fraction(0),
        )

    def _rate(self, terms: Terms | None) -> Fraction:
        sold = Sold("", None, "") if terms is None else terms.sold
        return self.settings.estimates.rate("credit_loss", sold, self.day) or Fraction(0)

    def _standing(self, day: date, *, every: bool) -> dict[str, list[Standing]]:
        found: dict[str, list[Standing]] = {}
        rows = self.tables.rows(_STANDING, (day, every, day))
        for subscription, account, *place, balance, reserved in sorted(rows, key=_order):
            found.setdefault(subscription, []).append(
                Standing(account, _at(subscription, place), balance, reserved)
            )
        return found

    def _terms(self) -> Mapping[str, Terms]:
        return dict(self._known_terms())

    def _known_terms(self) -> Iterator[tuple[str, Terms]]:
        rows = self.tables.rows(_CONTRACTS, (self.cut,))
        for subscription, sold_on, offer, program, until, on_demand in rows:
            sold = Sold.on(sold_on, offer, program)
            yield subscription, Terms(sold, until, on_demand)


def _order(row: tuple[Any, ...]) -> tuple[str, ...]:
    """By contract, account and line first; the two engines would sort what is missing apart."""
    subscription, account, location, program, provider, offer, line, *_ = row
    return tuple(
        part or "" for part in (subscription, account, line, offer, location, program, provider)
    )


def _at(subscription: str, place: list[Any]) -> Dimensions:
    location, program, provider, offer, line = place
    return Dimensions(location, program, provider, offer, None, subscription, line)
