"""The whole way of a visit through one worker process, and how it ends."""

import asyncio
import os
import signal
from collections.abc import Iterator

import orjson
import pytest
from nats.aio.client import Client

from consumers.nats import streams
from consumers.nats.deadletters import DeadLetters
from consumers.nats.worker import TASKS, Services, work
from ledger.errors import Broken
from ledger.store.feed import Feed
from tests.support import massages as glow
from tests.support.messaging import (
    on_nats,
    opened,
    stored,
    until,
)
from tests.support.seen import Seen, create_seen, seen


@pytest.fixture
def services(database: str) -> Iterator[Services]:
    create_seen(database)
    letters = DeadLetters.open(database)
    with (
        glow.commands_on(database) as commands,
        opened(database, "ledger_relay") as relay,
        opened(database, "ledger_projector") as projector,
    ):
        glow.open_clinic(commands)
        glow.sell(commands, "glow", subscriptions=1, units=5)
        feeds = [Feed(projector, Seen())]
        yield Services(commands, relay, projector, feeds, letters)
    letters.close()


def test_a_visit_is_recorded_answered_and_projected_until_sigterm(
    services: Services, database: str, nats_url: str
) -> None:
    async def story(client: Client) -> None:
        working = asyncio.ensure_future(work(services, nats_url, TASKS))
        jetstream = client.jetstream()
        for number in range(1, 4):
            await jetstream.publish("visits.glow.completed", orjson.dumps(glow.visit_event(number)))

        async def projected() -> bool:
            head = services.commands.store.head("glow")
            return head is not None and len(seen(database, "glow")) == head.position

        async def answered() -> bool:
            return (await jetstream.stream_info(streams.COVERAGE)).state.messages == 3

        await until(answered)
        await until(projected)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(working, 10)
        answers = [orjson.loads(answer.data or b"") for answer in await stored(client, "COVERAGE")]
        assert [answer["data"]["coverage"][0]["covered"] for answer in answers] == ["1"] * 3

    on_nats(nats_url, story)
    assert glow.drawn(services.commands.store, "glow", "s-0") == 3


def test_a_worker_ends_when_a_stream_is_not_ours(services: Services, nats_url: str) -> None:
    async def story(client: Client) -> None:
        jetstream = client.jetstream()
        config = (await jetstream.stream_info(streams.LEDGER)).config
        await jetstream.update_stream(config.evolve(duplicate_window=3))
        with pytest.raises(Broken, match="LEDGER"):
            await work(services, nats_url, TASKS, asyncio.Event())

    on_nats(nats_url, story)


def test_a_worker_ends_when_its_durable_consumer_is_gone(
    services: Services, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started again, it makes the consumer anew; every visit is answered from memory."""
    monkeypatch.setattr("consumers.nats.pulling.PAUSE_SECONDS", 0.05)

    async def story(client: Client) -> None:
        working = asyncio.ensure_future(work(services, nats_url, ["visits"], asyncio.Event()))
        await asyncio.sleep(1)
        await client.jetstream().delete_consumer(streams.VISITS, "visits")
        with pytest.raises(Exception, match=r"ServiceUnavailable|NoResponders|Consumer Deleted"):
            await asyncio.wait_for(working, 20)

    on_nats(nats_url, story)
