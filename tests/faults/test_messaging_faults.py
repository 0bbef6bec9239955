"""NATS, relays and consumers die, pause and return: PostgreSQL decides what is true."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import orjson
import psutil
import pytest
from nats.aio.client import Client

from commands.handling import Commands
from consumers.embedded import Servers
from consumers.embedded.nats_server import NatsServer
from consumers.nats import streams
from consumers.nats.connection import RECONNECT_SECONDS, Connection
from consumers.nats.deadletters import DeadLetters
from consumers.nats.inbox import Inbox, Settled
from consumers.nats.relay import Relay
from consumers.nats.visits import visits
from consumers.nats.wire import Incoming
from ledger.store.store import EventStore
from tests.support import massages as glow
from tests.support.messaging import (
    connected,
    consuming,
    empty,
    on_nats,
    opened,
    record_visits,
    settled,
    stored,
    until,
)

ROOT = Path(__file__).parents[2]
AWAY_SECONDS = 60.0


@contextmanager
def victim(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.faults.victim", *arguments]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


async def send_visit(client: Client, number: int) -> None:
    event = orjson.dumps(glow.visit_event(number))
    await client.jetstream().publish("visits.glow.completed", event)


async def ids(client: Client, stream: str) -> list[str]:
    return [(message.headers or {})["Nats-Msg-Id"] for message in await stored(client, stream)]


def test_a_consumer_killed_between_commit_and_acknowledgement_charges_once(
    own_database: str, nats_url: str
) -> None:
    deliveries: list[int] = []
    letters = DeadLetters.open(own_database)
    with glow.commands_on(own_database) as commands:
        glow.open_clinic(commands)
        glow.sell(commands, "glow", subscriptions=1, units=5)
        record = visits(commands)

        def settle(messages: Sequence[Incoming]) -> list[Settled]:
            deliveries.extend(message.deliveries for message in messages)
            return record(messages)

        async def story(client: Client) -> None:
            jetstream = client.jetstream()
            config = (await jetstream.consumer_info(streams.VISITS, "visits")).config
            await jetstream.add_consumer(streams.VISITS, config.evolve(ack_wait=1))
            await send_visit(client, 1)
            with victim("dies", own_database, nats_url) as process:
                assert await asyncio.to_thread(process.wait, 60) == -signal.SIGKILL
            assert glow.drawn(commands.store, "glow", "s-0") == 1
            assert not await settled(client, streams.VISITS)
            async with consuming(nats_url, client, streams.VISITS, settle, letters):
                await until(lambda: settled(client, streams.VISITS))

        on_nats(nats_url, story)
        assert deliveries == [2]
        assert glow.drawn(commands.store, "glow", "s-0") == 1
    letters.close()


def test_a_paused_relay_that_wakes_behind_another_publishes_nothing_twice(
    own_database: str, nats_url: str
) -> None:
    with opened(own_database, "ledger_api") as log:
        record_visits(log, "glow", 1, 10)

        async def published(client: Client) -> int:
            return (await client.jetstream().stream_info(streams.LEDGER)).state.messages

        async def has(client: Client, count: int) -> bool:
            return await published(client) >= count

        async def story(client: Client) -> None:
            with victim("relay", own_database, nats_url) as first:
                await until(lambda: has(client, 10), 60)
                first.send_signal(signal.SIGSTOP)
                record_visits(log, "glow", 11, 10)
                await asyncio.sleep(1)
                assert psutil.Process(first.pid).status() == psutil.STATUS_STOPPED
                assert await published(client) == 10
                with victim("relay", own_database, nats_url):
                    await until(lambda: has(client, 20), 60)
                    first.send_signal(signal.SIGCONT)
                    for start in range(21, 100, 5):
                        record_visits(log, "glow", start, 5)
                        await asyncio.sleep(0.05)
                    await until(lambda: has(client, 100), 60)
                    await asyncio.sleep(0.5)
            assert await ids(client, streams.LEDGER) == [f"glow:{n}" for n in range(1, 101)]

        on_nats(nats_url, story)


@pytest.fixture
def mortal_nats(run_folder: Path, worker: str) -> Iterator[Servers]:
    servers = Servers(run_folder / f"mortal-{worker}")
    yield servers
    servers.stop(force=True)


def kill_nats(servers: Servers) -> None:
    process = NatsServer(servers.data).running()
    assert process is not None
    process.kill()
    process.wait(10)


async def record_while_away(commands: Commands) -> int:
    """Commands go on without NATS; returns how many visits were recorded."""
    gone = time.monotonic()
    recorded = 0
    while time.monotonic() - gone < AWAY_SECONDS:
        recorded += 1
        command = glow.visit(100 + recorded, 0)
        glow.accepted([await asyncio.to_thread(commands.handle, command)])
        await asyncio.sleep(AWAY_SECONDS / 25)
    return recorded


async def check_everything_arrived(commands: Commands, client: Client, visited: int) -> None:
    async def arrived() -> bool:
        head = commands.store.head("glow")
        published = (await client.jetstream().stream_info(streams.LEDGER)).state.messages
        drawn = glow.drawn(commands.store, "glow", "s-0")
        return drawn == visited and head is not None and published == head.position

    await until(arrived, 30)
    positions = range(1, len(list(commands.store.history("glow"))) + 1)
    assert await ids(client, streams.LEDGER) == [f"glow:{position}" for position in positions]
    assert len(await stored(client, streams.COVERAGE)) == visited


@pytest.mark.slow
def test_nats_away_for_longer_than_a_reconnect_loses_nothing(
    own_database: str, mortal_nats: Servers
) -> None:
    """What was recorded meanwhile, and what is sent afterwards, arrives."""
    assert AWAY_SECONDS > 3 * RECONNECT_SECONDS
    url = mortal_nats.nats()
    letters = DeadLetters.open(own_database)

    async def story(commands: Commands, relay: EventStore, threads: ThreadPoolExecutor) -> None:
        async with connected(url) as client:
            await empty(client)
        connection = Connection(url, "test")
        client = await connection.open()
        relaying = asyncio.ensure_future(Relay(relay, client).run())
        Inbox(streams.VISITS, visits(commands), letters, client, threads).subscribe(
            connection.broker
        )
        await connection.start()
        await send_visit(client, 1)
        await until(lambda: settled(client, streams.VISITS))
        await asyncio.to_thread(kill_nats, mortal_nats)
        recorded = await record_while_away(commands)
        assert not client.is_connected
        assert await asyncio.to_thread(mortal_nats.nats) == url
        async with connected(url) as sender:
            await send_visit(sender, 2)
        await check_everything_arrived(commands, client, 2 + recorded)
        relaying.cancel()
        await connection.close()

    with (
        glow.commands_on(own_database) as commands,
        opened(own_database, "ledger_relay") as relay,
        ThreadPoolExecutor(4) as threads,
    ):
        glow.open_clinic(commands)
        glow.sell(commands, "glow", subscriptions=1, units=50)
        asyncio.run(story(commands, relay, threads))
    assert letters.list(None) == []
    letters.close()
