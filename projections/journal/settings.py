"""What a close computes by: the clinic's policies and its estimates, as known at a position."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

import psycopg

from aggregates.clinic.events import ClinicDefined, PolicySet
from aggregates.clinic.state import Clinic
from aggregates.estimate.events import EstimateSet
from aggregates.estimate.state import Estimates
from ledger.calendar import Calendar
from ledger.ids import stream

_TYPES: dict[str, type[ClinicDefined | PolicySet | EstimateSet]] = {
    kind.__name__: kind for kind in (ClinicDefined, PolicySet, EstimateSet)
}
# By the two streams, which an index finds.
_HISTORY = f"""
SELECT position, type, body FROM ledger.event
WHERE clinic = %s AND stream IN (%s, %s) AND type IN ('{"', '".join(_TYPES)}')
ORDER BY position
"""  # noqa: S608 - made of constants

METHOD = "breakage_method"
Told = ClinicDefined | PolicySet | EstimateSet


@dataclass(frozen=True, slots=True)
class Settings:
    """Policies by the day they hold on, and estimates.

    `supposed` are policies that replace all others, for a close that nobody records.
    """

    clinic: Clinic = field(default_factory=Clinic)
    estimates: Estimates = field(default_factory=Estimates)
    supposed: Mapping[str, Any] = field(default_factory=dict)

    def policy(self, key: str, on: date) -> Any:
        """The value of a policy on a day."""
        return self.supposed[key] if key in self.supposed else self.clinic.policy(key, on)

    @property
    def pools(self) -> bool:
        """Whether breakage before expiry was ever asked for."""
        defined = self.clinic.defined
        changed = [one.value for one in self.clinic.changes if one.policy == METHOD]
        begun = {} if defined is None else defined.policies
        asked = (*changed, begun.get(METHOD, "none"), self.supposed.get(METHOD, "none"))
        return any(value != "none" for value in asked)


@dataclass(frozen=True, slots=True)
class SettingsHistory:
    """Everything that was said about policies and estimates, by position.

    `supposed` and `guessed` are what a close is tried with and nobody has recorded; they hold
    for the periods from `since` on.
    """

    told: Sequence[tuple[int, Told]] = ()
    supposed: Mapping[str, Any] = field(default_factory=dict)
    guessed: tuple[EstimateSet, ...] = ()
    since: date = date.max

    @property
    def pools(self) -> bool:
        """Whether breakage before expiry was asked for at any position."""
        return self.at(sys.maxsize, date.max).pools

    def at(self, cut: int, period_last: date = date.min) -> Settings:
        """What was known at a position, for the close of a period that ends on that day."""
        known = Settings()
        for position, event in self.told:
            if position <= cut:
                known = _moved(known, event)
        if period_last < self.since:
            return known
        return replace(
            known,
            supposed=self.supposed,
            estimates=Estimates((*known.estimates.versions, *self.guessed)),
        )

    def calendar(self, cut: int = sys.maxsize) -> Calendar:
        """How days make periods, as known at a position."""
        return self.at(cut).clinic.calendar

    def supposing(
        self, policies: Mapping[str, Any], estimates: tuple[EstimateSet, ...], since: date
    ) -> Self:
        """The same with other policies and more estimates from a period on."""
        return replace(self, supposed=policies, guessed=estimates, since=since)


def _moved(known: Settings, event: Told) -> Settings:
    match event:
        case EstimateSet():
            return replace(known, estimates=known.estimates.with_version(event))
        case PolicySet():
            changes = (*known.clinic.changes, event)
            return replace(known, clinic=replace(known.clinic, changes=changes))
        case ClinicDefined():
            return replace(known, clinic=replace(known.clinic, defined=event))


def read_settings(connection: psycopg.Connection[tuple[Any, ...]], clinic: str) -> SettingsHistory:
    """The history of a clinic's settings, through a connection that sees its events."""
    streams = (stream(clinic, "clinic"), stream(clinic, "estimates"))
    rows = connection.execute(_HISTORY.encode(), (clinic, *streams)).fetchall()
    return SettingsHistory(
        tuple((position, _TYPES[kind].model_validate_json(body)) for position, kind, body in rows)
    )
