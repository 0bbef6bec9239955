"""One database for the tests of a module; each test has a clinic of its own in it."""

from collections.abc import Iterator
from itertools import count

import pytest

from commands.handling import Commands
from tests.commands.practice import Clock, Practice, practising
from tests.support import servers

NUMBERS = count(1)


@pytest.fixture(scope="module")
def shared_database(migrated_url: str) -> Iterator[str]:
    with servers.fresh_database(migrated_url) as url:
        yield url


@pytest.fixture(scope="module")
def shared(shared_database: str) -> Iterator[Commands]:
    with practising(shared_database) as commands:
        yield commands


@pytest.fixture
def practice(shared: Commands) -> Practice:
    """A clinic that nobody has defined yet, on a day in June 2026."""
    clock = Clock()
    shared.clock = clock
    return Practice(shared, f"clinic-{next(NUMBERS)}", clock)
