"""The form of messages: CloudEvents 1.0 in JSON, read strictly (interfaces.md 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

import msgspec
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.errors import Unreadable
from ledger.ids import from_subject_token, is_clinic_id, kind_of, subject_token
from ledger.store.rows import Row


class Rejected(Unreadable):
    """A message that will never be taken as it is; `code` is stable, the text names no values."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it arrived; `deliveries` counts this one."""

    subject: str
    payload: bytes
    stream: str
    sequence: int
    deliveries: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def clinic(self) -> str:
        """The clinic that the subject names; raises Rejected when it is no clinic's id."""
        clinic = clinic_of(self.subject)
        if clinic == "":
            raise Rejected("invalid", "the subject names no clinic")
        return clinic


class CloudEvent(BaseModel):
    """The envelope of every message; attributes that are extensions are kept as they are."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=1024)
    source: str = Field(min_length=1, max_length=1024)
    type: str = Field(min_length=1, max_length=255)
    time: str = Field(min_length=1, max_length=64)
    data: dict[str, Any]
    subject: str | None = None
    datacontenttype: Literal["application/json"] | None = None


def clinic_of(subject: str) -> str:
    """The clinic in the second token of a subject, or "" when that is no clinic's id."""
    tokens = subject.split(".", 2)
    return _clinic(tokens[1]) if len(tokens) > 1 else ""


@lru_cache(maxsize=4096)
def _clinic(token: str) -> str:
    clinic = from_subject_token(token)
    return clinic if is_clinic_id(clinic) else ""


def read_event(content: object) -> CloudEvent:
    """The CloudEvent of a parsed body; raises Rejected naming the attributes that do not fit."""
    try:
        return CloudEvent.model_validate(content)
    except ValidationError as error:
        wrong = sorted({".".join(map(str, line["loc"][:1])) for line in error.errors()})
        raise Rejected("invalid", f"no CloudEvent 1.0: {', '.join(wrong)}") from None


def ledger_subject(row: Row) -> str:
    """``ledger.<clinic>.<stream kind>.<event type>``."""
    return f"ledger.{subject_token(row.clinic)}.{kind_of(row.stream)}.{row.type}"


def message_id(row: Row) -> str:
    """``<clinic>:<position>``, by which the broker knows a copy."""
    return f"{row.clinic}:{row.position}"


def ledger_event(row: Row) -> bytes:
    """A recorded event as a CloudEvent: all that its hash covers, so a reader can check it."""
    data = {
        "clinic": row.clinic,
        "position": row.position,
        "stream": row.stream,
        "version": row.version,
        "type": row.type,
        "schema_version": row.schema_version,
        "effective_at": row.effective_at,
        "effective_on": row.effective_on,
        "recorded_at": row.recorded_at,
        "actor": row.actor,
        "role": row.role,
        "command": row.command,
        "request_hash": row.request_hash.hex(),
        "meta": orjson.Fragment(row.meta),
        "body": orjson.Fragment(row.body),
        "hash": row.hash.hex(),
    }
    return cloud_event(row, message_id(row), row.type, data)


def cloud_event(row: Row, event_id: str, kind: str, data: Mapping[str, object]) -> bytes:
    """A CloudEvent that the ledger sends about what `row` records."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": f"/ledger/{row.clinic}",
            "type": kind,
            "subject": row.stream,
            "time": row.recorded_at,
            "datacontenttype": "application/json",
            "data": data,
        }
    )


class _Data(msgspec.Struct):
    """What `ledger_event` says; body and meta are the stored texts, letter for letter."""

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
    request_hash: str
    meta: msgspec.Raw
    body: msgspec.Raw
    hash: str


class _LedgerEvent(msgspec.Struct):
    data: _Data


_LEDGER_EVENTS = msgspec.json.Decoder(_LedgerEvent)


def read_ledger_event(payload: bytes) -> Row:
    """The row that `ledger_event` wrote; raises Rejected for anything else."""
    try:
        data = _LEDGER_EVENTS.decode(payload).data
        return Row(
            data.clinic,
            data.position,
            data.stream,
            data.version,
            data.type,
            data.schema_version,
            data.effective_at,
            data.effective_on,
            data.recorded_at,
            data.actor,
            data.role,
            data.command,
            bytes.fromhex(data.request_hash),
            bytes(data.meta).decode(),
            bytes(data.body).decode(),
            bytes.fromhex(data.hash),
        )
    except (ValueError, RecursionError):  # the decoder's own errors are ValueErrors
        raise Rejected("invalid", "no event of the ledger") from None
