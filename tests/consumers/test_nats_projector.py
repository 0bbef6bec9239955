"""Read models are exact whatever the broker does with the messages that feed them."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from nats.aio.client import Client

from consumers.nats import streams
from consumers.nats.deadletters import DeadLetter, DeadLetters
from consumers.nats.projector import Projector
from consumers.nats.relay import Relay
from ledger.store.feed import Feed
from ledger.store.store import EventStore
from tests.support.messaging import (
    consuming,
    on_nats,
    opened,
    record_visits,
    settled,
    stored,
    until,
)
from tests.support.seen import Seen, create_seen, seen


@dataclass
class World:
    """A clinic's log, its relay and one read model."""

    database: str
    nats_url: str
    log: EventStore
    relay: EventStore
    projector: EventStore
    letters: DeadLetters
    model: Seen = field(default_factory=Seen)

    def handler(self) -> Projector:
        return Projector(self.projector, [Feed(self.projector, self.model)])

    async def publish(self, client: Client) -> None:
        relay = Relay(self.relay, client)
        while await relay.publish_news():
            pass

    async def project(self, client: Client) -> Projector:
        handler = self.handler()
        async with consuming(self.nats_url, client, streams.LEDGER, handler, self.letters):
            await until(lambda: settled(client, streams.LEDGER))
        return handler

    def seen(self, clinic: str) -> list[int]:
        return seen(self.database, clinic)


@pytest.fixture
def world(database: str, nats_url: str) -> Iterator[World]:
    create_seen(database)
    letters = DeadLetters.open(database)
    with (
        opened(database, "ledger_api") as log,
        opened(database, "ledger_relay") as relay,
        opened(database, "ledger_projector") as projector,
    ):
        yield World(database, nats_url, log, relay, projector, letters)
    letters.close()


def test_what_is_published_is_applied_once(world: World) -> None:
    record_visits(world.log, "glow", 1, 600)
    record_visits(world.log, "calm", 1, 2)

    async def story(client: Client) -> None:
        await world.publish(client)
        await world.project(client)

    on_nats(world.nats_url, story)
    assert world.seen("glow") == list(range(1, 601))
    assert world.seen("calm") == [1, 2]


def test_messages_repeated_reordered_and_missing_change_nothing(world: World) -> None:
    record_visits(world.log, "glow", 1, 8)

    async def story(client: Client) -> None:
        await world.publish(client)
        published = await stored(client, streams.LEDGER)
        jetstream = client.jetstream()
        await jetstream.delete_stream(streams.LEDGER)
        await streams.prepare(jetstream)
        for number in (3, 3, 1, 7, 0, 7):
            message = published[number]
            headers = {"Nats-Msg-Id": f"glow:{number + 1}"}
            config = (await jetstream.stream_info(streams.LEDGER)).config
            await jetstream.update_stream(config.evolve(duplicate_window=0.1))
            await asyncio.sleep(0.15)
            await jetstream.publish(str(message.subject), message.data or b"", headers=headers)
        assert (await jetstream.stream_info(streams.LEDGER)).state.messages == 6
        await world.project(client)

    on_nats(world.nats_url, story)
    assert world.seen("glow") == list(range(1, 9))
    assert world.letters.list() == []


Forgery = Callable[[dict[str, Any]], None]


def _other_clinic(data: dict[str, Any]) -> None:
    data["clinic"] = "calm"


def _other_content(data: dict[str, Any]) -> None:
    data["body"]["patient"] = "p-2"


def _other_time(data: dict[str, Any]) -> None:
    data["effective_on"] = "2026-03-03"


def _other_hash(data: dict[str, Any]) -> None:
    data["hash"] = "00" * 32


def _later(data: dict[str, Any]) -> None:
    data["position"] = 7


def _no_position(data: dict[str, Any]) -> None:
    del data["position"]


@pytest.mark.parametrize(
    ("forge", "message_id", "code"),
    [
        (_other_clinic, "calm:3", "foreign_clinic"),
        (_other_content, "glow:3", "hash_mismatch"),
        (_other_time, "glow:3", "hash_mismatch"),
        (_other_hash, "glow:3", "hash_mismatch"),
        (_later, "glow:7", "ahead_of_log"),
        (_later, "glow:3", "invalid"),
        (_no_position, "glow:3", "invalid"),
    ],
)
def test_a_message_that_is_not_what_the_log_holds_is_a_dead_letter(
    world: World, forge: Forgery, message_id: str, code: str
) -> None:
    record_visits(world.log, "glow", 1, 2)

    async def story(client: Client) -> None:
        await world.publish(client)
        [*_, last] = await stored(client, streams.LEDGER)
        record_visits(world.log, "glow", 3, 1)
        event = orjson.loads(last.data or b"")
        [row] = world.log.read_rows("glow", 2)
        event["data"] |= {"position": 3, "stream": row.stream, "command": row.command}
        event["data"] |= {"recorded_at": row.recorded_at.isoformat(), "hash": row.hash.hex()}
        event["data"] |= {"request_hash": row.request_hash.hex()}
        event["data"]["body"] = orjson.loads(row.body)
        forge(event["data"])
        await client.jetstream().publish(
            str(last.subject), orjson.dumps(event), headers={"Nats-Msg-Id": message_id}
        )
        await world.project(client)

    on_nats(world.nats_url, story)
    [letter] = world.letters.list()
    assert (letter.clinic, letter.code) == ("glow", code)
    assert world.seen("glow") == [1, 2]


def test_a_read_model_that_cannot_take_an_event_stops_for_that_clinic_alone(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    record_visits(world.log, "glow", 1, 3)
    world.model.cannot_take = 2

    async def story(client: Client) -> Projector:
        await world.publish(client)
        first = await world.project(client)
        record_visits(world.log, "calm", 1, 1)
        await world.publish(client)
        await world.project(client)
        return first

    handler = on_nats(world.nats_url, story)
    assert handler.halted == {("glow", "seen"): "cannot take position 2"}
    assert (world.seen("glow"), world.seen("calm")) == ([], [1])
    world.model.cannot_take = 0
    Feed(world.projector, world.model).catch_up("glow")
    assert world.seen("glow") == [1, 2, 3]


def test_a_dead_letter_names_no_content(world: World) -> None:
    secret = b"Jane Roe, 4 Elm Street"

    async def story(client: Client) -> None:
        await client.jetstream().publish("ledger.glow.visit.VisitRecorded", secret)
        await world.project(client)

    on_nats(world.nats_url, story)
    [letter] = world.letters.list()
    assert letter.payload == secret
    assert "Jane" not in repr(letter)
    assert isinstance(letter, DeadLetter)
