"""What a clinic's history comes to."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from aggregates.clinic.events import ClinicDefined, PeriodLocked, PolicySet
from aggregates.clinic.policies import POLICIES
from ledger.calendar import Period
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic as defined; `changes` are its policies in the order in which they were set."""

    defined: ClinicDefined | None = None
    changes: tuple[PolicySet, ...] = ()
    locked: tuple[PeriodLocked, ...] = ()

    @property
    def locked_through(self) -> Period | None:
        """The last closed period, or None before the first close."""
        return max((Period.parse(lock.period) for lock in self.locked), default=None)

    @property
    def currency(self) -> str:
        return "" if self.defined is None else self.defined.currency

    @property
    def timezone(self) -> str:
        return "UTC" if self.defined is None else self.defined.timezone

    @property
    def locations(self) -> tuple[str, ...]:
        return () if self.defined is None else tuple(x.location for x in self.defined.locations)

    def policy(self, key: str, on: date) -> Any:
        """The value in force on a day: the last one set with effect by then, else the default."""
        return self.policies(on)[key]

    def policies(self, on: date) -> dict[str, Any]:
        """Every policy in force on a day."""
        values = {key: policy.default for key, policy in POLICIES.items()}
        if self.defined is not None:
            values |= self.defined.policies
        changes = [change for change in self.changes if change.effective <= on]
        for change in sorted(changes, key=lambda item: item.effective):
            values[change.policy] = change.value
        return values


def evolve(state: Clinic, recorded: Recorded) -> Clinic:
    """The state after one more event."""
    match recorded.event:
        case ClinicDefined() as defined:
            return replace(state, defined=defined)
        case PolicySet() as change:
            return replace(state, changes=(*state.changes, change))
        case PeriodLocked() as lock:
            return replace(state, locked=(*state.locked, lock))
        case other:
            raise impossible("clinic", other)


CLINIC: Decider[Clinic] = Decider(Clinic(), evolve)
