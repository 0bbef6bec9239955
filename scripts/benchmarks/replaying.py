"""Figures `replay` and `growth`, and the child process that tells a replay's memory."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from time import perf_counter, process_time

import psycopg

from projections.close.basis import OWN
from projections.close.loading import event_types
from projections.close.replay import replay
from scripts.benchmarks.figure import Figure
from scripts.benchmarks.history import LONG, History
from scripts.benchmarks.together import SPAWN, peak_megabytes

TIMES = 3
"""Of which the median counts."""
_COPY = """
COPY (
    SELECT position, type, schema_version, stream, effective_on, body FROM ledger.event
    WHERE clinic = '{clinic}' AND position <= {cut} AND type IN ('{types}')
) TO STDOUT
"""


Clock = Callable[[], float]
"""`perf_counter` for what a person waits, `process_time` for the work of this process, which
other work on the machine disturbs less; PostgreSQL's own is not in it."""


def replay_figures(history: History, events: int) -> Iterator[Figure]:
    """Events a second of a replay up to `events`, against COPY of the rows it reads."""
    clocks: tuple[tuple[str, Clock], ...] = (
        ("events/s", perf_counter),
        ("events/s of its CPU", process_time),
    )
    for unit, clock in clocks:
        copied = events / seconds_to_copy(history.database, events, clock)
        replayed = events / seconds_to_replay(history.database, events, clock)
        yield Figure("replay", replayed, unit, "COPY of the same rows", copied)


def seconds_to_replay(database: str, cut: int, clock: Clock = perf_counter) -> float:
    """How long the books of a history of `cut` events take."""
    return median(_replayed(database, cut, clock) for _ in range(TIMES))


def replay_memory(database: str, cut: int) -> float:
    """Peak memory of a process that replays once, in MB."""
    with ProcessPoolExecutor(1, mp_context=SPAWN) as alone:
        return alone.submit(_peak, database, cut).result()


def _peak(database: str, cut: int) -> float:
    replay(database, LONG, cut).close()
    return peak_megabytes()


def _replayed(database: str, cut: int, clock: Clock) -> float:
    start = clock()
    replay(database, LONG, cut).close()
    return clock() - start


def seconds_to_copy(database: str, cut: int, clock: Clock = perf_counter) -> float:
    """How long COPY of the rows takes that a replay of so many events reads."""
    types = "', '".join(event_types(OWN.rules, pools=False))
    statement = _COPY.format(clinic=LONG, cut=cut, types=types).encode()
    with psycopg.connect(database) as connection:
        return median(_copied(connection, statement, clock) for _ in range(TIMES))


def _copied(
    connection: psycopg.Connection[tuple[object, ...]], statement: bytes, clock: Clock
) -> float:
    start = clock()
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for _ in rows:
            pass
    return clock() - start
