"""What goes into the store and what comes out, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from ledger.errors import Busy, LedgerError
from ledger.events import NewEvent
from ledger.personal import PersonalText


@dataclass(frozen=True, slots=True)
class CommandRow:
    """An accepted command on its way into the store.

    `request_hash` is the hex SHA-256 of its content, `data` the answer to remember. The two
    effective times are those of its events, unless an event names its own.
    """

    id: str
    name: str
    request_hash: str
    data: dict[str, Any]
    actor: str
    role: str
    effective_at: datetime
    effective_on: date
    events: tuple[NewEvent, ...]
    meta: dict[str, Any] = field(default_factory=dict)
    personal: tuple[PersonalText, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredRef:
    """Where an event of an accepted command stands."""

    position: int
    type: str
    stream: str
    version: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a command; `replayed` when it is the remembered one."""

    id: str
    data: dict[str, Any]
    events: tuple[StoredRef, ...]
    recorded_at: datetime
    replayed: bool = False


class Row(NamedTuple):
    """One row of the table ``ledger.event``, its columns in their order; bodies undecoded."""

    clinic: str
    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    effective_at: datetime
    effective_on: date
    recorded_at: datetime
    actor: str
    role: str
    command: str
    request_hash: bytes
    meta: str
    body: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a clinic's history; `hash` is hex and covers everything before."""

    clinic: str
    position: int
    hash: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A stored file; `subject` is whom it is about."""

    sha256: str
    media_type: str
    content: bytes
    subject: str


class Conflict(Busy):
    """Streams moved since they were loaded: load these again and decide anew (style.md rule 8)."""

    def __init__(self, streams: tuple[str, ...]) -> None:
        super().__init__(f"streams moved: {', '.join(streams)}")
        self.streams = streams


class Known(LedgerError):
    """Some commands of the batch are remembered, so nothing was appended.

    `same_content` tells, per remembered id, whether the content is the remembered one.
    """

    def __init__(self, same_content: Mapping[str, bool]) -> None:
        super().__init__(f"commands remembered: {', '.join(same_content)}")
        self.same_content = dict(same_content)
