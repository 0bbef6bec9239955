"""What a period's history comes to: open, soft-closed, locked, reopened (accounting.md 14.1)."""

from dataclasses import dataclass, replace

from aggregates.period.events import (
    PeriodClosed,
    PeriodReopened,
    PeriodSoftClosed,
    SoftCloseDue,
)
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class PeriodState:
    """`closes` are all versions, the reopened ones too; `signalled` says that the soft close
    was announced as due.
    """

    closes: tuple[PeriodClosed, ...] = ()
    is_locked: bool = False
    is_soft_closed: bool = False
    signalled: bool = False

    @property
    def in_force(self) -> PeriodClosed | None:
        """The close that holds, or None while the period is open."""
        return self.closes[-1] if self.is_locked else None


def evolve(state: PeriodState, recorded: Recorded) -> PeriodState:
    """The state after one more event."""
    match recorded.event:
        case PeriodClosed() as closed:
            return replace(state, closes=(*state.closes, closed), is_locked=True)
        case PeriodSoftClosed():
            return replace(state, is_soft_closed=True)
        case PeriodReopened():
            return replace(state, is_locked=False, is_soft_closed=False)
        case SoftCloseDue():
            return replace(state, signalled=True)
        case other:
            raise impossible("period", other)


PERIOD: Decider[PeriodState] = Decider(PeriodState(), evolve)
