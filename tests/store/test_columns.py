"""Columns of values reach PostgreSQL as they are."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from ledger.store.columns import column_of
from ledger.store.store import EventStore
from tests.store.samples import CATALOG

NEW_YORK = timezone(timedelta(hours=-5))

COLUMNS: dict[str, list[Any]] = {
    "text": ["", "NULL", 'a "quoted" \\ one', "{a,b}", "tränen 涙", "x" * 9000],
    "bytea": [b"", b"\x00\xff"],
    "int4": [0, -1, 2**31 - 1],
    "date": [date(1900, 1, 1), date(2000, 1, 1), date(2999, 12, 31)],
    "timestamptz": [
        datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(2026, 3, 8, 2, 30, 0, 1, NEW_YORK),
    ],
}


@pytest.fixture(scope="module")
def store(module_database: str) -> Iterator[EventStore]:
    with closing(EventStore.open(module_database, CATALOG, role="ledger_api")) as opened:
        yield opened


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("length", [0, 1, None])
def test_a_column_comes_back_as_it_went(store: EventStore, kind: str, length: int | None) -> None:
    values = COLUMNS[kind][:length]
    with store.pool.connection() as connection:
        query = f"SELECT %s::{kind}[]"
        [(found,)] = connection.execute(query.encode(), [column_of(kind, values)])
    assert found == values
