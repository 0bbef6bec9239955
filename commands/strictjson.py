"""A JSON reader that takes no liberties: what it cannot hold exactly it refuses.

Numbers with a decimal point become their own text, so that a quantity of 0.25 is exact and an
amount of 1800.0 is no integer. Duplicate keys, NaN, exponents, huge numbers, deep nesting,
broken UTF-8, NUL and the event library's marker keys are refused (reliability.md 7.1).
"""

import json
from typing import Any

from ledger.errors import Unreadable

MOST_BYTES = 16 * 1024 * 1024
DEEPEST = 64
#: Of that length every integer fits 64 bits, which the canonical form needs.
_LONGEST_NUMBER = 19
_MARKER = "_type_"


def loads(raw: bytes | str) -> Any:
    """The value of a JSON text; raises Unreadable with the reason, never with the content."""
    text = _decoded(raw)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise Unreadable(f"nested deeper than {DEEPEST} levels") from None
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(value, 0)
    return value


def _decoded(raw: bytes | str) -> str:
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"longer than {MOST_BYTES} bytes")
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    if "\\u" in text:
        _refuse_escapes(text)
    return text


def _refuse_escapes(text: str) -> None:
    """NUL and lone surrogates cannot be stored or hashed."""
    try:
        decoded = json.loads(text)
        flat = json.dumps(decoded, ensure_ascii=False)
        flat.encode("utf-8")
    except UnicodeEncodeError:
        raise Unreadable("a lone surrogate is no character") from None
    except (ValueError, RecursionError):
        return
    if "\\u0000" in flat.replace("\\\\", ""):
        raise Unreadable("NUL is not text")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Unreadable(f"the key {twice!r} stands twice")
    if _MARKER in found:
        raise Unreadable(f"the key {_MARKER!r} is reserved")
    return found


def _integer(token: str) -> int:
    if len(token) > _LONGEST_NUMBER:
        raise Unreadable("a number has too many digits")
    return int(token)


def _decimal(token: str) -> str:
    if "e" in token or "E" in token:
        raise Unreadable("numbers are written without an exponent")
    if len(token) > _LONGEST_NUMBER:
        raise Unreadable("a number has too many digits")
    return token


def _constant(token: str) -> Any:
    raise Unreadable(f"{token} is not a number")


def _check_depth(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Unreadable(f"nested deeper than {DEEPEST} levels")
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        _check_depth(item, depth + 1)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_constant,
)
