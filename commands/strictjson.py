"""A JSON reader that takes no liberties: what it cannot hold exactly it refuses.

Numbers with a decimal point become their own text, so that a quantity of 0.25 is exact and an
amount of 1800.0 is no integer. Duplicate keys, NaN, exponents, huge numbers, deep nesting,
broken UTF-8, NUL and the event library's marker keys are refused (reliability.md 7.1).
"""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ledger.errors import Unreadable

MOST_BYTES = 16 * 1024 * 1024
DEEPEST = 64
#: Of that length every integer fits 64 bits, which the canonical form needs.
_LONGEST_NUMBER = 19
_MARKER = "_type_"


class Malformed(Unreadable):
    """A text with something in it that is refused; `field` is its path, `key` the text's ``id``."""

    def __init__(self, reason: str, field: str, key: object) -> None:
        super().__init__(reason)
        self.field = field
        self.key = key


@dataclass(frozen=True, slots=True)
class _Fault:
    """Stands for a value that is refused, until the path to it is known."""

    reason: str
    path: str = ""
    key: object = None

    def below(self, step: str, key: object = None) -> "_Fault":
        dot = "." if self.path and not self.path.startswith("[") else ""
        return _Fault(self.reason, f"{step}{dot}{self.path}", key)


def loads(raw: bytes | str) -> Any:
    """The value of a JSON text; raises Unreadable with the reason, never with the content.

    Where the reason lies at one place of a JSON text, the error is a Malformed with its path.
    """
    text = _decoded(raw)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise Unreadable(f"nested deeper than {DEEPEST} levels") from None
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(value, 0)
    fault = _fault_in(value)
    if fault is not None:
        raise Malformed(fault.reason, fault.path, fault.key)
    return value


def _decoded(raw: bytes | str) -> str:
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"longer than {MOST_BYTES} bytes")
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    if text.startswith("\ufeff"):
        raise Unreadable("a byte order mark stands before it; save the file as UTF-8 without one")
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


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Fault:
    found = dict(pairs)
    for key, value in pairs:
        fault = _fault_in(value)
        if fault is not None:
            return fault.below(key, found.get("id"))
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        unsure = found.get("id") if twice != "id" else None
        return _Fault(f"the key {twice!r} stands twice", twice, unsure)
    if _MARKER in found:
        return _Fault(f"the key {_MARKER!r} is reserved", _MARKER, found.get("id"))
    return found


def _fault_in(value: Any) -> _Fault | None:
    """A refused value, or the first one in a list; objects have told theirs already."""
    if isinstance(value, _Fault):
        return value
    if isinstance(value, list):
        for index, item in enumerate(value):
            fault = _fault_in(item)
            if fault is not None:
                return fault.below(f"[{index}]")
    return None


def _integer(token: str) -> int | _Fault:
    return _Fault("a number has too many digits") if len(token) > _LONGEST_NUMBER else int(token)


def _decimal(token: str) -> str | _Fault:
    if "e" in token or "E" in token:
        return _Fault("numbers are written without an exponent")
    return _Fault("a number has too many digits") if len(token) > _LONGEST_NUMBER else token


def _constant(token: str) -> _Fault:
    return _Fault(f"{token} is not a number")


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
