"""The demo's clinic: what it offers, as the command lines that set it up."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

CLINIC = "glow"
TIMEZONE = "America/New_York"
YEAR = 2026
PROGRAM = "weight-loss-12"
DRIP = "iv-10"
LASER = "laser-6"
PRICES = {PROGRAM: 180000, DRIP: 150000, LASER: 120000}
FORGOTTEN = "nad-drip"
"""A service that the scheduling system knows before the ledger does."""
CLAUSES = ["refund", "cancellation", "expiry"]
TERMS = """\
GLOW CLINIC - PACKAGE TERMS, VERSION 2026-01

1. Refund. Unused sessions are refunded at their share of the package price.
2. Cancellation. A package may be cancelled at any time in writing.
3. Expiry. Sessions that are not used by the last day of the package lapse.
"""
TERMS_SHA256 = hashlib.sha256(TERMS.encode()).hexdigest()
OPENING = date(YEAR, 1, 1)
Line = dict[str, Any]


def moment(day: date, hour: int = 10, minute: int = 0) -> str:
    """A local time of the clinic with its offset."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(TIMEZONE)).isoformat()


def line(command: str, id_: str, at: str, role: str, data: Line) -> Line:
    """A command line of the clinic; its actor is named for the role."""
    actor = {"id": f"{role}-1", "role": role}
    return {"command": command, "id": id_, "clinic": CLINIC, "at": at, "actor": actor, "data": data}


def set_up() -> Iterator[Line]:
    """The clinic, its services and its three packages."""
    yield admin(
        "define_clinic",
        "clinic",
        {
            "name": "Glow Clinic",
            "currency": "USD",
            "timezone": TIMEZONE,
            "state": "NY",
            "locations": [
                {"location": "uptown", "name": "Glow Uptown", "state": "NY"},
                {"location": "soho", "name": "Glow SoHo", "state": "NY"},
            ],
            "policies": {"escheat": "exempt"},
        },
    )
    for service, label, price in _SERVICES:
        yield define_service(service, label, price)
    for offer in (_program(), _drip(), _laser()):
        yield admin("publish_offer", f"offer-{offer['offer']}", offer)


def define_service(service: str, label: str, price: int, **more: object) -> Line:
    """The line that defines a service."""
    data = {"service": service, "label": label, "list_price": price, **more}
    return admin("define_service", f"service-{service}", data)


_SERVICES = (
    ("initial-visit", "Initial visit", 25000),
    ("follow-up", "Follow-up visit", 15000),
    ("body-scan", "Body-composition scan", 6000),
    ("lab-panel", "Lab panel", 40000),
    ("b12-injection", "B12 injection", 3500),
    ("iv-hydration", "IV drip, hydration", 17500),
    ("iv-energy", "IV drip, energy", 18000),
    ("iv-immunity", "IV drip, immunity", 18500),
    ("laser-session", "Laser session", 25000),
)


def admin(command: str, id_: str, data: Line) -> Line:
    """A command line of the clinic's administrator, on the day of the opening."""
    return line(command, id_, moment(OPENING, 8), "clinic_admin", data)


def _offer(offer: str, name: str, lines: list[Line], term: Line) -> Line:
    return {
        "offer": offer,
        "name": name,
        "price": PRICES[offer],
        "program": offer,
        "lines": lines,
        "term": term,
        "refund": {"formula": "pro_rata"},
        "requires_consent": True,
        "terms": {"document": "package-terms", "version": "2026-01", "sha256": TERMS_SHA256},
    }


def _program() -> Line:
    counted = [
        ("initial", "initial-visit", "1"),
        ("follow_up", "follow-up", "5"),
        ("scan", "body-scan", "3"),
        ("lab", "lab-panel", "1"),
        ("injection", "b12-injection", "6"),
    ]
    units = [
        {"kind": "units", "line": name, "services": [service], "quantity": quantity}
        for name, service, quantity in counted
    ]
    messaging = {
        "kind": "access",
        "line": "messaging",
        "access": ["messaging"],
        "ssp": 13500,
        "expires_after": {"months": 3},
    }
    return _offer(PROGRAM, "12-Week Weight Loss", [*units, messaging], {"weeks": 12})


def _drip() -> Line:
    menu = ["iv-hydration", "iv-energy", "iv-immunity"]
    drips = {"kind": "units", "line": "drips", "services": menu, "quantity": "10"}
    return _offer(DRIP, "IV Series, 10 Sessions", [drips], {"months": 6})


def _laser() -> Line:
    sessions = {
        "kind": "units",
        "line": "sessions",
        "services": ["laser-session"],
        "quantity": "6",
    }
    offer = _offer(LASER, "Laser Series, 6 Sessions", [sessions], {"months": 12})
    return {**offer, "refund": {"formula": "list_clawback"}}
