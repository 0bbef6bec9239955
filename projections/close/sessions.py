"""A connection that sees one clinic, as `ledger_api` under row security."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def session(conninfo: str, clinic: str) -> Iterator[Connection]:
    """A transaction that reads the clinic's history."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET LOCAL ROLE ledger_api")
        connection.execute("SELECT set_config('ledger.clinic', %s, true)", (clinic,))
        yield connection
