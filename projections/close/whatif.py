"""A close tried with other policies or estimates: what would be different; nothing is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from aggregates.clinic.policies import CLOSING, problem_with
from aggregates.estimate.events import EstimateKind, EstimateScope, EstimateSet
from aggregates.values import Rate
from ledger.books.chart import name_of
from ledger.books.rollforward import COLUMNS
from ledger.calendar import Day, Period
from ledger.canonical import canonical
from ledger.events import Frozen
from projections.close.books import Books
from projections.close.replay import Suppose, closes_in_force, replay
from projections.journal.settings import SettingsHistory

ESTIMATES = "estimates"
#: A limit on who may change an estimate, which a close does not ask for.
_OF_THE_DESK = "breakage_max_change"
_NOBODY, _NOTHING = "nobody", "0" * 64


class SupposedEstimate(Frozen):
    """An estimate as `set_estimate` takes it; without a day it holds from the period's first on."""

    kind: EstimateKind
    scope: EstimateScope = EstimateScope()
    rate: Rate
    effective: Day | None = None


class _Estimates(Frozen):
    estimates: tuple[SupposedEstimate, ...] = ()


@dataclass(frozen=True, slots=True)
class Supposition:
    """Policies and estimates that nobody has set."""

    policies: Mapping[str, Any]
    estimates: tuple[SupposedEstimate, ...] = ()

    def from_period(self, period: Period) -> Suppose:
        """The settings as they would be if these held from that period on."""
        guessed = tuple(
            EstimateSet(
                estimate=f"what-if-{number}",
                kind=one.kind,
                scope=one.scope,
                rate=one.rate,
                effective=one.effective or period.first,
                evidence=_NOTHING,
                approver=_NOBODY,
            )
            for number, one in enumerate(self.estimates, start=1)
        )

        def suppose(settings: SettingsHistory) -> SettingsHistory:
            return settings.supposing(self.policies, guessed, period.first)

        return suppose


def supposition(given: Any) -> Supposition:
    """What a file asks for: {policy: value, …, "estimates": […]}.

    Raises ValueError with what is wrong: a policy that does not exist, a value it does not have,
    or one that is decided with each event and that no close changes.
    """
    if not isinstance(given, dict) or not given:
        raise ValueError('give policies by name, as in {"breakage_method": "none"}')
    policies = {key: value for key, value in given.items() if key != ESTIMATES}
    for key, value in policies.items():
        problem = problem_with(key, value)
        if problem is not None:
            raise ValueError(problem)
        if key not in CLOSING or key == _OF_THE_DESK:
            raise ValueError(f"{key} is decided with each event: a close does not change it")
    return Supposition(policies, _supposed(given.get(ESTIMATES, [])))


def _supposed(given: Any) -> tuple[SupposedEstimate, ...]:
    try:
        return _Estimates.model_validate_json(canonical({"estimates": given})).estimates
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(name) for name in first["loc"])
        raise ValueError(f"{where}: {first['msg']}") from None


def what_if(conninfo: str, clinic: str, period: Period, supposed: Supposition) -> dict[str, Any]:
    """The close of a period as it is and as it would be, account by account and movement by
    movement, in minor units with debits positive: {period, position, accounts, rollforward}.

    A period that is closed is replayed at its cut, an open one at the head.
    """
    cut = next((one.cut for one in closes_in_force(conninfo, clinic) if one.period == period), None)
    with replay(conninfo, clinic, cut) as books:
        position, now = books.cut, _figures(books, period)
    suppose = supposed.from_period(period)
    with replay(conninfo, clinic, position, suppose=suppose) as books:
        then = _figures(books, period)
    accounts = sorted(now.balances.keys() | then.balances.keys())
    return {
        "period": str(period),
        "position": position,
        "accounts": [
            {"account": code, "name": name_of(code), **_compared(now.balances, then.balances, code)}
            for code in accounts
        ],
        "rollforward": [
            {"movement": column, **_compared(now.moved, then.moved, column)} for column in COLUMNS
        ],
    }


@dataclass(frozen=True, slots=True)
class _Figures:
    balances: dict[str, int]
    moved: dict[str, int]


def _figures(books: Books, period: Period) -> _Figures:
    books.close_now(period)
    balances = {total.account: total.balance for total in books.totals(period.last)}
    return _Figures(balances, books.rollforward(period)["total"])


def _compared(now: Mapping[str, int], then: Mapping[str, int], key: str) -> dict[str, int]:
    one, other = now.get(key, 0), then.get(key, 0)
    return {"now": one, "then": other, "difference": other - one}
