"""Folded contracts and patients as text: how the read model keeps a state between two batches.

The sale itself never changes, so its event is kept beside the state and written once; the lots
and plans find its lines in it again. Lines that came later are written in full.
"""

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import msgspec
import orjson
from pydantic import TypeAdapter

from aggregates.patient.state import Patient
from aggregates.subscription.events import PackageSold
from aggregates.subscription.line import SoldLine
from aggregates.subscription.state import Subscription
from ledger.events import Frozen

_STATES = TypeAdapter(Subscription)
_PATIENTS = TypeAdapter(Patient)


def sale_text(state: Subscription) -> str | None:
    """The sale as JSON text, or None before it."""
    return None if state.sold is None else state.sold.model_dump_json(exclude_none=True)


def state_text(state: Subscription) -> str:
    """The state without its sale, as JSON text; a line of the sale is written as its grant."""
    known = {} if state.sold is None else {line.grant: line for line in state.sold.lines}

    def plain(value: object) -> object:
        """What the text has for a value that JSON has no form of."""
        if isinstance(value, SoldLine):
            line = known.get(value.grant)
            return value.grant if line is value or line == value else _fields(value)
        return _plain(value)

    return msgspec.json.encode(_ordered(state), enc_hook=plain).decode()


def patient_text(state: Patient) -> str:
    """A patient's state as JSON text."""
    return _PATIENTS.dump_json(state, exclude_defaults=True).decode()


def restored_patient(text: str) -> Patient:
    """The patient of whom `patient_text` gave this text."""
    return _PATIENTS.validate_json(text)


def _ordered(state: Subscription) -> Subscription:
    """A set has no order, but equal states have equal texts."""
    ordered: dict[str, Any] = {
        name: tuple(sorted(members))
        for name, members in (("clauses", state.clauses), ("signals", state.signals))
        if len(members) > 1
    }
    return replace(state, **ordered) if ordered else state


def _fields(value: Frozen) -> dict[str, Any]:
    return value.model_dump(mode="json", exclude_none=True)


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, MappingProxyType):
        return dict(value)
    if isinstance(value, PackageSold):
        return None
    if isinstance(value, Frozen):
        return _fields(value)
    raise TypeError(f"{type(value).__name__} has no text in a state")


def restored(sale: str | None, state: str) -> Subscription:
    """The contract of which `sale_text` and `state_text` gave these texts."""
    content = orjson.loads(state)
    sold = None if sale is None else _sale(sale)
    for lot in content["lots"].values():
        lot["sold"] = _line(sale or "", lot["sold"])
    for plan in (content["plan"], content["next_plan"]):
        if plan is not None:
            plan["lines"] = [_line(sale or "", line) for line in plan["lines"]]
    return replace(_STATES.validate_json(orjson.dumps(content)), sold=sold)


@lru_cache(maxsize=4096)
def _sale(text: str) -> PackageSold:
    return PackageSold.model_validate_json(text)


def _line(sale: str, line: str | dict[str, object]) -> object:
    """A line of the sale by its grant, or a later one as it stands."""
    return _sold(sale, line) if isinstance(line, str) else line


@lru_cache(maxsize=4096)
def _sold(sale: str, grant: str) -> orjson.Fragment:
    [line] = [line for line in _sale(sale).lines if line.grant == grant]
    return orjson.Fragment(line.model_dump_json(exclude_none=True))
