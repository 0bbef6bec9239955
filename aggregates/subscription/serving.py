"""Where a contract's units were delivered: whose breakage it is (policy `breakage_location`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from aggregates.subscription.moves import Draw, Lapse
from ledger.changed import changed, put

if TYPE_CHECKING:
    from aggregates.subscription.state import Subscription

DELIVERER = "deliverer"


@dataclass(frozen=True, slots=True)
class Serving:
    """What each location delivered of each lot, at list price in thousandths of a minor unit, and
    where the breakage of lapsed lots was booked.
    """

    delivered: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    lapsed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def deliverer(self, grant: str) -> str | None:
        """The location that delivered most of a lot, or of the contract where nobody delivered any
        of the lot; among equals the first by name, None where nothing was delivered.
        """
        own = self.delivered.get(grant, {})
        found = {name: worth for name, worth in own.items() if worth > 0} or self._of_all()
        return min(found, key=lambda name: (-found[name], name), default=None)

    def _of_all(self) -> dict[str, int]:
        totals: dict[str, int] = {}
        for places in self.delivered.values():
            for name, worth in places.items():
                totals[name] = totals.get(name, 0) + worth
        return {name: worth for name, worth in totals.items() if worth > 0}


def served(state: "Subscription", event: Draw, sign: int) -> "Subscription":
    """The contract after a draw at a location, or with `sign` −1 after its undoing."""
    if state.serving is None or event.location is None:
        return state
    places = state.serving.delivered.get(event.grant, {})
    worth = state.lots[event.grant].sold.at_list(event.quantity, event.service)
    more = put(places, event.location, places.get(event.location, 0) + sign * worth)
    delivered = put(state.serving.delivered, event.grant, more)
    return changed(state, serving=changed(state.serving, delivered=delivered))


def lapsed_at(state: "Subscription", event: Lapse) -> "Subscription":
    """The contract after a lot lapsed, whose breakage is another location's than the seller's."""
    if state.serving is None or event.breaks_at is None:
        return state
    places = put(state.serving.lapsed, event.grant, event.breaks_at)
    return changed(state, serving=changed(state.serving, lapsed=places))
