"""A small clinic that sells packages of massages, made by commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from commands.envelope import Envelope, Result, parse_envelope
from commands.handling import Commands
from ledger.store.store import EventStore
from tests.support.messaging import opened

OPENED = "2026-03-01T09:00:00+00:00"
SOLD = "2026-03-01T10:00:00+00:00"
VISITED = "2026-03-02T12:00:00+00:00"
PRICE = 10000
"""Of one massage, in cents."""


def clock() -> datetime:
    return datetime(2026, 3, 3, 12, tzinfo=UTC)


@contextmanager
def commands_on(url: str) -> Iterator[Commands]:
    with opened(url, "ledger_api") as store:
        yield Commands(store, clock)


def envelope(command: str, key: str, clinic: str, at: str, **data: object) -> Envelope:
    line = {
        "command": command,
        "id": key,
        "clinic": clinic,
        "at": at,
        "actor": {"id": "ana", "role": "clinic_admin"},
        "data": data,
    }
    parsed = parse_envelope(line)
    assert isinstance(parsed, Envelope), parsed
    return parsed


def accepted(results: list[Result]) -> list[Result]:
    refusals = [result.error for result in results if result.error is not None]
    assert refusals == []
    return results


def open_clinic(commands: Commands, clinic: str = "glow") -> None:
    """A clinic with one service, before anything is sold."""
    setup: list[tuple[str, dict[str, Any]]] = [
        ("define_clinic", {"name": "Glow", "currency": "USD", "timezone": "UTC"}),
        ("define_service", {"service": "massage", "label": "Massage", "list_price": PRICE}),
    ]
    for name, data in setup:
        accepted([commands.handle(envelope(name, f"set-{name}", clinic, OPENED, **data))])


def sell(commands: Commands, clinic: str, subscriptions: int, units: int) -> None:
    """Paid packages ``s-0`` and on, each of `units` massages, for the patients ``p-0`` and on."""
    price = units * PRICE
    lines = [{"kind": "units", "line": "m", "services": ["massage"], "quantity": str(units)}]
    offer = {"offer": f"pack-{units}", "name": "Pack", "price": price, "lines": lines}
    accepted([commands.handle(envelope("publish_offer", f"o-{units}", clinic, OPENED, **offer))])
    sales = [
        envelope(
            "sell_package",
            f"sale-{number}",
            clinic,
            SOLD,
            subscription=f"s-{number}",
            offer=f"pack-{units}",
            patient=f"p-{number}",
            payment={"payment": f"pay-{number}", "amount": price, "tender": "cash"},
        )
        for number in range(subscriptions)
    ]
    accepted(commands.handle_many(clinic, sales))


def visit_data(number: int, patient: int) -> dict[str, Any]:
    return {
        "visit": f"v-{number}",
        "patient": f"p-{patient}",
        "lines": [{"line": "1", "service": "massage"}],
    }


def visit_event(number: int, patient: int = 0, **changes: object) -> dict[str, Any]:
    """What a scheduling system says of the same visit, as a CloudEvent."""
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "/scheduling",
        "type": "visit.completed",
        "subject": f"v-{number}",
        "time": VISITED,
        "datacontenttype": "application/json",
        "data": visit_data(number, patient),
        **changes,
    }


def visit(number: int, patient: int, clinic: str = "glow") -> Envelope:
    """The command by which a visit for one massage is recorded."""
    data = {**visit_data(number, patient), "status": "completed"}
    return envelope("record_visit", f"visit-{number}", clinic, VISITED, **data)


def drawn(store: EventStore, clinic: str, subscription: str) -> int:
    """How many draws the log holds on a subscription."""
    stream = f"{clinic}/subscription/{subscription}"
    events = store.load(clinic, [stream])[stream]
    return sum(type(recorded.event).__name__ == "UnitsDrawn" for recorded in events)
