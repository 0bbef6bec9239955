"""Visits and payments that arrive over NATS: recorded once, whatever the broker does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from nats.aio.client import Client

from commands.handling import Commands
from consumers.nats import streams
from consumers.nats.deadletters import DeadLetters, retry
from consumers.nats.payments import payments
from consumers.nats.visits import visits
from ledger.store.store import EventStore
from tests.support import massages as glow
from tests.support.massages import visit_event as event
from tests.support.messaging import (
    consuming,
    on_nats,
    settled,
    until,
)


@dataclass
class Clinic:
    """The clinic `glow` with packages of five massages for p-0 and p-1, and its consumers."""

    commands: Commands
    letters: DeadLetters
    nats_url: str

    @property
    def store(self) -> EventStore:
        return self.commands.store

    def drawn(self, subscription: str = "s-0") -> int:
        return glow.drawn(self.store, "glow", subscription)

    async def take_visits(self, client: Client) -> None:
        handler = visits(self.commands)
        async with consuming(self.nats_url, client, streams.VISITS, handler, self.letters):
            await until(lambda: settled(client, streams.VISITS))

    async def take_payments(self, client: Client, waits: int = 3) -> None:
        handler = payments(self.commands)
        async with consuming(
            self.nats_url, client, streams.PAYMENTS, handler, self.letters, waits=waits
        ):
            await until(lambda: settled(client, streams.PAYMENTS))

    def codes(self) -> list[str]:
        return sorted(letter.code for letter in self.letters.list())


@pytest.fixture
def clinic(database: str, nats_url: str) -> Iterator[Clinic]:
    letters = DeadLetters.open(database)
    with glow.commands_on(database) as commands:
        glow.open_clinic(commands)
        glow.sell(commands, "glow", subscriptions=2, units=5)
        yield Clinic(commands, letters, nats_url)
    letters.close()


async def publish(client: Client, *events: object, token: str = "completed") -> None:
    for content in events:
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        await client.jetstream().publish(f"visits.glow.{token}", body)


def test_a_completed_visit_draws_a_unit(clinic: Clinic) -> None:
    async def story(client: Client) -> None:
        await publish(client, event(1))
        await clinic.take_visits(client)

    on_nats(clinic.nats_url, story)
    assert clinic.drawn() == 1
    [recorded] = clinic.store.load("glow", ["glow/visit/v-1"])["glow/visit/v-1"]
    assert (recorded.actor, recorded.role) == ("/scheduling", "service")
    assert recorded.effective_at.isoformat() == glow.VISITED


def test_a_visit_delivered_again_and_out_of_order_is_charged_once(clinic: Clinic) -> None:
    async def story(client: Client) -> None:
        await publish(client, event(2), event(1), event(2), event(1))
        await clinic.take_visits(client)
        await publish(client, event(1), event(2))
        await clinic.take_visits(client)

    on_nats(clinic.nats_url, story)
    assert clinic.drawn() == 2
    assert clinic.codes() == []


def test_the_same_visit_under_another_message_id_is_settled_by_its_first_answer(
    clinic: Clinic,
) -> None:
    async def story(client: Client) -> None:
        await publish(client, event(1), event(1, id="from-the-ehr", source="/ehr"))
        await clinic.take_visits(client)

    on_nats(clinic.nats_url, story)
    assert clinic.drawn() == 1
    assert clinic.codes() == []


def test_the_same_message_id_with_other_content_is_a_dead_letter(clinic: Clinic) -> None:
    async def story(client: Client) -> None:
        await publish(client, event(1), event(1, data=glow.visit_data(1, 1)))
        await clinic.take_visits(client)

    on_nats(clinic.nats_url, story)
    assert clinic.codes() == ["idempotency_conflict"]
    assert (clinic.drawn("s-0"), clinic.drawn("s-1")) == (1, 0)


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in event(9).items() if key != name}


def _with_data(**changes: object) -> dict[str, Any]:
    return event(9, data={**glow.visit_data(9, 0), **changes})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable"),
        (b"\xff\xfe\x00random\x80bytes", "unreadable"),
        (b"x" * (1024 * 1024 - 100), "unreadable"),
        (orjson.dumps(event(9))[:-20], "unreadable"),
        (b"[" * 5000 + b"]" * 5000, "unreadable"),
        (orjson.dumps(event(9)).replace(b'"id"', b'"type":"x","id"'), "unreadable"),
        (b"[1]", "invalid"),
        (_without("specversion"), "invalid"),
        (_without("data"), "invalid"),
        (event(9, time="yesterday"), "invalid"),
        (event(9, time="2026-03-02T12:00:00"), "invalid"),
        (event(9, type="visit.no_show"), "invalid"),
        (event(9, subject="v-8"), "invalid"),
        (_with_data(status="no_show"), "invalid"),
        (_with_data(cost=7), "invalid"),
        (_with_data(lines=[]), "invalid"),
        (_with_data(lines=[{"line": "1", "service": "surf"}]), "unknown_service"),
        (_with_data(clinic="calm"), "foreign_clinic"),
        (event(9, clinic="calm"), "foreign_clinic"),
        (event(9, source="https://emr.example/clinics/calm/visits"), "foreign_clinic"),
    ],
)
def test_what_cannot_be_taken_is_a_dead_letter_and_hurts_no_other(
    clinic: Clinic, content: object, code: str
) -> None:
    async def story(client: Client) -> None:
        await publish(client, event(1), content, event(2))
        await clinic.take_visits(client)

    on_nats(clinic.nats_url, story)
    assert clinic.codes() == [code]
    assert clinic.drawn() == 2


def test_a_clinic_named_again_in_agreement_is_no_offence(clinic: Clinic) -> None:
    async def story(client: Client) -> None:
        data = {**glow.visit_data(1, 0), "clinic": "glow", "status": "completed"}
        await publish(client, event(1, data=data, clinic="glow", source="/clinics/glow/emr"))
        await clinic.take_visits(client)

    on_nats(clinic.nats_url, story)
    assert clinic.codes() == []
    assert clinic.drawn() == 1


def test_a_visit_of_a_clinic_nobody_defined_is_a_dead_letter(clinic: Clinic) -> None:
    async def story(client: Client) -> None:
        await client.jetstream().publish("visits.calm.completed", orjson.dumps(event(1)))
        await clinic.take_visits(client)

    on_nats(clinic.nats_url, story)
    assert clinic.codes() == ["unknown_clinic"]


@pytest.mark.parametrize("token", ["no_show", "late_cancel"])
def test_the_status_is_the_subjects(clinic: Clinic, token: str) -> None:
    async def story(client: Client) -> None:
        await publish(client, event(1, type=f"visit.{token}"), token=token)
        await clinic.take_visits(client)

    on_nats(clinic.nats_url, story)
    [recorded] = clinic.store.load("glow", ["glow/visit/v-1"])["glow/visit/v-1"]
    assert recorded.event.model_dump()["status"] == token


def payment(subscription: str, **changes: object) -> dict[str, Any]:
    data = {"payment": "pay-9", "subscription": subscription, "amount": 1000, "tender": "card"}
    return event(9, type="payment.captured", subject=None, data=data) | changes


async def capture(client: Client, content: dict[str, Any], token: str = "captured") -> None:
    await client.jetstream().publish(f"payments.glow.{token}", orjson.dumps(content))


def test_a_payment_of_an_unknown_subscription_waits_until_it_is_sold(clinic: Clinic) -> None:
    async def story(client: Client) -> None:
        await capture(client, payment("s-7"))
        await clinic.take_payments(client, waits=2)
        assert clinic.codes() == ["unknown_subscription"]
        sale = glow.envelope(
            "sell_package", "late", "glow", glow.SOLD, subscription="s-7", offer="pack-5",
            patient="p-7",
        )  # fmt: skip
        glow.accepted([clinic.commands.handle(sale)])
        await retry(clinic.letters, client)
        await clinic.take_payments(client)

    on_nats(clinic.nats_url, story)
    assert clinic.codes() == []
    assert [letter.tries for letter in clinic.letters.list("resolved")] == [1]
    stream = clinic.store.load("glow", ["glow/payment/pay-9"])["glow/payment/pay-9"]
    assert len(stream) == 1


@pytest.mark.parametrize(
    ("content", "token", "code"),
    [
        (payment("s-0", type="payment.refunded"), "captured", "invalid"),
        (payment("s-0", type="payment.failed"), "failed", "invalid"),
        (payment("s-0", type="payment.dispute.opened"), "dispute", "invalid"),
    ],
)
def test_payment_events_that_fit_no_command_are_dead_letters(
    clinic: Clinic, content: dict[str, Any], token: str, code: str
) -> None:
    async def story(client: Client) -> None:
        await capture(client, content, token)
        await clinic.take_payments(client)

    on_nats(clinic.nats_url, story)
    assert clinic.codes() == [code]
