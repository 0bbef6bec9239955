"""Memberships in figures: by offer, tier, service, cohort and provider (product.md 127-138).

Everything is counted in one pass over the contracts and one over the visits.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from aggregates.subscription.state import Subscription, sale_of
from aggregates.visit.state import Visit
from ledger.calendar import Period
from projections.operations.income import Income
from projections.operations.memberships import (
    VOIDED,
    is_active,
    is_membership,
    left_on,
    renewals,
    since,
)
from projections.operations.providers import providers
from projections.operations.retention import Retention
from projections.operations.usage import Usage, counted, services_of
from projections.ratios import rate_text


@dataclass(frozen=True, slots=True)
class Days:
    """The end of the day for which is told what is, and the period of what happened until then."""

    as_of: date
    period: Period

    @property
    def first(self) -> date:
        """The first day of the period."""
        return self.period.first

    @property
    def last(self) -> date:
        """Its last day that counts."""
        return min(self.period.last, self.as_of)

    def include(self, day: date) -> bool:
        """Whether the day is one of the period's."""
        return self.first <= day <= self.last


@dataclass(slots=True)
class Turnover:
    """The memberships of an offer: those that go on, and what became of them in a period."""

    active: int = 0
    new: int = 0
    renewed: int = 0
    not_renewed: int = 0
    open: int = 0
    ended: int = 0

    def add(self, state: Subscription, days: Days) -> None:
        """Counts a membership."""
        left = left_on(state)
        outcomes = list(renewals(state, days.first, days.last))
        self.active += is_active(state, days.as_of)
        self.new += days.include(since(state))
        self.renewed += outcomes.count("renewed")
        self.not_renewed += outcomes.count("not_renewed")
        self.open += outcomes.count("open")
        self.ended += left is not None and days.include(left)

    def row(self) -> dict[str, Any]:
        """As the report shows it."""
        rate = rate_text(self.renewed, self.renewed + self.not_renewed)
        return {**asdict(self), "renewal_rate": rate}


class Figures:
    """The figures of contracts."""

    def __init__(self, days: Days) -> None:
        self.days = days
        self.income = Income(days.as_of)
        self.retention = Retention(days.as_of)
        self._offers: dict[tuple[str, str], Turnover] = {}
        self._tiers: dict[str, Usage] = {}
        self._services: dict[tuple[str, ...], Usage] = {}

    def add(self, state: Subscription) -> None:
        """Counts a contract, as `presented` gives it."""
        current = state.plan or sale_of(state)
        tier = current.tier or ""
        if is_membership(state):
            turnover = self._offers.setdefault((current.offer, tier), Turnover())
            turnover.add(state, self.days)
            self.income.add(state)
            self.retention.add(state)
        for lot in counted(state):
            self._tiers[tier] = self._tiers.get(tier, Usage()).with_lot(lot)
            services = services_of(lot)
            self._services[services] = self._services.get(services, Usage()).with_lot(lot)

    def offers(self) -> list[dict[str, Any]]:
        """One row for each offer with memberships, and its tier."""
        return [
            {"offer": offer, "tier": tier or None, **turnover.row()}
            for (offer, tier), turnover in sorted(self._offers.items())
        ]

    def tiers(self) -> list[dict[str, Any]]:
        """The use of units by tier, packages included; without a tier last."""
        return [
            {"tier": tier or None, **usage.row()}
            for tier, usage in sorted(self._tiers.items(), key=lambda item: (not item[0], item[0]))
        ]

    def services(self) -> list[dict[str, Any]]:
        """The use of units by service, the least used first; a menu stands as a whole."""
        return [
            {"services": list(services), **usage.row(), "underused": usage.is_little}
            for services, usage in sorted(self._services.items(), key=_least_used)
        ]


def metrics(
    contracts: Iterable[Subscription],
    visits: Iterable[Visit],
    as_of: date,
    period: Period | None = None,
) -> dict[str, Any]:
    """The figures at the end of a day; new, renewed, ended and visits are those of a period, if
    none is given the day's month, as far as they had taken effect by then.

    `renewal_rate` is renewed ÷ (renewed + not renewed): paid cycles that were over, by whether
    the next one was paid. Those whose next one may be paid still are `open`.
    """
    figures = Figures(Days(as_of, period or Period.of(as_of)))
    for state in contracts:
        if state.ended != VOIDED:
            figures.add(state)
    return {
        "as_of": as_of.isoformat(),
        "period": str(figures.days.period),
        "offers": figures.offers(),
        "tiers": figures.tiers(),
        "services": figures.services(),
        "retention": figures.retention.report(),
        "expected_income": figures.income.report(),
        "providers": providers(visits, figures.days.first, figures.days.last),
    }


def _least_used(item: tuple[tuple[str, ...], Usage]) -> tuple[Fraction, tuple[str, ...]]:
    services, usage = item
    return usage.rate, services
