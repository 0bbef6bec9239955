"""Canonical JSON (RFC 8785) and digests: the bytes that hashes are taken over.

Everything hashed here is made of objects with ASCII keys, strings, integers, booleans and
nulls. For those, sorted compact JSON *is* the canonical form; floats are refused, because
their text depends on the writer.
"""

import hashlib
from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS


def canonical(value: Any) -> bytes:
    """Canonical UTF-8 bytes of a JSON value; raises TypeError on a float or a foreign type."""
    _refuse_floats(value)
    return orjson.dumps(value, option=_OPTIONS)


def canonical_trusted(value: Any) -> bytes:
    """As `canonical`, for values dumped from strict models, which cannot hold a float."""
    return orjson.dumps(value, option=_OPTIONS)


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a floating-point number has no canonical form here")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
