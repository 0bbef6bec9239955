"""What a clinic's history comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from aggregates.clinic.calendars import KEY, calendar_of
from aggregates.clinic.events import (
    ClinicDefined,
    PeriodLocked,
    PeriodSoftLocked,
    PeriodUnlocked,
    PolicySet,
)
from aggregates.clinic.policies import defaults
from ledger.calendar import ONE_DAY, Calendar, Period, local_date
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic as defined on the day `since`.

    `changes` are its policies in the order in which they were set, `locked` the closes in
    force, `reopened` the periods that wait to be closed again.
    """

    defined: ClinicDefined | None = None
    since: date | None = None
    changes: tuple[PolicySet, ...] = ()
    locked: tuple[PeriodLocked, ...] = ()
    reopened: frozenset[Period] = frozenset()
    soft_closed: frozenset[Period] = frozenset()
    _policies: dict[int, Mapping[str, Any]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """What `policies` has worked out, by how many changes had taken effect: every command asks."""

    @property
    def locked_through(self) -> Period | None:
        """The last closed period, or None before the first close."""
        last = max((Period.parse(lock.period) for lock in self.locked), default=None)
        return None if last is None else self.calendar.bound(last)

    def closed_for(self, day: date) -> str | None:
        """Why nothing can be posted on a day any more, in words, or None."""
        locked = self.locked_through
        closed = locked is not None and day <= locked.last
        return f"The books are closed through {locked}." if closed else None

    @property
    def next_to_close(self) -> Period | None:
        """The period whose turn it is, or None before the first close, which may be of any."""
        if self.reopened:
            return self.calendar.bound(min(self.reopened))
        return None if self.locked_through is None else self.locked_through.next()

    def is_soft_closed(self, day: date) -> bool:
        """Whether the front desk and providers are done with the period of `day`.

        The first close of a clinic takes in all before it, and so does a soft one (14.2).
        """
        period = self.calendar.of(day)
        if self.next_to_close is None:
            return any(period <= closed for closed in self.soft_closed)
        return period in self.soft_closed

    @property
    def calendar(self) -> Calendar:
        """How days make periods, as far as it was said (policy `calendar`)."""
        said = [] if self.defined is None else [(date.min, self.defined.policies.get(KEY))]
        said += [(one.effective, one.value) for one in self.changes if one.policy == KEY]
        return calendar_of(said)

    @property
    def currency(self) -> str:
        return "" if self.defined is None else self.defined.currency

    @property
    def timezone(self) -> str:
        return "UTC" if self.defined is None else self.defined.timezone

    @property
    def locations(self) -> tuple[str, ...]:
        return () if self.defined is None else tuple(x.location for x in self.defined.locations)

    def state_of(self, location: str | None) -> str | None:
        """The state of a location, else of the clinic, where they say so."""
        if self.defined is None:
            return None
        places = {place.location: place.state for place in self.defined.locations}
        return places.get(location or "") or self.defined.state

    def zone_of(self, location: str | None, on: date) -> str:
        """Whose midnight ends a day at a location (policy `period_boundary`; 14.5)."""
        return self._zones(on).get(location or "") or self.timezone

    def day_everywhere(self, today: date, now: datetime) -> date:
        """The day that has begun at every location, `today` by the clinic's own calendar."""
        return min([today, *(local_date(now, name) for name in self._zones(today).values())])

    def day_anywhere(self, today: date, now: datetime) -> date:
        """The last day that has begun at any location."""
        return max([today, *(local_date(now, name) for name in self._zones(today).values())])

    def _zones(self, on: date) -> dict[str, str]:
        """The locations with a calendar of their own, where it counts."""
        if self.defined is None or self.policy("period_boundary", on) != "location":
            return {}
        return {at.location: at.timezone for at in self.defined.locations if at.timezone}

    def policy(self, key: str, on: date) -> Any:
        """The value in force on a day: the last one set with effect by then, else the default."""
        return self.policies(on)[key]

    def told(self, key: str, on: date) -> list[tuple[Any, date | None, date | None]]:
        """The value of a policy on a day and the later ones, each with its first and last day."""
        days = sorted({change.effective for change in self.changes if change.policy == key})
        past = [day for day in days if day <= on]
        begins: list[date | None] = [max(past, default=self.since)]
        begins += [day for day in days if day > on]
        ends = [None if day is None else day - ONE_DAY for day in begins[1:]]
        return [
            (self.policy(key, since or on), since, until)
            for since, until in zip(begins, [*ends, None], strict=True)
        ]

    def policies(self, on: date) -> Mapping[str, Any]:
        """Every policy in force on a day."""
        changes = [change for change in self.changes if change.effective <= on]
        known = self._policies.get(len(changes))
        if known is None:
            known = self._policies[len(changes)] = MappingProxyType(self._with(changes))
        return known

    def _with(self, changes: list[PolicySet]) -> dict[str, Any]:
        said = {} if self.defined is None else dict(self.defined.policies)
        for change in sorted(changes, key=lambda item: item.effective):
            said[change.policy] = change.value
        return {**defaults(said.get("framework", "asc606")), **said}


def evolve(state: Clinic, recorded: Recorded) -> Clinic:
    """The state after one more event."""
    match recorded.event:
        case ClinicDefined() as defined:
            return replace(state, defined=defined, since=recorded.effective_on)
        case PolicySet() as change:
            return replace(state, changes=(*state.changes, change))
        case PeriodLocked() as lock:
            return _locked(state, lock)
        case PeriodSoftLocked(period=period):
            return replace(state, soft_closed=state.soft_closed | {Period.parse(period)})
        case PeriodUnlocked(period=period):
            kept = tuple(lock for lock in state.locked if lock.period != period)
            return replace(state, locked=kept, reopened=state.reopened | {Period.parse(period)})
        case other:
            raise impossible("clinic", other)


def _locked(state: Clinic, lock: PeriodLocked) -> Clinic:
    period = Period.parse(lock.period)
    return replace(
        state,
        locked=(*state.locked, lock),
        reopened=state.reopened - {period},
        soft_closed=frozenset(closed for closed in state.soft_closed if closed > period),
    )


CLINIC: Decider[Clinic] = Decider(Clinic(), evolve)
