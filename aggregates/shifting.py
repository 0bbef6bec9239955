"""Which days of a contract a pause moves, and what is spread anew (accounting.md 6.4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aggregates.subscription import change_events as c
from aggregates.subscription.leaving import FrozenSpan
from aggregates.subscription.lot import Lot
from aggregates.subscription.pause import Pause
from aggregates.subscription.state import Subscription
from ledger.calendar import ONE_DAY


@dataclass(frozen=True, slots=True)
class Shift:
    """A pause over a contract: `days` by which its days move, None while they are unknown."""

    state: Subscription
    pause: Pause
    days: timedelta | None

    @property
    def stops(self) -> bool:
        """Whether the clock stands still, and not only billing."""
        return self.pause.mode == "stop_clock"

    def later(self, day: date | None) -> date | None:
        """The day moved by the pause; none where there is none, or it is not known."""
        return None if day is None or self.days is None else day + self.days

    def first_frozen(self, starts: date) -> date:
        """The first day on which what begins on `starts` stands still."""
        return max(starts, self.pause.starts)


def next_cycle_of(state: Subscription) -> int:
    """The number of the first cycle that has not fallen due."""
    return max(state.cycles, default=0) + 1


def moves(shift: Shift) -> dict[str, Any]:
    """The days that the pause moves: those of lots and cycles, the next due date, the last day."""
    state = shift.state
    lots = [lot for lot in state.lots.values() if is_moved(shift, lot)]
    fields: dict[str, Any] = {
        "lots": tuple(moved_lot(shift, lot) for lot in lots),
        "freezes": tuple(freezes(shift, ((lot, lot.starts) for lot in lots))),
        "cycles": tuple(moved_cycles(shift, shift.days)),
        "last_day": shift.later(state.last_day) if shift.stops else state.last_day,
    }
    if state.plan is not None:
        number = next_cycle_of(state)
        fields |= {"next_cycle": number, "next_starts": shift.later(state.plan.starts(number))}
    return fields


def is_moved(shift: Shift, lot: Lot) -> bool:
    """Every lot that is not over, when the clock stands still; else those of the running cycle,
    and of a cycle that is paid ahead. What an unpaid cycle asks for has granted nothing yet.
    """
    first = shift.pause.starts
    if lot.lapses is None or lot.pending or lot.is_over(first):
        return False
    return shift.stops or lot.starts >= first or _is_of_running(shift, lot)


def _is_of_running(shift: Shift, lot: Lot) -> bool:
    cycle = shift.state.cycles.get(lot.sold.cycle or 0)
    first = shift.pause.starts
    is_benefit = lot.kind != "setup_fee"
    return is_benefit and cycle is not None and cycle.starts <= first < cycle.ends


def moved_lot(shift: Shift, lot: Lot) -> c.MovedLot:
    """The lot with its new days; one that begins in the pause, or after it, begins later."""
    ahead = lot.starts >= shift.pause.starts
    ends = lot.ends if lot.ends and lot.ends <= shift.pause.starts else shift.later(lot.ends)
    return c.MovedLot(
        line=lot.line,
        grant=lot.grant,
        begins=shift.later(lot.starts) if ahead else None,
        ends=ends,
        lapses=shift.later(lot.lapses),
    )


def freezes(shift: Shift, lots: Iterable[tuple[Lot, date]]) -> Iterator[FrozenSpan]:
    """Lines of time, each with its first day, stand still; where benefits stay usable, only
    those that had not begun.
    """
    for lot, begun in lots:
        if lot.is_time and lot.spans and (shift.stops or begun >= shift.pause.starts):
            starts = shift.first_frozen(begun)
            until = shift.later(starts)
            yield FrozenSpan(line=lot.line, grant=lot.grant, starts=starts, until=until)


def moved_cycles(shift: Shift, days: timedelta | None) -> Iterator[c.MovedCycle]:
    """The cycles that are granted and not over by the first day, moved by so many days."""
    first = shift.pause.starts
    for cycle in shift.state.cycles.values():
        if days is not None and cycle.ends > first and cycle.status == "granted":
            starts = cycle.starts + days if cycle.starts >= first else cycle.starts
            yield c.MovedCycle(cycle=cycle.number, starts=starts, ends=cycle.ends + days)


def spread(shift: Shift, lots: tuple[c.MovedLot, ...]) -> tuple[c.MovedLot, ...]:
    """What the running cycle has not earned by the day before is spread over its new days."""
    return tuple(spread_lot(shift.state.lots[lot.grant], lot, shift.pause.starts) for lot in lots)


def spread_lot(lot: Lot, moved: c.MovedLot, first: date) -> c.MovedLot:
    """A line of time with what it has not earned before `first` over its days from then on."""
    if not lot.is_time or not lot.spans or lot.starts >= first or moved.ends is None:
        return moved
    return moved.model_copy(
        update={
            "recognised": lot.running_earned(first - ONE_DAY),
            "amount": lot.value_left(first - ONE_DAY),
            "starts": first,
        }
    )
