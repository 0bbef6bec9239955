"""Messaging for tests: empty streams on a real server, and a history to talk about."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TypeVar

import nats
from nats.aio.client import Client
from nats.js.api import RawStreamMsg

from aggregates.visit.events import VisitRecorded
from consumers.bootstrap import catalog
from consumers.nats import streams
from consumers.nats.connection import Connection
from consumers.nats.deadletters import DeadLetters
from consumers.nats.inbox import FUSE, WAITS, Inbox, Settle
from ledger.canonical import digest
from ledger.events import NewEvent
from ledger.store.rows import Accepted, CommandRow
from ledger.store.store import EventStore

T = TypeVar("T")
LOOK_AGAIN_SECONDS = 0.02
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@contextmanager
def opened(url: str, role: str) -> Iterator[EventStore]:
    with EventStore.open(url, catalog(), role=role, pool_size=4) as store:
        yield store


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    client = await nats.connect(url)
    try:
        yield client
    finally:
        await client.close()


async def empty(client: Client) -> None:
    """Our streams, made anew."""
    jetstream = client.jetstream()
    for known in await jetstream.streams_info():
        await jetstream.delete_stream(str(known.config.name))
    await streams.prepare(jetstream)


def on_nats(url: str, test: Callable[[Client], Awaitable[T]]) -> T:
    """Runs an asynchronous test on empty streams."""

    async def run() -> T:
        async with connected(url) as client:
            await empty(client)
            return await test(client)

    return asyncio.run(run())


async def stored(client: Client, stream: str) -> list[RawStreamMsg]:
    """All messages of a stream, in their order."""
    jetstream = client.jetstream()
    last = (await jetstream.stream_info(stream)).state.last_seq
    return [await jetstream.get_msg(stream, sequence) for sequence in range(1, last + 1)]


def record_visits(store: EventStore, clinic: str, first: int, count: int) -> list[Accepted]:
    """Visits ``v-<first>`` and on, covered by nothing, recorded in one append."""
    visits = [f"v-{number}" for number in range(first, first + count)]
    commands = [
        CommandRow(
            id=f"c-{visit}",
            name="record_visit",
            request_hash=digest(visit),
            data={},
            actor="emr",
            role="service",
            effective_at=NOON,
            effective_on=NOON.date(),
            events=(NewEvent(f"{clinic}/visit/{visit}", _visit(visit)),),
        )
        for visit in visits
    ]
    return store.append(clinic, commands, {f"{clinic}/visit/{visit}": 0 for visit in visits})


def _visit(visit: str) -> VisitRecorded:
    return VisitRecorded(visit=visit, patient="p-1", status="completed", coverage=())


@asynccontextmanager
async def consuming(
    url: str,
    client: Client,
    stream: str,
    settle: Settle,
    letters: DeadLetters,
    *,
    waits: int = WAITS,
    fuse: int = FUSE,
) -> AsyncIterator[Inbox]:
    """A consumer of one stream, as a worker runs it."""
    connection = Connection(url, "test")
    await connection.open()
    with ThreadPoolExecutor(4) as threads:
        inbox = Inbox(stream, settle, letters, client, threads, waits, fuse)
        inbox.subscribe(connection.broker)
        await connection.start()
        try:
            yield inbox
        finally:
            await connection.close()


async def until(done: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Waits for what must come to pass; fails the test when it does not in time."""
    for _ in range(int(seconds / LOOK_AGAIN_SECONDS)):
        if await done():
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    raise AssertionError(f"not within {seconds} s")


async def settled(client: Client, stream: str) -> bool:
    """Whether a consumer has answered for every message of the stream."""
    info = await client.jetstream().consumer_info(stream, streams.DURABLES[stream])
    return (info.num_pending, info.num_ack_pending) == (0, 0)
