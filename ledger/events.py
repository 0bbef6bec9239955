"""The event, the event decided but not stored, and the event as recorded (architecture.md 1)."""

from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of every stored or parsed value: immutable, strict, and closed to unknown fields.

    Strict means that 1.0, True or "1" are never taken for an integer (style.md 8.1).
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Event(Frozen):
    """What was decided. Its class name is its stored name; it knows no stream and no position."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event on its way into a stream.

    The effective time is the command's unless the event lies on another date (a reversal
    is effective on the date of the draw it undoes, interfaces.md 4).
    """

    stream: str
    event: Event
    effective_on: date | None = None
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the clinic's history (interfaces.md 1, "Two times")."""

    clinic: str
    position: int
    stream: str
    version: int
    effective_at: datetime
    effective_on: date
    recorded_at: datetime
    actor: str
    role: str
    command: str
    event: Event
    meta: dict[str, object] = field(default_factory=dict)
