"""A clinic whose offers are of every kind, driven by commands as callers would send them."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregates.subscription.state import Subscription
from commands.envelope import Actor, Envelope, Result, parse_envelope
from commands.handling import Commands
from commands.ticking import tick
from ledger.codes import Code
from ledger.events import Recorded
from ledger.ids import key_of, kind_of
from tests.support.memory import MemoryStore

START = date(2026, 1, 31)
OPENED = 100
ZONE = ZoneInfo("America/New_York")
MACHINERY = frozenset(
    {Code.UNKNOWN_CLINIC, Code.IDEMPOTENCY_CONFLICT, Code.FORBIDDEN, Code.PERIOD_CLOSED}
)
"""Codes that no step of a life has a reason to meet."""

SERVICES: tuple[dict[str, Any], ...] = (
    {"service": "peel", "list_price": 10000, "category": "skin"},
    {"service": "laser", "list_price": 15000, "category": "skin"},
    {"service": "lab", "list_price": 7000, "principal": False, "cost": 4000},
    {"service": "sauna", "list_price": 3000},
    {"service": "cream", "list_price": 4900, "product": True},
)
NAMES = tuple(service["service"] for service in SERVICES)


def units(line: str, quantity: int, *services: str, **more: Any) -> dict[str, Any]:
    return {"kind": "units", "line": line, "services": services, "quantity": quantity} | more


SAUNA = {"kind": "unlimited", "line": "sauna", "services": ["sauna"], "ssp": 8000}
CAPPED = SAUNA | {"cap": {"per": "week", "quantity": 2}}
CHAT = {"kind": "access", "line": "chat", "access": ["messaging"], "ssp": 9000}
CREDIT = {"kind": "credit", "line": "credit", "face": 50000, "categories": ["skin"]}
BONUS = CREDIT | {"line": "gift", "face": 5000, "bonus": True}
OFF = {"kind": "discount", "line": "off", "percent": 10, "uses": 3, "ssp": 2000}
POINTS = {"kind": "points", "line": "points", "earn": {"per_amount": 100}, "value": 2}
PERK = {"kind": "discount", "line": "perk", "percent": 15, "ssp": 3000}


def recurring(every: str, **more: Any) -> dict[str, Any]:
    return {"kind": "recurring", "every": every, "grants": "each_cycle"} | more


def plan(*parts: tuple[str, int], cancellable: bool, **more: Any) -> dict[str, Any]:
    due = [{"due": due, "amount": amount} for due, amount in parts]
    return {"kind": "plan", "instalments": due, "cancellable": cancellable} | more


THIRDS = (("+0d", 33334), ("+30d", 33333), ("+60d", 33333))
OFFERS: dict[str, dict[str, Any]] = {
    "pack": {
        "price": 50000,
        "lines": [units("peel", 6, "peel")],
        "term": {"months": 3},
        "transferable": True,
        "refund": {"formula": "pro_rata"},
    },
    "menu": {
        "price": 60001,
        "lines": [units("menu", 5, "peel", "laser"), units("extra", 1, "laser", bonus=True)],
        "term": {"days": 40},
        "grace_days": 10,
        "transferable": True,
        "refund": {"formula": "list_clawback", "fee": 500},
    },
    "wallet": {
        "price": 50000,
        "lines": [CREDIT, BONUS, OFF, POINTS],
        "transferable": True,
        "refund": {
            "formula": "fixed_schedule",
            "schedule": [{"within_days": 30, "percent": 80}, {"within_days": 90, "percent": 40}],
        },
    },
    "gym": {
        "price": 36500,
        "lines": [CAPPED, CHAT, PERK, units("lab", 2, "lab", expires_after={"days": 20})],
        "term": {"months": 2},
        "validity": "first_use",
        "refund": {"formula": "pro_rata", "cooling_off_days": 14},
    },
    "owed": {
        "price": 100000,
        "lines": [units("lab", 5, "lab"), units("cream", 2, "cream"), CHAT],
        "term": {"months": 4},
        "billing": plan(*THIRDS, cancellable=False),
        "refund": {"formula": "bonus_last"},
    },
    "ahead": {
        "price": 100000,
        "lines": [units("laser", 7, "laser"), CHAT],
        "term": {"months": 4},
        "transferable": True,
        "billing": plan(*THIRDS, cancellable=True, draw_before_payment=True),
    },
    "club": {
        "price": 12000,
        "lines": [SAUNA, units("peel", 2, "peel")],
        "rollover": {"lines": ["peel"], "cap": "3", "expires_after": {"months": 2}},
        "cancellation": {"notice_days": 7, "penalty": {"percent": 50}},
        "billing": recurring("month", commitment_cycles=3, setup_fee=5000),
    },
    "basic": {
        "price": 7900,
        "lines": [units("peel", 1, "peel"), CHAT],
        "transferable": True,
        "billing": recurring("week"),
    },
    "gold": {
        "price": 20000,
        "lines": [SAUNA | {"ssp": 14000}, units("peel", 3, "peel", "laser")],
        "billing": recurring("month"),
    },
}
PLANS = ("club", "basic", "gold")


def consent(signed_at: datetime, clauses: list[str]) -> dict[str, Any]:
    return {
        "consent": "c-1",
        "document": {"id": "terms", "version": "3", "sha256": "5a" * 32},
        "method": "click",
        "signer": "Pat Doe",
        "signed_at": signed_at.isoformat(),
        "shown_before_payment": True,
        "clauses": clauses,
    }


class LivingClinic:
    """Sends commands on their day; what was refused has recorded nothing."""

    def __init__(self, policies: dict[str, Any]) -> None:
        self.store = MemoryStore()
        self.today = START
        self.commands = Commands(self.store, lambda: self.now, fixed_clock=True)
        self.number = 0
        self.contracts: list[str] = []
        zone = {"name": "Glow", "currency": "USD", "timezone": str(ZONE), "policies": policies}
        self.does("define_clinic", zone | {"state": "AL"})
        for service in SERVICES:
            self.does("define_service", {"label": service["service"]} | service)
        for name, offer in OFFERS.items():
            self.does("publish_offer", {"offer": name, "name": name} | offer)

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(12), ZONE)

    @property
    def history(self) -> list[Recorded]:
        return self.store.kept

    def send(self, command: str, data: dict[str, Any], *, ago: int = 0) -> Result:
        """The result of a command dated so many days ago."""
        self.number += 1
        line = {
            "command": command,
            "id": f"c-{self.number}",
            "clinic": "glow",
            "at": (self.now - timedelta(days=ago, hours=1)).isoformat(),
            "actor": {"id": "amy", "role": "clinic_admin"},
            "data": data,
        }
        envelope = parse_envelope(line)
        assert isinstance(envelope, Envelope), envelope
        before = len(self.history)
        result = self.commands.handle(envelope)
        if result.error is not None:
            assert len(self.history) == before, result
            assert result.error.code not in MACHINERY, result
            assert result.error.message, result
        self.contracts += [
            key_of(item.stream)
            for item in self.history[before:]
            if kind_of(item.stream) == "subscription" and item.version == 1
        ]
        return result

    def does(self, command: str, data: dict[str, Any]) -> Result:
        """A command of the days before the clinic opened, which is accepted."""
        result = self.send(command, data, ago=OPENED)
        assert result.ok, result.to_json()
        return result

    def tick(self) -> list[Result]:
        """What the clock brings; nothing of it may be refused."""
        actor = Actor(id="clock", role="service")
        results = list(tick(self.commands, "glow", lambda *_: self.contracts, actor))
        assert all(result.ok for result in results), results
        return results

    def contract(self, key: str) -> Subscription:
        return self.commands.desk("glow").subscription(key)

    def store_credit(self, patient: str) -> int:
        return self.commands.desk("glow").patient(patient).store_credit

    def named(self, when: str | int) -> str:
        """A word for a day, or the day so many days from now."""
        return when if isinstance(when, str) else self.day(when)

    def day(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()
