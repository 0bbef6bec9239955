"""Columns of values as PostgreSQL's binary arrays.

The driver's own way takes several times as long, and arrays in text make the server look at every
character of every body for its escapes.
"""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import Any

from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format

#: Dimensions, whether there are nulls, type of the elements; then length and lower bound.
_EMPTY = Struct(">iiI")
_ARRAY = Struct(">iiIii")
_INTEGER = Struct(">i").pack
_LONG = Struct(">q").pack
_FIRST_DAY = date(2000, 1, 1)
_FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Column(bytes):
    """An array in the binary format; the statement casts it to its type."""


class _ColumnDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> bytes:
        return obj


adapters.register_dumper(Column, _ColumnDumper)


def _date(day: date) -> bytes:
    return _INTEGER((day - _FIRST_DAY).days)


def _moment(moment: datetime) -> bytes:
    return _LONG((moment - _FIRST_MOMENT) // _MICROSECOND)


def _kind(name: str, encode: Callable[[Any], bytes]) -> tuple[int, Callable[[Any], bytes], Column]:
    """The type's number, how one value is written, and the array of none."""
    oid = adapters.types[name].oid
    return oid, encode, Column(_EMPTY.pack(0, 0, oid))


_KINDS = {
    "text": _kind("text", str.encode),
    "bytea": _kind("bytea", bytes),
    "int4": _kind("int4", _INTEGER),
    "date": _kind("date", _date),
    "timestamptz": _kind("timestamptz", _moment),
}


def column_of(kind: str, values: Collection[Any]) -> Column:
    """The values, none of them null, as an array of that PostgreSQL type.

    Raises KeyError for a type other than text, bytea, int4, date and timestamptz.
    """
    oid, encode, empty = _KINDS[kind]
    if not values:
        return empty
    pieces = [_ARRAY.pack(1, 0, oid, len(values), 1)]
    for value in values:
        item = encode(value)
        pieces += (_INTEGER(len(item)), item)
    return Column(b"".join(pieces))
