"""What can happen to a clinic."""

from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints

from aggregates.values import Digest, Text
from ledger.events import Event, Frozen
from ledger.ids import Id


class Location(Frozen):
    """A place of the clinic; its own `timezone` counts where the clinic says so (14.5)."""

    location: Id
    name: Text
    state: Text | None = None
    timezone: Annotated[str, StringConstraints(max_length=64)] | None = None


class ClinicDefined(Event):
    """The clinic exists; `policies` are those of accounting.md 18 that differ from the default."""

    clinic: Id
    name: Text
    currency: str
    timezone: str
    state: Text | None = None
    locations: tuple[Location, ...] = ()
    policies: dict[str, Any] = {}


class PolicySet(Event):
    """A policy changes on a date in an open period; it never re-decides an event."""

    policy: str
    value: Any
    effective: date
    reason: Digest
    approver: Id


class PeriodLocked(Event):
    """A period of this clinic's books was closed; written in the append of the close."""

    period: str
    version: int
    cut: int


class PeriodSoftLocked(Event):
    """Front desk and providers no longer enter anything dated in the period."""

    period: str


class PeriodUnlocked(Event):
    """The close of a period is in force no more; written in the append of the reopening."""

    period: str
    version: int
