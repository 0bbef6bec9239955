"""Applies a profile to facts: what is not to be shown is left out, never blacked out."""

from collections.abc import Collection
from typing import Any

from ledger.errors import Broken
from projections.evidence.profile.tags import Tag, is_section, tag_of

_KEPT: frozenset[Tag] = frozenset({"send", "keep"})
_SENT: frozenset[Tag] = frozenset({"send"})


def kept(facts: dict[str, Any], elevated: Collection[str]) -> dict[str, Any]:
    """What the clinic's own file of facts holds."""
    found: dict[str, Any] = _projected(facts, "", _KEPT, elevated)
    return found


def sent(facts: dict[str, Any], elevated: Collection[str]) -> dict[str, Any]:
    """What everything that goes to an issuer is made from."""
    found: dict[str, Any] = _projected(facts, "", _SENT, elevated)
    return found


def _projected(value: Any, path: str, shown: Collection[Tag], elevated: Collection[str]) -> Any:
    if isinstance(value, list):
        return [_projected(item, path, shown, elevated) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        name = f"{path}.{key}" if path else key
        if is_section(name) or _is_shown(name, shown, elevated):
            found[key] = _projected(item, name, shown, elevated)
    return found


def _is_shown(name: str, shown: Collection[Tag], elevated: Collection[str]) -> bool:
    tag = tag_of(name)
    if tag is None:
        raise Broken(f"the fact {name} has no sensitivity")
    return tag in shown or name in elevated
