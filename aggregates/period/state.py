"""What a period's history comes to. `open_through` lives on the clinic's calendar of closes."""

from dataclasses import dataclass, replace

from aggregates.period.events import PeriodClosed
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class PeriodState:
    closes: tuple[PeriodClosed, ...] = ()

    @property
    def in_force(self) -> PeriodClosed | None:
        """The close that holds, or None while the period is open."""
        return self.closes[-1] if self.closes else None


def evolve(state: PeriodState, recorded: Recorded) -> PeriodState:
    """The state after one more event."""
    match recorded.event:
        case PeriodClosed() as closed:
            return replace(state, closes=(*state.closes, closed))
        case other:
            raise impossible("period", other)


PERIOD: Decider[PeriodState] = Decider(PeriodState(), evolve)
