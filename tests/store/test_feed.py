"""A read model receives each event once, in order, whatever arrives (architecture.md 1.4)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import psycopg
import pytest

from ledger.errors import Broken
from ledger.events import Recorded
from ledger.store.feed import BATCH, Feed, catch_up_together
from ledger.store.marks import behind
from ledger.store.pool import Connection
from ledger.store.rows import Row
from ledger.store.store import EventStore
from tests.store.conftest import Opener
from tests.store.samples import command, sold


class Diary:
    """Writes down each position; a second time would be a duplicate key."""

    name = "diary"

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        connection.cursor().executemany(
            "INSERT INTO views.diary VALUES (%s, %s)", [(clinic, e.position) for e in events]
        )

    def reset(self, connection: Connection, clinic: str) -> None:
        connection.execute("DELETE FROM views.diary WHERE clinic = %s", (clinic,))


@pytest.fixture
def feed(opened: Opener, admin: psycopg.Connection) -> Feed:
    admin.execute(
        "SET ROLE ledger_owner;"
        "CREATE TABLE views.diary (clinic text, position bigint, PRIMARY KEY (clinic, position));"
        "SELECT ledger.separate_clinics('views.diary');"
        "RESET ROLE"
    )
    return Feed(opened("ledger_projector"), Diary())


def record(store: EventStore, count: int, clinic: str = "glow") -> list[Row]:
    head = store.head(clinic)
    after = head.position if head else 0
    batch = [command(f"c-{after}", *[sold("s-1") for _ in range(count)])]
    store.append(clinic, batch, {"s-1": after})
    return list(store.recorder(clinic).history(after))


def written(admin: psycopg.Connection, clinic: str = "glow") -> list[int]:
    rows = admin.execute(
        "SELECT position FROM views.diary WHERE clinic = %s ORDER BY position", [clinic]
    ).fetchall()
    return [position for (position,) in rows]


def first(count: int) -> list[int]:
    return list(range(1, count + 1))


def test_it_catches_up_over_several_batches(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    record(store, 1001)
    assert feed.lag() == {"glow": 1001}
    assert feed.catch_up("glow") == 1001
    assert feed.catch_up("glow") == 0
    assert written(admin) == first(1001)
    assert feed.lag() == {}


def test_it_stops_where_it_is_told(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    record(store, 5)
    assert feed.catch_up("glow", until=3) == 3
    assert feed.catch_up("glow", until=2) == 0
    assert feed.lag() == {"glow": 2}
    assert written(admin) == first(3)


class Count:
    """Counts the events that it was given, and fails at the position `cannot_take`."""

    name = "count"

    def __init__(self) -> None:
        self.counted = 0
        self.cannot_take = 0

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        if self.cannot_take in [event.position for event in events]:
            raise Broken(f"cannot take position {self.cannot_take}")
        self.counted += len(events)

    def reset(self, connection: Connection, clinic: str) -> None:
        self.counted = 0


def test_read_models_are_fed_together_each_from_its_own_mark(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    count = Count()
    feeds = [feed, Feed(feed.store, count)]
    record(store, 3)
    assert catch_up_together(feeds, "glow") == 3  # neither had a mark yet
    assert catch_up_together(feeds, "glow") == 0
    record(store, 2)
    assert feed.catch_up("glow", until=4) == 1
    assert catch_up_together(feeds, "glow") == 2
    assert (written(admin), count.counted) == (first(5), 5)
    assert behind(feed.store.pool, ["diary", "count"]) == {}


def test_one_that_cannot_take_an_event_undoes_the_batch_for_all(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    count = Count()
    feeds = [feed, Feed(feed.store, count)]
    record(store, 5)
    feed.catch_up("glow", until=3)
    count.cannot_take = 5
    with pytest.raises(Broken):
        catch_up_together(feeds, "glow")
    assert (written(admin), count.counted) == (first(3), 0)
    assert feed.catch_up("glow") == 2
    assert behind(feed.store.pool, ["diary", "count"]) == {"glow": ["count"]}
    count.cannot_take = 0
    assert catch_up_together(feeds, "glow") == 5
    assert (written(admin), count.counted) == (first(5), 5)


def test_one_that_is_far_ahead_keeps_its_mark(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    count = Count()
    record(store, BATCH + 100)
    feed.catch_up("glow")
    assert catch_up_together([feed, Feed(feed.store, count)], "glow") == BATCH
    assert (feed.lag(), count.counted) == ({}, BATCH)
    assert written(admin) == first(BATCH + 100)


def test_a_failing_projection_leaves_its_mark(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    record(store, 2)
    admin.execute("INSERT INTO views.diary VALUES ('glow', 2)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        feed.catch_up("glow")
    assert written(admin) == [2]
    assert feed.lag() == {"glow": 2}


def test_an_event_outside_the_catalog_stops_the_feed(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    record(store, 1)
    with admin.transaction():
        admin.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only")
        admin.execute("UPDATE ledger.event SET type = 'Unheard'")
    with pytest.raises(Broken, match="Unheard"):
        feed.catch_up("glow")
    assert feed.lag() == {"glow": 1}


class Last(Diary):
    """Wants the second of two events alone."""

    def wants(self, row: Row) -> bool:
        return row.position == 2


def tamper(admin: psycopg.Connection, change: LiteralString) -> None:
    """Changes the event at position 1, as only a privileged hand can."""
    with admin.transaction():
        admin.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only")
        admin.execute("UPDATE ledger.event SET " + change + " WHERE position = 1")


def test_what_no_read_model_wants_is_passed_over_unread(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    record(store, 2)
    tamper(admin, "body = '{}'")  # no body of its type: reading it would stop the feed
    last = Feed(feed.store, Last())
    assert last.catch_up("glow") == 2
    assert written(admin) == [2]
    assert last.lag() == {}


@pytest.mark.parametrize("change", ["type = 'Unheard'", "schema_version = 9"])
def test_an_unwanted_event_outside_the_catalog_stops_the_feed_too(
    store: EventStore, feed: Feed, admin: psycopg.Connection, change: LiteralString
) -> None:
    record(store, 2)
    tamper(admin, change)
    last = Feed(feed.store, Last())
    with pytest.raises(Broken, match="not in the catalog"):
        last.catch_up("glow")
    with pytest.raises(Broken, match="not in the catalog"):
        catch_up_together([last], "glow")
    assert written(admin) == []


def test_a_missing_position_stops_the_feed(
    store: EventStore, feed: Feed, admin: psycopg.Connection
) -> None:
    record(store, 3)
    with admin.transaction():
        admin.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only")
        admin.execute("DELETE FROM ledger.event WHERE position = 2")
    with pytest.raises(Broken, match="gap"):
        feed.catch_up("glow")
    with pytest.raises(Broken, match="gap"):
        catch_up_together([feed], "glow")


def test_two_feeds_at_once_apply_each_event_once(
    store: EventStore, feed: Feed, opened: Opener, admin: psycopg.Connection
) -> None:
    record(store, 2000)
    other = Feed(opened("ledger_projector"), Diary())
    with ThreadPoolExecutor(4) as threads:
        applied = [threads.submit(f.catch_up, "glow") for f in (feed, other, feed, other)]
        assert sum(future.result() for future in applied) == 2000
    assert written(admin) == first(2000)


@pytest.mark.parametrize("rebuilt", ["glow", None])
def test_a_rebuild_is_the_same_again(
    store: EventStore, feed: Feed, admin: psycopg.Connection, rebuilt: str | None
) -> None:
    record(store, 3)
    record(store, 2, "zen")
    assert sum(feed.catch_up(clinic) for clinic in feed.lag()) == 5
    admin.execute("DELETE FROM views.diary WHERE position = 2")
    feed.rebuild(rebuilt)
    assert written(admin) == first(3)
    assert written(admin, "zen") == ([1] if rebuilt else first(2))
