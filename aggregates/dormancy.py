"""Dormancy: value is due to the state after the months its law asks for (7.6, 7.8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from aggregates.drafting import Draft
from aggregates.expiry import destination, expirable, expire_lot, funded_value, kind_of, state_of
from aggregates.lawtables import LawRow, dormant_on, law_row, law_rows
from aggregates.subscription.cycle_orders import Dormancy
from aggregates.subscription.dormancy_events import DormancyReached, RefundDormant
from aggregates.subscription.lot import Lot
from aggregates.subscription.refund import RefundGiven
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY
from ledger.decider import Context, Decided, Decision


@dataclass(frozen=True, slots=True)
class Dormant:
    """What will be due to the state at the end of a day: what a lot holds for it, units of a lot
    that are `valid` until then, or a refund.
    """

    day: date
    of: Lot | RefundGiven
    row: LawRow
    valid: bool = False

    @property
    def name(self) -> str:
        """The lot or the refund."""
        return self.of.grant if isinstance(self.of, Lot) else self.of.refund


def dormancies(state: Subscription) -> Iterator[Dormant]:
    """What of a contract will be due to the state if nothing else happens."""
    for lot in state.lots.values():
        yield from _held(state, lot)
        yield from _valid(state, lot)
    yield from _uncashed(state)


def _held(state: Subscription, lot: Lot) -> Iterator[Dormant]:
    """By the law of the day since which the value is held."""
    since = _held_since(state, lot) if lot.held else None
    if since is None:
        return
    row = law_row(sale_of(state).policies, state_of(state), kind_of(lot), since)
    day = None if row is None else dormant_on(row, _trigger(state, lot, row, since))
    if row is not None and day is not None:
        yield Dormant(max(day, since), lot, row)


def _held_since(state: Subscription, lot: Lot) -> date | None:
    """The lot's last day, or the contract's if it ended before; what its owner claimed from the
    state's share is held since then.
    """
    over = min((day for day in (lot.lapses, state.ended_on) if day is not None), default=None)
    return over if lot.claimed is None else lot.claimed


def _valid(state: Subscription, lot: Lot) -> Iterator[Dormant]:
    """By the first law whose months are over while it is in force and the units are valid.

    Time is used up by itself, and what a dispute holds back waits until it is closed (8.5).
    """
    if state.ended is not None or lot.is_time or expirable(lot) <= 0:
        return
    rows = law_rows(sale_of(state).policies, state_of(state), kind_of(lot))
    found = [(day, row) for row in rows if (day := _over_in_force(state, lot, row)) is not None]
    for day, row in sorted(found, key=lambda item: item[0])[:1]:
        if (lot.lapses is None or day < lot.lapses) and _part(state, lot, day):
            yield Dormant(day, lot, row, valid=True)


def _over_in_force(state: Subscription, lot: Lot, row: LawRow) -> date | None:
    if row.trigger == "expiry":
        return None
    over = dormant_on(row, _trigger(state, lot, row, _granted_on(state, lot)))
    day = None if over is None else max(over, row.effective_from)
    return day if day is not None and row.holds(day) else None


def _part(state: Subscription, lot: Lot, day: date) -> int:
    """The state's part of what can still be used of a lot."""
    value = funded_value(state, lot, lot.leaving_value(expirable(lot), day), day)
    return destination(state, lot, value, day, (), dormant=True).held


def _trigger(state: Subscription, lot: Lot, row: LawRow, since: date) -> date:
    """The day from which the months of a lot count; what came back to its owner counts anew."""
    if row.trigger == "expiry":
        return since
    granted = _granted_on(state, lot)
    first = granted if row.trigger == "sale" else max(granted, state.active_on or granted)
    return max(first, lot.claimed or first, lot.regained or first)


def _granted_on(state: Subscription, lot: Lot) -> date:
    """The day of the sale, or that on which a later cycle or change granted the lot."""
    sold = sale_of(state)
    of_sale = any(line.grant == lot.grant for line in sold.lines)
    return sold.sold_on if of_sale else lot.sold.starts


def _uncashed(state: Subscription) -> Iterator[Dormant]:
    """By the law of the day since which a refund can be cashed; months count from it."""
    sold = sale_of(state)
    for given in state.refunds.values():
        if not given.uncashed or given.unclaimed or given.on is None:
            continue
        row = law_row(sold.policies, state_of(state), "refund_uncashed", given.on)
        if row is None or not row.part(given.amount):
            continue
        act = state.active_on if row.trigger == "last_activity" else None
        day = dormant_on(row, given.on if act is None else max(act, given.on))
        if day is not None:
            yield Dormant(day, given, row)


def reach_dormancy(context: Context, _: Dormancy, state: Subscription) -> Decision:
    """Value whose dormancy is over by the clock becomes unclaimed property (row 21), each part on
    its own day. Units that are valid until then lapse with it.
    """
    draft = Draft(context, state)
    through = min(context.on, context.today - ONE_DAY)
    reached = []
    while due := [one for one in dormancies(draft.state) if one.day <= through]:
        first = min(due, key=lambda one: (one.day, one.name))
        _reach(draft, first)
        reached.append(first.name)
    return Decided(tuple(draft.events), {"dormant": reached})


def _reach(draft: Draft, due: Dormant) -> None:
    if not isinstance(due.of, Lot):
        draft.over(_of_refund(draft.state, due.of, due.row), due.day)
        return
    held = 0 if due.valid else due.of.held
    if due.valid:
        draft.take(expire_lot(draft.context, draft.state, due.of, due.day, dormant=True))
        held = draft.state.lots[due.of.grant].held - due.of.held
    draft.over(_of_lot(draft.state, due.of, held, due.row), due.day)


def _of_lot(state: Subscription, lot: Lot, amount: int, row: LawRow) -> DormancyReached:
    """What is held is the state's part already (7.6)."""
    return DormancyReached(
        line=lot.line,
        grant=lot.grant,
        amount=amount,
        liability=lot.liability,
        state=row.state,
        sale=state.sale,
    )


def _of_refund(state: Subscription, given: RefundGiven, row: LawRow) -> RefundDormant:
    amount = row.part(given.amount)
    return RefundDormant(refund=given.refund, amount=amount, state=row.state, sale=state.sale)
