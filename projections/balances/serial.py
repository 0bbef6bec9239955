"""Folded contracts as text: how the read model keeps a state between two batches.

The sale itself never changes, so its event is kept beside the state and written once; the lots
find their lines in it again.
"""

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import msgspec
import orjson
from pydantic import TypeAdapter

from aggregates.subscription.events import PackageSold, SoldLine
from aggregates.subscription.state import Subscription
from aggregates.values import TenderPart

_STATES = TypeAdapter(Subscription)


def sale_text(state: Subscription) -> str | None:
    """The sale as JSON text, or None before it."""
    return None if state.sold is None else state.sold.model_dump_json(exclude_none=True)


def state_text(state: Subscription) -> str:
    """The state without its sale, as JSON text."""
    if len(state.clauses) > 1:  # a set has no order, but equal states have equal texts
        ordered: Any = tuple(sorted(state.clauses))
        state = replace(state, clauses=ordered)
    return _TEXTS.encode(state).decode()


def restored(sale: str | None, state: str) -> Subscription:
    """The contract of which `sale_text` and `state_text` gave these texts."""
    content = orjson.loads(state)
    sold = None if sale is None else _sale(sale)
    for grant, lot in content["lots"].items():
        lot["sold"] = _line(sale or "", grant)
    return replace(_STATES.validate_json(orjson.dumps(content)), sold=sold)


@lru_cache(maxsize=4096)
def _sale(text: str) -> PackageSold:
    return PackageSold.model_validate_json(text)


@lru_cache(maxsize=4096)
def _line(sale: str, grant: str) -> orjson.Fragment:
    """The line that made the lot, as the sale says it."""
    [line] = [line for line in _sale(sale).lines if line.grant == grant]
    return orjson.Fragment(line.model_dump_json(exclude_none=True))


def _plain(value: object) -> object:
    """What the text has for a value that JSON has no form of."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, MappingProxyType):
        return dict(value)
    if isinstance(value, TenderPart):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, PackageSold | SoldLine):
        return None
    raise TypeError(f"{type(value).__name__} has no text in a state")


_TEXTS = msgspec.json.Encoder(enc_hook=_plain)
