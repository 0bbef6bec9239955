"""Stores of one fresh database, as each role of the program opens them."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from ledger.store.store import EventStore
from tests.store.samples import CATALOG

Opener = Callable[[str], EventStore]


@pytest.fixture
def opened(database: str) -> Iterator[Opener]:
    """Opens stores by role, and closes them after the test."""
    stores: list[EventStore] = []

    def open_as(role: str) -> EventStore:
        stores.append(EventStore.open(database, CATALOG, role=role, pool_size=4))
        return stores[-1]

    yield open_as
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Opener) -> EventStore:
    return opened("ledger_api")


@pytest.fixture
def admin(database: str) -> Iterator[psycopg.Connection]:
    """The superuser's own session."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection
