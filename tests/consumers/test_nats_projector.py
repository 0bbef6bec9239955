"""Read models follow the log, whatever the broker does and whichever of them fails."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Barrier

import psycopg
import pytest

from consumers.nats.projector import Projector
from ledger.errors import Broken
from ledger.events import Recorded
from ledger.store.feed import BATCH, Feed
from ledger.store.pool import Connection
from ledger.store.store import EventStore
from tests.support.messaging import opened, record_visits, until
from tests.support.seen import Seen, create_seen, seen

SECONDS = 30


@dataclass
class World:
    """A clinic's log and one read model."""

    database: str
    log: EventStore
    store: EventStore
    model: Seen = field(default_factory=Seen)

    def projector(self) -> Projector:
        return Projector(self.store, [Feed(self.store, self.model)])

    def seen(self, clinic: str) -> list[int]:
        return seen(self.database, clinic)


@pytest.fixture
def world(database: str) -> Iterator[World]:
    create_seen(database)
    with (
        opened(database, "ledger_api") as log,
        opened(database, "ledger_projector") as store,
    ):
        yield World(database, log, store)


def apply_all(projector: Projector) -> int:
    """Returns the rounds it took."""
    rounds = 1
    while projector.apply_news():
        rounds += 1
    return rounds


def test_what_is_recorded_is_applied_once_a_batch_of_each_clinic_in_a_round(world: World) -> None:
    record_visits(world.log, "glow", 1, BATCH + 100)
    record_visits(world.log, "calm", 1, 2)
    projector = world.projector()
    assert projector.apply_news()
    assert (len(world.seen("glow")), world.seen("calm")) == (BATCH, [1, 2])
    assert not projector.apply_news()
    assert world.seen("glow") == list(range(1, BATCH + 101))


def test_two_projectors_share_the_work(world: World) -> None:
    record_visits(world.log, "glow", 1, 2 * BATCH)

    async def both() -> None:
        first, second = world.projector(), world.projector()
        await asyncio.gather(
            asyncio.to_thread(apply_all, first), asyncio.to_thread(apply_all, second)
        )

    asyncio.run(both())
    assert world.seen("glow") == list(range(1, 2 * BATCH + 1))


def test_it_goes_on_with_what_is_recorded_while_it_runs(world: World) -> None:
    async def story() -> None:
        running = asyncio.ensure_future(world.projector().run())
        for number in (1, 2):
            await asyncio.to_thread(record_visits, world.log, "glow", number, 1)

            async def applied(head: int = number) -> bool:
                return len(await asyncio.to_thread(world.seen, "glow")) == head

            await until(applied)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(story())
    assert world.seen("glow") == [1, 2]


def test_it_waits_for_a_database_that_is_away(world: World) -> None:
    record_visits(world.log, "glow", 1, 1)
    projector = world.projector()
    assert not projector.apply_news()
    record_visits(world.log, "glow", 2, 1)
    with psycopg.connect(world.database, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    async def story() -> None:
        running = asyncio.ensure_future(projector.run())

        async def applied() -> bool:
            return len(await asyncio.to_thread(world.seen, "glow")) == 2

        await until(applied)
        running.cancel()

    asyncio.run(story())
    assert projector.halted == {}


@dataclass
class Meets:
    """A read model that takes events of two clinics at the same moment only."""

    name: str = "meets"
    met: Barrier = field(default_factory=lambda: Barrier(2))

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        self.met.wait(SECONDS)

    def reset(self, connection: Connection, clinic: str) -> None:
        self.met.reset()


def test_two_clinics_are_fed_side_by_side(world: World) -> None:
    record_visits(world.log, "glow", 1, 1)
    record_visits(world.log, "calm", 1, 1)
    projector = Projector(world.store, [Feed(world.store, Meets())])
    projector.apply_news()
    assert projector.halted == {}


@dataclass
class Stops:
    """A read model that takes no event of the clinic glow."""

    error: Exception
    name: str = "stops"
    taken: list[tuple[str, int]] = field(default_factory=list)

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        if clinic == "glow":
            raise self.error
        self.taken += [(clinic, event.position) for event in events]

    def reset(self, connection: Connection, clinic: str) -> None:
        self.taken.clear()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Broken("cannot take position 2"), "cannot take position 2"),
        (ZeroDivisionError("Jane Roe"), "ZeroDivisionError at test_nats_projector.py:"),
    ],
)
def test_a_read_model_that_cannot_take_an_event_stops_for_that_clinic_alone(
    world: World, error: Exception, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    record_visits(world.log, "glow", 1, 3)
    stops = Stops(error)
    feeds = [Feed(world.store, world.model), Feed(world.store, stops)]
    projector = Projector(world.store, feeds)
    projector.apply_news()
    [(place, told)] = projector.halted.items()
    assert (place, told.startswith(reason)) == (("glow", "stops"), True)
    assert world.seen("glow") == [1, 2, 3]
    record_visits(world.log, "glow", 4, 1)
    record_visits(world.log, "calm", 1, 1)
    projector.apply_news()
    assert (world.seen("glow"), world.seen("calm")) == ([1, 2, 3, 4], [1])
    assert stops.taken == [("calm", 1)]
    assert feeds[1].lag() == {"glow": 4}
    assert "Jane" not in caplog.text
