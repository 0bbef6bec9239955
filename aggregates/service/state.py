"""What a service's history comes to: its definitions by effective time."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from aggregates.service.events import PriceRange, ServiceDefined
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Service:
    definitions: tuple[tuple[datetime, ServiceDefined], ...] = ()

    def at(self, moment: datetime) -> ServiceDefined | None:
        """The definition in force at a moment, or None when there was none yet."""
        found = [defined for since, defined in self.definitions if since <= moment]
        return found[-1] if found else None


def stand_alone(service: ServiceDefined, outside: str, stated: Fraction | None = None) -> Fraction:
    """The stand-alone price of one unit; of a range the contract's `stated` price if it lies in
    it, else the policy's point (4.1, 4.2).
    """
    if isinstance(service.ssp, PriceRange):
        inside = stated is not None and service.ssp.low <= stated <= service.ssp.high
        return stated if stated is not None and inside else Fraction(getattr(service.ssp, outside))
    return Fraction(service.list_price if service.ssp is None else service.ssp)


def evolve(state: Service, recorded: Recorded) -> Service:
    """The state after one more event; definitions stay ordered by effective time."""
    match recorded.event:
        case ServiceDefined() as defined:
            entries = (*state.definitions, (recorded.effective_at, defined))
            return replace(state, definitions=tuple(sorted(entries, key=lambda item: item[0])))
        case other:
            raise impossible("service", other)


SERVICE: Decider[Service] = Decider(Service(), evolve)
