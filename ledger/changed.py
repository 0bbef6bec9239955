"""A frozen value, or a mapping, with something in it changed.

A long history is folded by tens of thousands of such changes: a dataclass is copied at half the
cost of `dataclasses.replace`.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, TypeVar

Value = TypeVar("Value")
Key = TypeVar("Key")
Item = TypeVar("Item")


@cache
def _layout(kind: Any) -> tuple[Callable[[Any], tuple[Any, ...]], Mapping[str, int]]:
    """How to read the fields of a dataclass, at least two, and the place of each by name."""
    names = [field.name for field in fields(kind)]
    return attrgetter(*names), {name: place for place, name in enumerate(names)}


def changed(value: Value, **changes: Any) -> Value:
    """A copy of a dataclass with these fields changed; raises KeyError for one it has not."""
    kind: Any = type(value)
    read, places = _layout(kind)
    values = list(read(value))
    for name, new in changes.items():
        values[places[name]] = new
    made: Value = kind(*values)
    return made


def put(mapping: Mapping[Key, Item], key: Key, item: Item) -> Mapping[Key, Item]:
    """A copy of `mapping` with one more or one other item."""
    more = copied(mapping)
    more[key] = item
    return MappingProxyType(more)


def copied(mapping: Mapping[Key, Item]) -> dict[Key, Item]:
    """The same items; a read-only view is copied as a whole, not item by item."""
    return mapping.copy() if isinstance(mapping, MappingProxyType) else dict(mapping)
