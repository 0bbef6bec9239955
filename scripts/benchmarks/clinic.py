"""The clinics of the benchmarks: one program, sold to patients who come ten times each."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from commands.envelope import Envelope, Result, parse_envelope
from commands.handling import Commands

CLINICS = tuple(f"clinic-{number}" for number in range(8))
VISITS_EACH = 10
"""Visits of a patient; the package covers them all."""
OPENED = "2026-01-02T09:00:00-05:00"
SOLD = "2026-01-05T10:00:00-05:00"
PRICE = 180_000
SERVICES = (("follow-up", 15_000), ("b12", 4_000), ("scan", 6_000))

Line = dict[str, Any]


def line(command: str, key: str, clinic: str, at: str, data: Line) -> Line:
    """A command as a caller sends it (interfaces.md 3)."""
    actor = {"id": "bench", "role": "clinic_admin"}
    return {"command": command, "id": key, "clinic": clinic, "at": at, "actor": actor, "data": data}


def setup(clinic: str) -> Iterator[Line]:
    """The clinic with its services and its program, before anything is sold."""
    named = {"name": "Bench", "currency": "USD", "timezone": "America/New_York"}
    yield line("define_clinic", "clinic", clinic, OPENED, named)
    for service, price in SERVICES:
        defined = {"service": service, "label": service, "list_price": price}
        yield line("define_service", f"service-{service}", clinic, OPENED, defined)
    units = [
        {"kind": "units", "line": service, "services": [service], "quantity": str(quantity)}
        for (service, _), quantity in zip(SERVICES, (VISITS_EACH, 6, 3), strict=True)
    ]
    access = {"kind": "access", "line": "support", "access": ["messaging"], "ssp": 12_000}
    offer = {
        "offer": "program",
        "name": "12-Week Weight Loss",
        "price": PRICE,
        "term": {"days": 84},
        "lines": [*units, access],
    }
    yield line("publish_offer", "offer", clinic, OPENED, offer)


def sale(clinic: str, patient: str, months: int = 0) -> Line:
    """The program, sold and paid in one command, so many months after the first sales."""
    payment = {"payment": f"pay-{patient}", "amount": PRICE, "tender": "cash"}
    data = {
        "subscription": f"sub-{patient}",
        "offer": "program",
        "patient": patient,
        "payment": payment,
    }
    return line("sell_package", f"sale-{patient}", clinic, later(SOLD, months), data)


def sale_and_payment(clinic: str, patient: str) -> list[Line]:
    """The same in two commands, the second of them what a payment gateway sends."""
    sold = sale(clinic, patient)
    payment = sold["data"].pop("payment")
    data = {"subscription": f"sub-{patient}", **payment}
    return [sold, line("record_payment", f"c-{payment['payment']}", clinic, SOLD, data)]


def visit_data(patient: str, number: int) -> Line:
    """A visit for one unit; `number` counts the patient's visits from 0, one a week."""
    return {
        "visit": f"v-{patient}-{number}",
        "patient": patient,
        "status": "completed",
        "provider": "dr-a",
        "location": "main",
        "lines": [{"line": "1", "service": "follow-up"}],
    }


def visited_at(number: int) -> str:
    """When the patient's visit of that number took place."""
    week, day = divmod(number * 7, 28)
    return f"2026-{week + 1:02}-{day + 7:02}T11:00:00-05:00"


def visit(clinic: str, patient: str, number: int, months: int = 0) -> Line:
    """The command that records a visit of a patient of `sale`."""
    data = visit_data(patient, number)
    at = later(visited_at(number), months)
    return line("record_visit", f"c-{data['visit']}", clinic, at, data)


def later(at: str, months: int) -> str:
    """The same day and hour so many months later."""
    year, month = divmod(int(at[:4]) * 12 + int(at[5:7]) - 1 + months, 12)
    return f"{year}-{month + 1:02}{at[7:]}"


def sales(clinic: str, count: int, name: str) -> list[Line]:
    """So many sales; `name` keeps their patients apart from others'."""
    return [sale(clinic, f"{name}-{number}") for number in range(count)]


def sales_and_payments(clinic: str, count: int, name: str) -> list[list[Line]]:
    """So many sales, each with its payment behind it."""
    return [sale_and_payment(clinic, f"{name}-{number}") for number in range(count)]


def visits(clinic: str, count: int, name: str) -> list[Line]:
    """So many visits of the patients of `sales`, the patients taking turns."""
    patients = patients_for(count)
    return [
        visit(clinic, f"{name}-{number % patients}", number // patients) for number in range(count)
    ]


def patients_for(visits: int) -> int:
    """How many patients it takes to make so many visits."""
    return -(-visits // VISITS_EACH)


def record(commands: Commands, clinic: str, lines: Iterable[Line], batch: int) -> int:
    """Handles lines as an edge does, from the parsed JSON on; returns how many.

    Raises AssertionError when one is refused or known: then something else would be measured.
    """
    done = 0
    waiting = iter(lines)
    while some := [_envelope(line) for line in islice(waiting, batch)]:
        single = batch == 1
        results = [commands.handle(some[0])] if single else commands.handle_many(clinic, some)
        _all_recorded(results)
        done += len(results)
    return done


def _envelope(line: Line) -> Envelope:
    envelope = parse_envelope(line)
    assert isinstance(envelope, Envelope), envelope
    return envelope


def _all_recorded(results: Iterable[Result]) -> None:
    wrong = [result for result in results if not result.ok or result.replayed]
    assert wrong == []
