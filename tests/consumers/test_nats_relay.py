"""Every recorded event reaches LEDGER once and in order, whatever happens to the relays."""

import asyncio
from collections.abc import Iterator

import orjson
import pytest
from nats.aio.client import Client

from consumers.nats import streams
from consumers.nats.publishing import MOST
from consumers.nats.relay import Relay, packed
from ledger.errors import Broken
from ledger.store.rows import Row
from ledger.store.store import EventStore
from tests.support.messaging import NOON, on_nats, opened, record_visits, stored

ROW = Row(
    *("glow", 1, "glow/visit/v-1", 1, "VisitRecorded", 1, NOON, NOON.date(), NOON),
    *("emr", "service", "c-1", b"", "{}", "{}", b""),
)


@pytest.fixture
def log(database: str) -> Iterator[EventStore]:
    with opened(database, "ledger_api") as store:
        yield store


@pytest.fixture
def published(database: str) -> Iterator[EventStore]:
    with opened(database, "ledger_relay") as store:
        yield store


async def drain(relay: Relay) -> None:
    while await relay.publish_news():
        pass


async def ids(client: Client, stream: str) -> list[str]:
    return [(message.headers or {})["Nats-Msg-Id"] for message in await stored(client, stream)]


def positions(clinic: str, count: int) -> list[str]:
    return [f"{clinic}:{position}" for position in range(1, count + 1)]


def test_events_of_all_clinics_are_published_in_order(
    log: EventStore, published: EventStore, nats_url: str
) -> None:
    record_visits(log, "glow", 1, 700)
    record_visits(log, "calm", 1, 3)

    async def story(client: Client) -> None:
        await drain(Relay(published, client))
        found = await ids(client, streams.LEDGER)
        assert [known for known in found if known.startswith("glow")] == positions("glow", 700)
        assert [known for known in found if known.startswith("calm")] == positions("calm", 3)

    on_nats(nats_url, story)


def test_an_event_says_on_the_wire_what_the_log_holds(
    log: EventStore, published: EventStore, nats_url: str
) -> None:
    record_visits(log, "glow", 1, 1)
    [row] = log.read_rows("glow", 0)

    async def story(client: Client) -> None:
        await drain(Relay(published, client))
        [message] = await stored(client, streams.LEDGER)
        event = orjson.loads(message.data or b"")
        assert message.subject == "ledger.glow.visit.VisitRecorded"
        assert (event["specversion"], event["id"], event["type"]) == (
            "1.0",
            "glow:1",
            "VisitRecorded",
        )
        data = event["data"]
        assert (data["position"], data["hash"]) == (1, row.hash.hex())
        assert data["body"] == orjson.loads(row.body)

    on_nats(nats_url, story)


def test_a_visit_is_answered_on_its_own_subject_once(
    log: EventStore, published: EventStore, nats_url: str
) -> None:
    record_visits(log, "glow", 1, 2)

    async def story(client: Client) -> None:
        await drain(Relay(published, client))
        # A relay that died between the answers and their events leaves this behind.
        jetstream = client.jetstream()
        await jetstream.delete_stream(streams.LEDGER)
        await streams.prepare(jetstream)
        record_visits(log, "glow", 3, 1)
        await drain(Relay(published, client))
        answers = await stored(client, streams.COVERAGE)
        assert [answer.subject for answer in answers] == [
            "coverage.glow.v-1",
            "coverage.glow.v-2",
            "coverage.glow.v-3",
        ]
        data = orjson.loads(answers[0].data or b"")["data"]
        assert (data["visit"], data["coverage"]) == ("v-1", [])
        assert await ids(client, streams.LEDGER) == positions("glow", 3)

    on_nats(nats_url, story)


def test_a_relay_finds_its_mark_in_the_stream(
    log: EventStore, published: EventStore, nats_url: str
) -> None:
    record_visits(log, "glow", 1, 3)

    async def story(client: Client) -> None:
        await drain(Relay(published, client))
        record_visits(log, "glow", 4, 2)
        await drain(Relay(published, client))
        assert await ids(client, streams.LEDGER) == positions("glow", 5)

    on_nats(nats_url, story)


def test_a_relay_started_after_the_duplicate_window_repeats_nothing(
    log: EventStore, published: EventStore, nats_url: str
) -> None:
    """With no window at all, only the mark and the fence are left to prevent a copy."""
    record_visits(log, "glow", 1, 3)

    async def story(client: Client) -> None:
        jetstream = client.jetstream()
        first = Relay(published, client)
        await drain(first)
        config = (await jetstream.stream_info(streams.LEDGER)).config
        await jetstream.update_stream(config.evolve(duplicate_window=0.1))
        await asyncio.sleep(0.3)
        record_visits(log, "glow", 4, 2)
        await drain(Relay(published, client))
        # The first one still believes in its old mark.
        await drain(first)
        assert await ids(client, streams.LEDGER) == positions("glow", 5)

    on_nats(nats_url, story)


def test_of_two_relays_at_once_one_is_fenced(
    log: EventStore, published: EventStore, nats_url: str
) -> None:
    async def story(client: Client) -> None:
        relays = [Relay(published, client) for _ in range(2)]
        for first in range(1, 400, 40):
            record_visits(log, "glow", first, 40)
            await asyncio.gather(*map(drain, relays))
        assert await ids(client, streams.LEDGER) == positions("glow", 400)
        assert len(await stored(client, streams.COVERAGE)) == 400

    on_nats(nats_url, story)


def test_a_clinic_that_another_relay_published_delays_the_others_of_its_batch_by_one_round(
    log: EventStore, published: EventStore, nats_url: str
) -> None:
    async def story(client: Client) -> None:
        first, second = (Relay(published, client) for _ in range(2))
        record_visits(log, "glow", 1, 2)
        await drain(first)
        record_visits(log, "glow", 3, 1)
        await drain(second)
        record_visits(log, "calm", 1, 2)
        record_visits(log, "glow", 4, 1)
        assert await first.publish_news() == 0  # it expects the second event of glow as the last
        assert await first.publish_news() == 3
        assert await ids_of(client, "glow") == positions("glow", 4)
        assert await ids_of(client, "calm") == positions("calm", 2)

    on_nats(nats_url, story)


@pytest.mark.parametrize(
    ("lengths", "batches"),
    [
        ([], []),
        ([MOST], [MOST]),
        ([1, 2, 3], [6]),
        ([MOST - 1, 1, 1], [MOST, 1]),
        ([2, MOST, 2], [2, MOST, 2]),
    ],
)
def test_clinics_share_a_batch_while_there_is_room(lengths: list[int], batches: list[int]) -> None:
    rows = [[ROW] * length for length in lengths]
    assert [len(batch) for batch in packed(rows)] == batches


def test_a_stream_ahead_of_the_log_halts_that_clinic_alone(
    log: EventStore, published: EventStore, nats_url: str, database: str
) -> None:
    """After a restore the stream knows more than the log: nobody may paper over that."""
    record_visits(log, "glow", 1, 3)

    async def story(client: Client) -> None:
        await drain(Relay(published, client))
        [*_, last] = await stored(client, streams.LEDGER)
        ahead = orjson.loads(last.data or b"")
        ahead["data"]["position"] = 9
        await client.jetstream().publish(str(last.subject), orjson.dumps(ahead))
        record_visits(log, "glow", 4, 1)
        record_visits(log, "calm", 1, 2)
        relay = Relay(published, client)
        await drain(relay)
        assert list(relay.halted) == ["glow"]
        assert (await ids_of(client, "calm")) == positions("calm", 2)

    on_nats(nats_url, story)


async def ids_of(client: Client, clinic: str) -> list[str]:
    found = [message.headers or {} for message in await stored(client, streams.LEDGER)]
    known = [headers.get("Nats-Msg-Id", "") for headers in found]
    return [name for name in known if name.startswith(f"{clinic}:")]


def test_a_nudge_is_published_without_waiting_for_the_poll(
    log: EventStore, published: EventStore, nats_url: str
) -> None:
    async def story(client: Client) -> None:
        relay = Relay(published, client)
        running = asyncio.ensure_future(relay.run())
        record_visits(log, "glow", 1, 1)
        relay.nudge()
        for _ in range(100):
            await asyncio.sleep(0.02)
            if (await client.jetstream().stream_info(streams.LEDGER)).state.messages:
                break
        running.cancel()
        assert await ids(client, streams.LEDGER) == positions("glow", 1)

    on_nats(nats_url, story)


def test_streams_made_otherwise_are_named_and_left_alone(nats_url: str) -> None:
    async def story(client: Client) -> None:
        jetstream = client.jetstream()
        assert await streams.prepare(jetstream) == []
        config = (await jetstream.stream_info(streams.VISITS)).config
        await jetstream.update_stream(config.evolve(duplicate_window=7))
        with pytest.raises(Broken, match=r"VISITS: duplicate_window is 7.0, not 120"):
            await streams.prepare(jetstream)
        live = (await jetstream.stream_info(streams.VISITS)).config
        assert live.duplicate_window == 7

    on_nats(nats_url, story)
