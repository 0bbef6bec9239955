"""A decider: the empty state of one noun and how an event changes it (architecture.md 1)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from ledger.codes import Refused
from ledger.events import Event, NewEvent, Recorded

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Decider(Generic[State]):
    """`evolve` is total over the events of its stream and never refuses: history happened."""

    initial: State
    evolve: Callable[[State, Recorded], State]

    def fold(self, history: Iterable[Recorded], state: State | None = None) -> State:
        """The state after `history`, starting from `state` or from the empty one."""
        current = self.initial if state is None else state
        for recorded in history:
            current = self.evolve(current, recorded)
        return current


def impossible(noun: str, event: Event) -> AssertionError:
    """The error for an event that cannot stand in a stream of `noun`."""
    return AssertionError(f"a {noun} cannot evolve from {type(event).__name__}")


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, where, and when it happened; `today` is the clinic's date by the clock.

    `command` is the command's id, from which an id is derived that the caller leaves out.
    """

    clinic: str
    at: datetime
    on: date
    actor: str
    role: str
    now: datetime
    today: date
    command: str = ""

    @property
    def is_service(self) -> bool:
        """Whether another system reports what has already happened."""
        return self.role == "service"


@dataclass(frozen=True, slots=True)
class Decided:
    """The events of an accepted command, in the order of their positions, and its answer.

    `states` are streams that the decision has folded over its own events already.
    """

    events: tuple[NewEvent, ...]
    data: dict[str, Any] = field(default_factory=dict)
    states: Mapping[str, Any] = field(default_factory=dict)


Decision = Decided | Refused

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def staged(context: Context, new: NewEvent) -> Recorded:
    """A decided event as its own stream will see it, before it has a position."""
    return Recorded(
        clinic=context.clinic,
        position=0,
        stream=new.stream,
        version=0,
        effective_at=new.effective_at or context.at,
        effective_on=new.effective_on or context.on,
        recorded_at=_NEVER,
        actor=context.actor,
        role=context.role,
        command="",
        event=new.event,
    )
