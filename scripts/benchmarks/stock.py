"""The event-sourcing library's own recorder for PostgreSQL, as it comes, for comparison."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from scripts.benchmarks.place import Place
from scripts.benchmarks.together import rate

PROCESSES = 2
STATE = b"x" * 480
"""As long as the body of a visit or a draw."""


@dataclass(frozen=True, slots=True)
class Insertions:
    """So many inserts by each thread of one process."""

    database: str
    threads: int
    count: int
    events: int


def insertions(place: Place, database: str, callers: int, count: int, events: int) -> float:
    """Inserts a second of so many events each, by so many threads in two processes.

    The library's factory and its defaults; every event is the first of a stream of its own.
    """
    conninfo = place.create(database, migrated=False)
    part = Insertions(conninfo, callers // PROCESSES, count, events)
    with _factory(part.database, create_table=True) as factory:
        factory.application_recorder()
    return rate(_inserting, [part] * PROCESSES)


@contextmanager
def _inserting(part: Insertions) -> Iterator[Callable[[], int]]:
    with (
        _factory(part.database, create_table=False) as factory,
        ThreadPoolExecutor(part.threads) as threads,
    ):
        recorder = factory.application_recorder()

        def insert(_: int) -> int:
            for _ in range(part.count):
                new = [StoredEvent(uuid4(), 1, "Visit@1", STATE) for _ in range(part.events)]
                recorder.insert_events(new)
            return part.count

        yield lambda: sum(threads.map(insert, range(part.threads)))


@contextmanager
def _factory(database: str, *, create_table: bool) -> Iterator[PostgresFactory]:
    """The table is made once: processes that make it at the same time fail."""
    known = conninfo_to_dict(database)
    values = {
        "POSTGRES_DBNAME": known["dbname"],
        "POSTGRES_HOST": known["host"],
        "POSTGRES_PORT": known["port"],
        "POSTGRES_USER": known["user"],
        "POSTGRES_PASSWORD": "none is asked for",
        "CREATE_TABLE": "yes" if create_table else "no",
    }
    factory = PostgresFactory(
        Environment("bench", {key: str(value) for key, value in values.items()})
    )
    try:
        yield factory
    finally:
        factory.close()
