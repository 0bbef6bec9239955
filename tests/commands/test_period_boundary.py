"""Policy `period_boundary`: whose midnight ends a day and a period (accounting.md 14.5)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from aggregates.subscription.events import LotExpired, PaymentReceived, UnitsDrawn
from commands.envelope import Actor, Envelope, Result, parse_envelope
from commands.handling import Commands
from commands.ticking import tick
from ledger.codes import Code
from ledger.events import Event
from tests.support.memory import MemoryStore

LOCATIONS = [
    {"location": "east", "name": "New York"},
    {"location": "west", "name": "Los Angeles", "timezone": "America/Los_Angeles"},
    {"location": "rome", "name": "Rome", "timezone": "Europe/Rome"},
]
CLOCK = Actor(id="clock", role="service")
PEEL = {"kind": "units", "line": "peel", "services": ["peel"], "quantity": 6}


class Clinic:
    """A clinic of New York with a place in Los Angeles and one in Rome; packs of six peels."""

    def __init__(self, boundary: str, locations: list[dict[str, str]] = LOCATIONS) -> None:
        self.store, self.number = MemoryStore(), 0
        self.clock = datetime(2026, 1, 5, 20, tzinfo=UTC)
        self.commands = Commands(self.store, lambda: self.clock, fixed_clock=True)
        policies = {"escheat": "exempt", "forfeiture_guard": "off", "period_boundary": boundary}
        self.defined = self.says(
            "define_clinic",
            {"name": "Glow", "currency": "USD", "timezone": "America/New_York"}
            | {"locations": locations, "policies": policies},
        )
        self.says("define_service", {"service": "peel", "label": "Peel", "list_price": 10000})
        offer = {"offer": "six", "name": "Six", "price": 60000, "lines": [PEEL]}
        self.says("publish_offer", offer | {"term": {"days": 27}})

    def says(self, command: str, data: dict[str, Any], role: str = "clinic_admin") -> Result:
        """A command at the clock's time."""
        self.number += 1
        line = {"command": command, "id": f"c-{self.number}", "clinic": "glow", "data": data}
        line |= {"at": self.clock.isoformat(), "actor": {"id": "amy", "role": role}}
        envelope = parse_envelope(line)
        assert isinstance(envelope, Envelope), envelope
        return self.commands.handle(envelope)

    def sells(self, key: str, location: str) -> None:
        """A pack of 5 January that runs for 27 days, to the end of January."""
        card = {"payment": f"pay-{key}", "amount": 60000, "tender": "card"}
        sale = {"subscription": key, "offer": "six", "patient": "p-1", "location": location}
        assert self.says("sell_package", sale | {"payment": card}).ok

    def visits(self, visit: str, location: str) -> None:
        lines = [{"line": "1", "service": "peel"}]
        data = {"visit": visit, "patient": "p-1", "status": "completed", "location": location}
        result = self.says("record_visit", data | {"lines": lines})
        assert result.data["coverage"][0]["covered"] == "1", result

    def dated(self, kind: type[Event]) -> list[tuple[str, date]]:
        """The contracts and days of events of that kind."""
        return [
            (item.stream.rsplit("/", 1)[1], item.effective_on)
            for item in self.store.kept
            if isinstance(item.event, kind)
        ]

    def ticks(self) -> list[Result]:
        keys = ["s-east", "s-west", "s-rome"]
        return list(tick(self.commands, "glow", lambda *_: keys, CLOCK))


@pytest.mark.parametrize(("boundary", "on"), [("entity", date(2026, 2, 1)),
    ("location", date(2026, 1, 31))])  # fmt: skip
def test_half_past_eleven_in_los_angeles_is_january_there(boundary: str, on: date) -> None:
    clinic = Clinic(boundary)
    clinic.sells("s-east", "east")
    clinic.clock = datetime.fromisoformat("2026-01-31T23:30:00-08:00")
    if boundary == "entity":
        data = {"visit": "v-1", "patient": "p-1", "status": "completed", "location": "west"}
        lines = [{"line": "1", "service": "peel"}]
        [row] = clinic.says("record_visit", data | {"lines": lines}).data["coverage"]
        assert row["reason"] == "expired"
        assert [item.effective_on for item in clinic.store.kept][-1] == on
    else:
        clinic.visits("v-1", "west")
        assert clinic.dated(UnitsDrawn) == [("s-east", on)]


def test_a_location_without_a_calendar_has_the_clinic_s() -> None:
    clinic = Clinic("location")
    clinic.clock = datetime.fromisoformat("2026-01-05T23:30:00-05:00")
    clinic.sells("s-east", "east")
    clinic.visits("v-1", "east")
    assert clinic.dated(UnitsDrawn) == [("s-east", date(2026, 1, 5))]


def test_a_contract_keeps_the_calendar_of_the_place_that_sold_it() -> None:
    """At two in the morning of Rome its units lapse; in New York and Los Angeles they do not."""
    clinic = Clinic("location")
    for place in ("east", "west", "rome"):
        clinic.sells(f"s-{place}", place)
    zones = {key: clinic.commands.desk("glow").subscription(key).sold for key in
        ("s-east", "s-west", "s-rome")}  # fmt: skip
    assert [sold.timezone for sold in zones.values() if sold] == [
        "America/New_York",
        "America/Los_Angeles",
        "Europe/Rome",
    ]
    for moment, lapsed in (
        ("2026-01-31T23:30:00+01:00", []),
        ("2026-02-01T02:00:00+01:00", ["s-rome"]),
        ("2026-02-01T00:30:00-05:00", ["s-rome", "s-east"]),
        ("2026-02-01T00:30:00-08:00", ["s-rome", "s-east", "s-west"]),
    ):
        clinic.clock = datetime.fromisoformat(moment)
        assert all(result.ok for result in clinic.ticks())
        assert clinic.dated(LotExpired) == [(key, date(2026, 1, 31)) for key in lapsed]


def test_a_payment_is_dated_by_its_contract() -> None:
    clinic = Clinic("location")
    sale = {"subscription": "s-west", "offer": "six", "patient": "p-1", "location": "west"}
    assert clinic.says("sell_package", sale).ok
    clinic.clock = datetime.fromisoformat("2026-01-31T23:30:00-08:00")
    card = {"subscription": "s-west", "payment": "pay-1", "amount": 60000, "tender": "card"}
    assert clinic.says("record_payment", card).ok
    assert clinic.dated(PaymentReceived) == [("s-west", date(2026, 1, 31))]


@pytest.mark.parametrize(
    ("boundary", "moment", "ended"),
    [
        ("entity", "2026-02-01T00:30:00-05:00", True),
        ("location", "2026-02-01T00:30:00-05:00", False),
        ("location", "2026-01-31T23:30:00-08:00", False),
        ("location", "2026-02-01T00:30:00-08:00", True),
    ],
)
def test_a_period_has_ended_when_it_has_ended_everywhere(
    boundary: str, moment: str, ended: bool
) -> None:
    clinic = Clinic(boundary)
    clinic.clock = datetime.fromisoformat(moment)
    result = clinic.says("close_period", {"period": "2026-01", "soft": True}, role="accountant")
    assert result.ok is ended
    assert ended or (result.error is not None and "has not ended" in result.error.message)


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    places = [{"location": "west", "name": "West", "timezone": "America/Gotham"}]
    refusal = Clinic("location", places).defined.error
    assert refusal is not None
    assert (refusal.code, refusal.field) == (Code.INVALID, "data.locations[0].timezone")
