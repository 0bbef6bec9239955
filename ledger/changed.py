"""A frozen value, or a mapping, with something in it changed, far cheaper than by hand.

A long history is folded by tens of thousands of such changes: a dataclass is copied at half the
cost of `dataclasses.replace`.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

Value = TypeVar("Value")
Key = TypeVar("Key")
Item = TypeVar("Item")
Copy = Callable[[Any, Mapping[str, Any]], Any]


@cache
def _copier(kind: Any) -> Copy:
    """A function written for the class, as `dataclasses` writes its `__init__`.

    It sets the slots one after the other: a frozen class's own `__init__` asks for each of them
    by its name.
    """
    setters = {field.name: getattr(kind, field.name).__set__ for field in fields(kind)}
    names: dict[str, Any] = {f"set_{name}": setter for name, setter in setters.items()}
    lines = [f"    set_{name}(made, value.{name})" for name in setters]
    lines = [
        "def copy(value, changes):",
        "    made = new(kind)",
        *lines,
        "    for name in changes:",
        "        setters[name](made, changes[name])",
        "    return made",
    ]
    names |= {"new": object.__new__, "kind": kind, "setters": setters}
    exec("\n".join(lines), names)  # noqa: S102  made of the names of fields only
    copy: Copy = names["copy"]
    return copy


def changed(value: Value, **changes: Any) -> Value:
    """A copy of a dataclass with slots, these fields changed; KeyError for one it has not."""
    kind: Any = type(value)
    made: Value = _copier(kind)(value, changes)
    return made


def put(mapping: Mapping[Key, Item], key: Key, item: Item) -> Mapping[Key, Item]:
    """A copy of `mapping` with one more or one other item."""
    more = copied(mapping)
    more[key] = item
    return MappingProxyType(more)


def copied(mapping: Mapping[Key, Item]) -> dict[Key, Item]:
    """The same items; a read-only view is copied as a whole, not item by item."""
    return mapping.copy() if isinstance(mapping, MappingProxyType) else dict(mapping)
