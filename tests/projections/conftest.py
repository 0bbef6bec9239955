"""A store of the whole vocabulary, on a database for the test alone."""

from collections.abc import Iterator

import pytest

from ledger.store.store import EventStore
from tests.projections.story import CATALOG


@pytest.fixture
def store(database: str) -> Iterator[EventStore]:
    with EventStore.open(database, CATALOG, pool_size=2) as opened:
        yield opened
