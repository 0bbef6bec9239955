"""Anchors: roots over all clinics that only grow, and what a published one shows later."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import product

import psycopg
import pytest
from psycopg import errors, sql

from ledger.canonical import canonical
from ledger.errors import Broken
from ledger.merkle import consistent, included, leaf_hash
from ledger.store.anchored import broken_anchor, inclusion
from ledger.store.anchors import Anchor, Anchors
from ledger.store.pool import clinic_transaction
from ledger.store.store import EventStore
from tests.store.conftest import Opener
from tests.store.samples import command, sold

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)
TABLES = ("leaf", "head", "anchor", "stamp")


@pytest.fixture
def anchors(database: str) -> Iterator[Anchors]:
    opened = Anchors.open(database)
    yield opened
    opened.close()


def tell(store: EventStore, clinic: str, start: int, count: int) -> None:
    for version in range(start, start + count):
        store.append(clinic, [command(f"c-{version}", sold("s-1"))], {"s-1": version})


def made(anchors: Anchors, now: datetime) -> Anchor:
    anchor = anchors.make(now)
    assert anchor is not None
    return anchor


@pytest.fixture
def two_days(store: EventStore, anchors: Anchors) -> tuple[Anchor, Anchor]:
    """Glow has five entries on Monday and seven on Tuesday, zen three on both."""
    tell(store, "glow", 0, 5)
    tell(store, "zen", 0, 3)
    monday = made(anchors, MONDAY)
    tell(store, "glow", 5, 2)
    return monday, made(anchors, MONDAY + DAY)


def test_nothing_is_anchored_before_there_is_a_history(anchors: Anchors) -> None:
    assert anchors.make(MONDAY) is None


def test_a_day_has_one_root_and_each_holds_the_one_before(
    two_days: tuple[Anchor, Anchor], anchors: Anchors
) -> None:
    monday, tuesday = two_days
    assert [(one.number, one.size) for one in two_days] == [(1, 2), (2, 3)]
    tree = anchors.tree()
    assert tree.root(2) == monday.root
    assert tree.root(3) == tuesday.root
    assert consistent(2, monday.root, 3, tuesday.root, tree.consistency(2, 3))
    assert anchors.make(MONDAY + DAY, daily=True) is None
    assert made(anchors, MONDAY + DAY).root == tuesday.root
    wednesday = anchors.make(MONDAY + 2 * DAY, daily=True)
    assert wednesday is not None
    assert (wednesday.number, wednesday.root) == (4, tuesday.root)


def test_a_clinic_proves_its_head_and_every_entry(
    two_days: tuple[Anchor, Anchor], store: EventStore
) -> None:
    rows = store.read_rows("glow", 0)
    for clinic, last in (("glow", 7), ("zen", 3)):
        found = inclusion(store, clinic, [1, 2, last, 99])
        assert found is not None
        assert (found.anchor.number, found.head.position) == (2, last)
        leaf = leaf_hash(canonical(found.head.leaf()))
        anchor = found.anchor
        assert included(leaf, found.head.index, anchor.size, found.path, anchor.root)
        assert sorted(found.entries) == [1, 2, last]
    found = inclusion(store, "glow", range(1, 8))
    assert found is not None
    for row in rows:
        proof = found.entries[row.position]
        entry = leaf_hash(row.hash)
        assert included(entry, row.position - 1, 7, proof, found.head.entries)


def test_a_clinic_learns_nothing_of_another(
    two_days: tuple[Anchor, Anchor], store: EventStore
) -> None:
    with store.pool.connection() as connection, clinic_transaction(connection, "zen"):
        heads = connection.execute("SELECT clinic, position FROM anchor.head").fetchall()
    assert heads == [("zen", 3)]
    found = inclusion(store, "zen", [])
    assert found is not None
    plain = sha256(b"zen").hexdigest()
    assert plain not in canonical(found.head.leaf()).decode()


def test_a_clinic_without_an_anchor_has_no_proof(store: EventStore, anchors: Anchors) -> None:
    tell(store, "glow", 0, 1)
    assert inclusion(store, "glow", [1]) is None
    made(anchors, MONDAY)
    tell(store, "zen", 0, 1)
    assert inclusion(store, "zen", [1]) is None


@pytest.fixture
def owner(admin: psycopg.Connection) -> psycopg.Connection:
    """One who can switch the triggers off and does."""
    admin.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only")
    return admin


def test_an_end_cut_off_with_its_head_is_found(
    two_days: tuple[Anchor, Anchor], store: EventStore, anchors: Anchors, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM ledger.event WHERE clinic = 'glow' AND position > 6")
    owner.execute(
        "UPDATE ledger.clinic_head SET position = 6, hash = e.hash FROM ledger.event e"
        " WHERE e.clinic = 'glow' AND e.position = 6 AND clinic_head.clinic = 'glow'"
    )
    assert store.verify("glow") is None, "the chain alone does not show it"
    assert broken_anchor(store, "glow") == 7
    assert broken_anchor(store, "zen") is None
    with pytest.raises(Broken, match="glow"):
        anchors.make(MONDAY + 2 * DAY)


def test_an_end_written_anew_is_found(
    two_days: tuple[Anchor, Anchor], store: EventStore, anchors: Anchors, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM ledger.event WHERE clinic = 'zen' AND position > 1")
    owner.execute(
        "UPDATE ledger.clinic_head SET position = 1, hash = e.hash FROM ledger.event e"
        " WHERE e.clinic = 'zen' AND e.position = 1 AND clinic_head.clinic = 'zen'"
    )
    for version in (1, 2):
        store.append("zen", [command(f"other-{version}", sold("s-1"))], {"s-1": version})
    assert store.verify("zen") is None
    assert broken_anchor(store, "zen") == 3
    with pytest.raises(Broken, match="zen"):
        anchors.make(MONDAY + 2 * DAY)


def test_an_anchored_head_changed_with_its_history_is_found(
    two_days: tuple[Anchor, Anchor], store: EventStore, admin: psycopg.Connection
) -> None:
    admin.execute("ALTER TABLE anchor.head DISABLE TRIGGER append_only")
    admin.execute("UPDATE anchor.head SET recorded_at = recorded_at - interval '1 day'")
    assert broken_anchor(store, "zen") == 3


@pytest.mark.parametrize("replication", ["origin", "replica"])
def test_even_the_superuser_is_refused(
    two_days: tuple[Anchor, Anchor], admin: psycopg.Connection, replication: str
) -> None:
    admin.execute("SELECT set_config('session_replication_role', %s, false)", [replication])
    for table, change in product(TABLES, ("DELETE FROM {}", "TRUNCATE {} CASCADE")):
        statement = sql.SQL(change).format(sql.Identifier("anchor", table))
        with pytest.raises(errors.RestrictViolation, match="append-only"):
            admin.execute(statement)


@pytest.mark.parametrize("role", ["ledger_api", "ledger_audit"])
def test_readers_add_nothing(opened: Opener, role: str) -> None:
    with opened(role).pool.connection() as connection:
        for table in TABLES:
            statement = sql.SQL("INSERT INTO {} DEFAULT VALUES")
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.format(sql.Identifier("anchor", table)))


def test_who_anchors_sees_hashes_and_no_content(
    two_days: tuple[Anchor, Anchor], opened: Opener
) -> None:
    with opened("ledger_anchor").pool.connection() as connection:
        assert connection.execute("SELECT count(hash) FROM ledger.event").fetchone() == (10,)
        for statement in (
            "SELECT body FROM ledger.event",
            "SELECT actor FROM ledger.event",
            "SELECT * FROM ledger.personal",
            "SELECT * FROM ledger.command",
            "DELETE FROM anchor.leaf",
            "UPDATE anchor.anchor SET size = 1",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_the_first_time_stamp_stays(two_days: tuple[Anchor, Anchor], anchors: Anchors) -> None:
    _, tuesday = two_days
    anchors.stamp(tuesday, b"first")
    anchors.stamp(tuesday, b"second")
    last = anchors.latest()
    assert last is not None
    assert last.token == b"first"
