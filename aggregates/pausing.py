"""Pauses: arranged, begun, ended (accounting.md 6.4)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from aggregates.drafting import Draft
from aggregates.shifting import (
    Shift,
    freezes,
    is_moved,
    moved_cycles,
    moved_lot,
    moves,
    next_cycle_of,
    spread,
    spread_lot,
)
from aggregates.subscription import change_events as c
from aggregates.subscription.change_events import PauseMode
from aggregates.subscription.change_orders import PauseContract, ResumeContract
from aggregates.subscription.lot import Lot
from aggregates.subscription.pause import POSTPONING, Pause, UnmovedLot
from aggregates.subscription.state import Subscription, sale_of
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision

NO_DAYS = timedelta(0)


def pause(context: Context, order: PauseContract, state: Subscription) -> Decision:
    """The contract pauses from a day on, until another or until it is resumed."""
    mode: PauseMode = order.mode or sale_of(state).policies["freeze"]
    refusal = _may_pause(order, state, mode)
    if refusal is not None:
        return refusal
    planned = Pause(order.from_, order.until, mode)
    draft = Draft(context, state)
    draft.add(_paused(Shift(state, planned, planned.days_until(order.until)), context.on))
    return Decided(
        tuple(draft.events),
        {"from": order.from_.isoformat(), "until": _text(order.until), "mode": mode},
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _may_pause(order: PauseContract, state: Subscription, mode: PauseMode) -> Refused | None:
    sold, first, until = sale_of(state), order.from_, order.until
    if until is not None and until <= first:
        return Refused(Code.INVALID, "The first day back lies after the first day.", "data.until")
    if mode == "skip_billing" and not sold.is_recurring:
        return Refused(Code.INVALID, "Only a membership has cycles to skip.", "data.mode")
    if first < (state.started_on or sold.starts):
        return Refused(Code.NOT_STARTED, "The contract has not started by then.", "data.from")
    if state.last_day is not None and first > state.last_day:
        return Refused(Code.EXPIRED, "The contract's last day is over by then.", "data.from")
    if state.ended is not None or state.cancels_on is not None:
        return Refused(
            Code.CANCELLED, "The contract has ended or is under notice.", "data.subscription"
        )
    if any(_overlap(known, first, until) for known in state.pauses):
        return Refused(Code.PAUSED, "The contract is paused already.", "data.from")
    return None


def _overlap(known: Pause, first: date, until: date | None) -> bool:
    before = until is not None and until <= known.starts
    return not before and (known.until is None or first < known.until)


def _paused(shift: Shift, on: date) -> c.Paused:
    """Days move at once, as far as the cycle in which the pause begins is known; what has not
    been earned by its first day is spread then.
    """
    pause, state = shift.pause, shift.state
    fields: dict[str, Any] = {"last_day": state.last_day}
    begun = True
    if pause.mode in POSTPONING:
        begun = not _is_far(shift)
        fields = moves(shift) if begun else fields
    if pause.mode == "benefits_usable" and begun and pause.until is not None:
        begun = pause.starts <= on
        fields["lots"] = spread(shift, fields["lots"]) if begun else fields["lots"]
    return c.Paused(starts=pause.starts, until=pause.until, mode=pause.mode, begun=begun, **fields)


def _is_far(shift: Shift) -> bool:
    """Whether a cycle that has not fallen due yet begins before the pause does."""
    plan = shift.state.plan
    return plan is not None and plan.starts(next_cycle_of(shift.state)) < shift.pause.starts


def stand_still(draft: Draft, number: int) -> None:
    """A cycle is paid while a pause moves days: its lots move as those that ran before."""
    for pause in draft.state.pauses:
        is_over = pause.until is not None and pause.until <= draft.context.on
        if pause.cycle is None or number >= pause.cycle or is_over:
            continue
        shift = Shift(draft.state, pause, pause.days_until(pause.until))
        own = [lot for lot in draft.state.lots.values() if lot.sold.cycle == number]
        lots = [lot for lot in own if is_moved(shift, lot)]
        moved = tuple(moved_lot(shift, lot) for lot in lots)
        spreads = pause.mode == "benefits_usable" and pause.begun and pause.until is not None
        event = c.PauseBegan(
            starts=pause.starts,
            lots=spread(shift, moved) if spreads else moved,
            freezes=tuple(freezes(shift, ((lot, lot.starts) for lot in lots))),
            cycles=tuple(item for item in moved_cycles(shift, shift.days) if item.cycle == number),
            last_day=draft.state.last_day,
        )
        draft.add(event)


def begin_due(draft: Draft, through: date) -> None:
    """Pauses that were arranged before and whose first day has come (`PauseBegan`)."""
    for arranged in sorted(draft.state.pauses, key=lambda item: item.starts):
        if not arranged.begun and arranged.starts <= through:
            draft.begun(_began(draft.state, arranged), arranged.starts)


def _began(state: Subscription, arranged: Pause) -> c.PauseBegan:
    shift = Shift(state, arranged, arranged.days_until(arranged.until))
    if arranged.cycle is None and not arranged.lots:
        fields = moves(shift)
        lots = fields.pop("lots")
    else:
        fields = {"last_day": state.last_day}
        lots = tuple(_unmoved(state.lots[known.grant]) for known in arranged.lots)
    if arranged.mode == "benefits_usable" and arranged.until is not None:
        lots = spread(shift, lots)
    return c.PauseBegan(starts=arranged.starts, lots=lots, **fields)


def _unmoved(lot: Lot) -> c.MovedLot:
    return c.MovedLot(line=lot.line, grant=lot.grant, ends=lot.ends, lapses=lot.lapses)


def resume(context: Context, order: ResumeContract, state: Subscription) -> Decision:
    """The pause ends: the command's day is the first day back, unless it had not begun."""
    if state.ended is not None:
        return Refused(Code.CANCELLED, "The contract has ended.", "data.subscription")
    current = _current(state, context.on)
    if current is None:
        return Refused(Code.INVALID, "The contract is not paused.", "data.subscription")
    until = max(context.on, current.starts)
    draft = Draft(context, state)
    draft.add(_resumed(Shift(state, current, current.days_until(until)), until))
    return Decided(
        tuple(draft.events),
        {"from": current.starts.isoformat(), "until": until.isoformat()},
    )


def _current(state: Subscription, on: date) -> Pause | None:
    """The pause that runs on that day, or else the next one that is arranged."""
    coming = [item for item in state.pauses if item.until is None or item.until > on]
    return min(coming, key=lambda item: item.starts, default=None)


def _resumed(shift: Shift, until: date) -> c.Resumed:
    """Everything as it was before the pause, moved by the days that it came to last."""
    state, pause = shift.state, shift.pause
    planned = replace(shift, days=pause.days_until(pause.until))
    lots = [known for known in pause.lots if _still_moved(planned, known)]
    extra = None if shift.days is None else shift.days - (planned.days or NO_DAYS)
    was_moved = bool(pause.lots) or pause.cycle is not None
    return c.Resumed(
        starts=pause.starts,
        until=until,
        lots=tuple(_returned_lot(shift, known) for known in lots),
        freezes=tuple(freezes(shift, ((state.lots[one.grant], one.starts) for one in lots))),
        cycles=tuple(_returned_cycles(shift, extra)) if was_moved else (),
        next_cycle=None if pause.cycle in state.cycles else pause.cycle,
        next_starts=shift.later(pause.cycle_starts),
        last_day=_last_day(planned, shift) if was_moved else state.last_day,
    )


def _still_moved(planned: Shift, known: UnmovedLot) -> bool:
    """Whether the lot has the days that the pause gave it, and no later ones."""
    lot = planned.state.lots[known.grant]
    return lot.lapses == planned.later(known.lapses)


def _returned_lot(shift: Shift, known: UnmovedLot) -> c.MovedLot:
    lot, pause = shift.state.lots[known.grant], shift.pause
    ahead = known.starts >= pause.starts
    ends = known.ends if known.ends and known.ends <= pause.starts else shift.later(known.ends)
    moved = c.MovedLot(
        line=lot.line,
        grant=lot.grant,
        begins=shift.later(known.starts) if ahead else None,
        ends=ends,
        lapses=shift.later(known.lapses),
    )
    back = shift.later(pause.starts)
    if shift.stops or ahead or not pause.begun or back is None:
        return moved
    return spread_lot(lot, moved, back)


def _returned_cycles(shift: Shift, days: timedelta | None) -> Iterator[c.MovedCycle]:
    """The cycles that the pause moved; one that was paid ahead since keeps its days."""
    coming = shift.pause.cycle
    moved = moved_cycles(shift, days)
    return (item for item in moved if coming is not None and item.cycle < coming)


def _last_day(planned: Shift, shift: Shift) -> date | None:
    """The contract's last day, unless something else moved it in the meantime."""
    now, before = shift.state.last_day, shift.pause.last_day
    was_moved = shift.stops and now == planned.later(before)
    return shift.later(before) if was_moved else now
