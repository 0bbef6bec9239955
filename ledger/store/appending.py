"""The call of ``ledger.append``: columns in, positions or the reason of a refusal out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import sql

from ledger.canonical import canonical_trusted
from ledger.errors import OutcomeUnknown
from ledger.store.columns import Column, column_of
from ledger.store.pool import Pool, lent
from ledger.store.rows import Accepted, CommandRow, Conflict, Known, StoredRef

_COMMAND: tuple[LiteralString, ...] = ("text", "text", "bytea", "text", "text", "text", "text")
_EVENT: tuple[LiteralString, ...] = (
    "int4",
    "text",
    "int4",
    "text",
    "int4",
    "timestamptz",
    "date",
    "text",
)
_TEXT: tuple[LiteralString, ...] = ("text", "text", "text", "bytea", "text")
_GUARD: tuple[LiteralString, ...] = ("text", "int4")
_KINDS = (*_COMMAND, *_EVENT, *_TEXT, *_GUARD)

# OFFSET 0 keeps the planner from calling append before the clinic is set.
_APPEND = (
    sql.SQL(
        """
        SELECT r.* FROM (SELECT set_config('ledger.clinic', %s, true) AS clinic OFFSET 0) AS s,
        LATERAL ledger.append(s.clinic, %s::timestamptz, {arrays}) AS r
        """
    )
    .format(arrays=sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(kind)) for kind in _KINDS))
    .as_bytes()
)


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """A new event as the table takes it; `command` is the 1-based number of its command."""

    command: int
    stream: str
    version: int
    type: str
    schema_version: int
    effective_at: datetime
    effective_on: date
    body: str


@dataclass(frozen=True, slots=True)
class Appended:
    """Events stand at `first_position` and after, in the order given."""

    first_position: int
    recorded_at: datetime


def append(
    pool: Pool,
    clinic: str,
    commands: Sequence[CommandRow],
    events: Sequence[EncodedEvent],
    guards: Mapping[str, int],
    *,
    now: datetime | None,
) -> Appended:
    """One round trip, one commit; all commands of the batch or none.

    Raises Known, Conflict, Busy (nothing was appended) and OutcomeUnknown (the reply was
    lost: send the same ids again, reliability.md 0.4). Two commands of one id are ValueError.
    """
    if len({command.id for command in commands}) < len(commands):
        raise ValueError("a command id occurs twice in one batch")
    parameters = [clinic, now, *_columns_of(commands, events, guards)]
    with lent(pool, lost=OutcomeUnknown) as connection:
        # The function always returns one row.
        [(status, first, recorded_at, details)] = connection.execute(_APPEND, parameters)
    if status == "known":
        raise Known({known["id"]: known["same_content"] for known in details})
    if status == "conflict":
        raise Conflict(tuple(details))
    return Appended(first, recorded_at)


def _columns_of(
    commands: Sequence[CommandRow], events: Sequence[EncodedEvent], guards: Mapping[str, int]
) -> list[Column]:
    texts = [text for command in commands for text in command.personal]
    columns: tuple[Collection[Any], ...] = (
        [command.id for command in commands],
        [command.name for command in commands],
        [bytes.fromhex(command.request_hash) for command in commands],
        [canonical_trusted(command.data).decode() for command in commands],
        [command.actor for command in commands],
        [command.role for command in commands],
        [canonical_trusted(command.meta).decode() for command in commands],
        [event.command for event in events],
        [event.stream for event in events],
        [event.version for event in events],
        [event.type for event in events],
        [event.schema_version for event in events],
        [event.effective_at for event in events],
        [event.effective_on for event in events],
        [event.body for event in events],
        [text.digest for text in texts],
        [text.subject for text in texts],
        [text.kind for text in texts],
        [text.salt for text in texts],
        [text.value for text in texts],
        guards.keys(),
        guards.values(),
    )
    return [column_of(kind, values) for kind, values in zip(_KINDS, columns, strict=True)]


def answers(
    commands: Sequence[CommandRow], events: Sequence[EncodedEvent], appended: Appended
) -> list[Accepted]:
    """What each command hears: where its events stand."""
    refs: list[list[StoredRef]] = [[] for _ in commands]
    for position, event in enumerate(events, start=appended.first_position):
        refs[event.command - 1].append(StoredRef(position, event.type, event.stream, event.version))
    return [
        Accepted(command.id, command.data, tuple(stored), appended.recorded_at)
        for command, stored in zip(commands, refs, strict=True)
    ]
