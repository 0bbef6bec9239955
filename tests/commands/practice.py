"""A clinic at its desk: commands as callers write them, each test with a clinic of its own."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from commands.envelope import Defaults, Envelope, Result, parse_envelope
from commands.handling import Commands
from commands.reading import read_line
from consumers.bootstrap import catalog
from consumers.closing import Replays
from consumers.nats.deadletters import DeadLetters
from ledger.events import Recorded
from ledger.store.store import EventStore

ADMIN = {"id": "amy", "role": "clinic_admin"}
OPENED = "2026-01-02T09:00:00-05:00"
SOLD = "2026-01-05T10:00:00-05:00"
VISITED = "2026-01-12T10:00:00-05:00"
MASSAGE = 10000
PACK = 45000
"""Five massages in three months, in cents."""


@dataclass
class Clock:
    """The ledger's now, as far as a test has come."""

    now: datetime = datetime(2026, 6, 15, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Practice:
    """One clinic of a database that several tests share."""

    commands: Commands
    clinic: str
    clock: Clock
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def line(self, command: str, data: Any, at: str = SOLD, **rest: Any) -> dict[str, Any]:
        """The command line as a caller writes it."""
        line = {
            "command": command,
            "id": f"cmd-{next(self.numbers)}",
            "clinic": self.clinic,
            "at": at,
            "actor": ADMIN,
            "data": data,
        }
        return line | rest

    def send(self, line: dict[str, Any]) -> Result:
        return self.post(orjson.dumps(line))

    def post(self, raw: bytes) -> Result:
        """One line of a file, bytes in and a result out."""
        read = read_line(raw, Defaults(clinic=self.clinic))
        return read if isinstance(read, Result) else self.commands.handle(read)

    def many(self, *lines: dict[str, Any]) -> list[Result]:
        return self.commands.handle_many(self.clinic, [envelope(line) for line in lines])

    def does(self, command: str, data: Any, at: str = SOLD, **rest: Any) -> Result:
        """A command that is accepted."""
        result = self.send(self.line(command, data, at, **rest))
        assert result.ok, result.to_json()
        return result

    def refuses(self, command: str, data: Any, at: str = SOLD, **rest: Any) -> dict[str, Any]:
        """The error of a command that is refused, which has recorded nothing."""
        before = self.head()
        result = self.send(self.line(command, data, at, **rest))
        assert not result.ok, result.to_json()
        assert self.head() == before
        error: dict[str, Any] = result.to_json()["error"]
        return error

    def head(self) -> int:
        head = self.commands.store.head(self.clinic)
        return head.position if head is not None else 0

    def history(self) -> list[Recorded]:
        return list(self.commands.store.history(self.clinic))

    def told(self, after: int = 0) -> list[str]:
        """The events after a position, as ``UnitsDrawn subscription/s-1``."""
        prefix = len(self.clinic) + 1
        return [
            f"{type(item.event).__name__} {item.stream[prefix:]}"
            for item in self.history()
            if item.position > after
        ]

    def opens(self, **policies: Any) -> "Practice":
        """The clinic with its service and its pack of five massages."""
        clinic = {"name": "Glow", "currency": "USD", "timezone": "America/New_York"}
        self.does("define_clinic", clinic | {"policies": policies}, OPENED)
        self.does("define_service", massage(), OPENED)
        self.does("publish_offer", pack(), OPENED)
        return self

    def sells(self, key: str = "s-1", *, paid: bool = True, **more: Any) -> "Practice":
        """A pack for p-1, paid in cash unless said otherwise."""
        if paid:
            more = {"payment": payment(f"pay-{key}")} | more
        self.does("sell_package", sale(key) | more)
        return self

    def remaining(self, key: str = "s-1") -> str:
        """What is left of the massages."""
        state = self.commands.desk(self.clinic).subscription(key)
        return str(sum(lot.remaining for lot in state.lots.values()))


def massage() -> dict[str, Any]:
    return {"service": "massage", "label": "Massage", "list_price": MASSAGE}


def pack(**more: Any) -> dict[str, Any]:
    line = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "5"}
    offer = {"offer": "pack", "name": "Five massages", "price": PACK, "term": {"months": 3}}
    return offer | {"lines": [line]} | more


def sale(key: str = "s-1", **more: Any) -> dict[str, Any]:
    return {"subscription": key, "offer": "pack", "patient": "p-1"} | more


def payment(key: str = "pay-1", amount: int = PACK, **more: Any) -> dict[str, Any]:
    return {"payment": key, "amount": amount, "tender": "cash"} | more


def visit(key: str = "v-1", quantity: Any = "1", **more: Any) -> dict[str, Any]:
    lines = [{"line": "1", "service": "massage", "quantity": quantity}]
    return {"visit": key, "patient": "p-1", "status": "completed", "lines": lines} | more


def consent(key: str = "c-1", **more: Any) -> dict[str, Any]:
    signed = {
        "consent": key,
        "document": {"id": "terms", "version": "1", "sha256": "a" * 64},
        "method": "click",
        "signer": "Pat Doe",
        "signed_at": SOLD,
        "shown_before_payment": True,
        "clauses": ["refund", "cancellation", "expiry"],
    }
    return signed | more


def envelope(line: dict[str, Any]) -> Envelope:
    parsed = parse_envelope(line)
    assert isinstance(parsed, Envelope), parsed
    return parsed


@contextmanager
def practising(url: str) -> Iterator[Commands]:
    """The commands of every clinic in a database, by a clock that a test may set."""
    with (
        EventStore.open(url, catalog(), pool_size=10) as store,
        closing(DeadLetters.open(url)) as letters,
    ):
        yield Commands(store, Clock(), closer=Replays(url, lambda: letters), fixed_clock=True)
