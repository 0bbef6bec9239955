"""What kind of cost a service is: who must be paid for it, and in which account (rows 49, 51)."""

from dataclasses import dataclass
from typing import Literal

#: Own work, work bought in from a laboratory, goods from stock, and what is given away.
CostKind = Literal["service", "lab", "supply", "promotion"]
_LABS = frozenset({"lab", "labs"})
_SUPPLIES = frozenset({"supply", "supplies"})


@dataclass(frozen=True, slots=True)
class Cost:
    """What is posted as spent on a draw, in minor units."""

    amount: int
    kind: CostKind


NO_COST = Cost(0, "service")


def cost_kind(category: str | None, *, product: bool) -> CostKind:
    """The kind of a service that is sold, by its category; products come from stock."""
    name = (category or "").lower()
    if product or name in _SUPPLIES:
        return "supply"
    return "lab" if name in _LABS else "service"
