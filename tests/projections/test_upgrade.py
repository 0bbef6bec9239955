"""A database of an earlier release: its read models are told again from the events."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from consumers.bootstrap import migration_folders
from ledger.store.feed import Feed
from ledger.store.migrations import migrate
from ledger.store.store import EventStore
from projections.balances.projection import Balances
from projections.balances.queries import check
from projections.journal.projection import JournalProjection
from projections.journal.queries import balances
from tests.projections.story import CATALOG, CLINIC, Story, line
from tests.support.servers import execute

FIRST = "0001_"
SOLD, ENDS = date(2026, 2, 3), date(2026, 5, 3)


@pytest.fixture
def old(postgres_url: str, tmp_path: Path) -> Iterator[str]:
    """A database whose read models are those of their first migrations."""
    folders = [_first_only(folder, tmp_path) for folder in migration_folders()]
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        execute(connection, "CREATE DATABASE {}", name)
        url = make_conninfo(postgres_url, dbname=name)
        migrate(url, folders)
        yield url
        execute(connection, "DROP DATABASE {} WITH (FORCE)", name)


def _first_only(folder: Path, into: Path) -> Path:
    copy = into / folder.parent.name / folder.name
    shutil.copytree(folder, copy)
    if folder.parent.parent.name == "projections":
        for script in copy.glob("*.sql"):
            if not script.name.startswith(FIRST):
                script.unlink()
    return copy


def test_what_an_earlier_release_kept_is_told_again(old: str) -> None:
    with EventStore.open(old, CATALOG, pool_size=2) as store:
        story = Story(store)
        story.sell("s-1", "p-1", SOLD, (line("session", 6, 15000, SOLD, ENDS),), tax=0)
        story.pay("s-1", "pay-1", 90000, SOLD)
        story.visit("v-1", "s-1", "session-1", date(2026, 2, 10))
        head = store.head(CLINIC)
    assert head is not None
    with psycopg.connect(old) as connection:
        for projection in ("journal", "balances", "evidence"):
            values = (CLINIC, projection, head.position)
            connection.execute("INSERT INTO views.mark VALUES (%s, %s, %s)", values)
    assert any(
        name.startswith(("journal", "balances")) for name in migrate(old, migration_folders())
    )
    with EventStore.open(old, CATALOG, role="ledger_projector", pool_size=2) as store:
        feeds = [Feed(store, Balances()), Feed(store, JournalProjection())]
        assert [feed.catch_up(CLINIC) for feed in feeds] == [head.position, head.position]
        assert check(store, CLINIC) == []
        assert balances(store, CLINIC, ENDS)["2100"] == -75000
