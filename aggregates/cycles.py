"""The cycles of a membership: what falls due, and what lapses (accounting.md 6.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.drafting import Draft
from aggregates.granting import cycle_lots, granted, is_paid
from aggregates.numbering import free_grant
from aggregates.owing import bills_when_due, due_cycles, outstanding
from aggregates.pausing import stand_still
from aggregates.pricing import running
from aggregates.subscription import cycle_events as c
from aggregates.subscription import events as e
from aggregates.subscription.funding import shares_of, unfunded_tax
from aggregates.subscription.leaving import LeavingLot
from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import NONE
from aggregates.subscription.state import Cycle, Plan, Subscription, sale_of
from aggregates.subscription.validity import Contract
from aggregates.values import Share
from ledger.calendar import ONE_DAY


@dataclass(frozen=True, slots=True)
class Coming:
    """The cycle that falls due next, over ``[starts, ends)``, and the plan it follows."""

    number: int
    starts: date
    ends: date
    plan: Plan

    @property
    def asked(self) -> int:
        """What it will cost, with tax."""
        return self.plan.price + self.plan.tax

    @property
    def is_committed(self) -> bool:
        """Whether it cannot be cancelled."""
        return self.number <= (self.plan.billing.commitment_cycles or 0)


def coming_cycle(state: Subscription, *, by_hand: bool = False) -> Coming | None:
    """The cycle after those that have fallen due; None where none follows, or while it waits for
    the end of a pause. Asked for `by_hand` it also comes to a contract that does not renew.
    """
    number = max(state.cycles, default=0) + 1
    plan = state.plan_of(number)
    while plan is not None and state.ended is None:
        starts = plan.starts(number)
        if not _follows(state, plan, number, by_hand=by_hand) or _waits(state, starts):
            return None
        after = state.plan_of(number + 1) or plan
        if not state.skips(starts):
            return Coming(number, starts, after.starts(number + 1), plan)
        number, plan = number + 1, after
    return None


def _follows(state: Subscription, plan: Plan, number: int, *, by_hand: bool = False) -> bool:
    """Whether the contract has that cycle: it renews, within its term, and is not under notice."""
    starts, sold = plan.starts(number), sale_of(state)
    within = sold.term is None or starts < sold.term.end(sold.starts)
    stays = state.cancels_on is None or starts <= state.cancels_on
    renews = plan.billing.auto_renew or number <= (plan.billing.commitment_cycles or 1)
    return within and stays and (renews or by_hand)


def _waits(state: Subscription, starts: date) -> bool:
    """Whether a pause has no end yet, or due dates move by it, so that the day is not known."""
    skipping = any(
        pause.mode == "skip_billing" and pause.until is None and pause.starts <= starts
        for pause in state.pauses
    )
    return skipping or state.postpones(starts)


def goes_on(state: Subscription, number: int) -> bool:
    """Whether another cycle may follow a cycle, paid or not."""
    plan = state.plan_of(number + 1)
    known = number + 1 in state.cycles
    return state.ended is None and plan is not None and (known or _follows(state, plan, number + 1))


def bring(draft: Draft, begun: date, over: date) -> None:
    """Adds what time has brought to the cycles: those whose first day has `begun` fall due, and
    those whose last day is `over` lapse where they are unpaid.
    """
    while True:
        state = draft.state
        lapsing = lapsing_cycle(state)
        coming = coming_cycle(state)
        if coming is not None and coming.starts > begun:
            coming = None
        late = lapsing is not None and lapsing.ends - ONE_DAY <= over
        if lapsing is not None and late and (coming is None or lapsing.ends <= coming.starts):
            lapse(draft, lapsing, lapsing.ends - ONE_DAY)
        elif coming is not None:
            draft.begun(cycle_due(state, coming), coming.starts)
        else:
            break
    if bills_when_due(sale_of(draft.state), firm=True):
        bill_rest(draft, begun)
    for cycle in paid_cycles(draft.state):
        if not cycle.asked:
            draft.begun(granted(draft.state, cycle, cycle.starts, None), cycle.starts)
            stand_still(draft, cycle.number)
        else:
            draft.add(granted(draft.state, cycle, draft.context.on, None))
            stand_still(draft, cycle.number)


def paid_cycles(state: Subscription) -> list[Cycle]:
    """The cycles that lack nothing, and whose lots wait still."""
    return [cycle for cycle in due_cycles(state) if is_paid(state, cycle)]


def lapsing_cycle(state: Subscription) -> Cycle | None:
    """The cycle that lapses first unless it is paid; one that is committed stays owed."""
    if state.ended is not None:
        return None
    cycles = [cycle for cycle in due_cycles(state) if not cycle.committed]
    unpaid = [cycle for cycle in cycles if not is_paid(state, cycle)]
    return next((cycle for cycle in unpaid if not state.postpones(cycle.ends - ONE_DAY)), None)


def cycle_due(
    state: Subscription, coming: Coming, *, ahead: bool = False, moved: bool = False
) -> c.CycleDue:
    """A cycle that asks for its price; within the commitment it is receivable at once (row 4)."""
    lines = cycle_lines(state, coming)
    firm = coming.is_committed and not ahead and state.has_contract
    bills = bills_when_due(sale_of(state), firm=firm)
    return c.CycleDue(
        cycle=coming.number,
        starts=coming.starts,
        ends=coming.ends,
        price=coming.plan.price,
        tax=coming.plan.tax,
        lines=lines,
        committed=coming.is_committed,
        ahead=ahead,
        moved=moved,
        amount=coming.asked if bills else 0,
        shares=whole_shares(lines) if bills else (),
        posted_tax=coming.plan.tax if bills else 0,
        sale=coming.plan.sale,
    )


def cycle_lines(state: Subscription, coming: Coming) -> tuple[SoldLine, ...]:
    """The plan's lines for one of its cycles: the same allocation, lots and days of their own."""
    contract = Contract(None, sale_of(state).grace_days, coming.ends)
    return tuple(
        running(
            line.model_copy(
                update={
                    "grant": free_grant(state, line.line, coming.number),
                    "cycle": coming.number,
                }
            ),
            contract,
            coming.starts,
        )
        for line in coming.plan.lines
    )


def whole_shares(lines: Sequence[SoldLine]) -> tuple[Share, ...]:
    """All that a cycle's lines ask for, as it is billed."""
    return tuple(
        Share(line=line.line, grant=line.grant, liability=line.liability, amount=line.allocated)
        for line in lines
        if line.allocated
    )


def bill_rest(draft: Draft, begun: date) -> None:
    """What of committed cycles that have begun is neither paid nor receivable becomes so."""
    for cycle in _lacking_cycles(draft.state):
        if cycle.starts <= begun:
            draft.begun(_rest_due(draft.state, cycle), cycle.starts)


def unbilled_cycles(state: Subscription) -> list[Cycle]:
    """Cycles within the commitment whose price is neither paid nor receivable in full, and
    becomes receivable with their first day.
    """
    return _lacking_cycles(state) if bills_when_due(sale_of(state), firm=True) else []


def _lacking_cycles(state: Subscription) -> list[Cycle]:
    if state.ended is not None or not state.has_contract:
        return []
    return [
        cycle
        for cycle in due_cycles(state)
        if cycle.committed and any(lot.unfunded for lot in cycle_lots(state, cycle.number))
    ]


def _rest_due(state: Subscription, cycle: Cycle) -> e.InstalmentDue:
    """What a part payment ahead of the first day left of a committed cycle (row 4)."""
    lots = cycle_lots(state, cycle.number)
    parts = [lot.unfunded for lot in lots]
    tax = missing_tax(state, cycle.number)
    return e.InstalmentDue(
        instalment=cycle.number,
        amount=sum(parts) + tax,
        shares=shares_of(lots, parts),
        tax=tax,
        sale=state.sale,
    )


def missing_tax(state: Subscription, number: int) -> int:
    """The tax of a cycle that is neither paid nor receivable; later cycles want all of theirs."""
    cycle = state.cycles[number]
    later = sum(item.tax for item in due_cycles(state) if item.number > number)
    return min(max(unfunded_tax(state) - later, 0), cycle.tax)


def tax_paid(state: Subscription, cycles: Sequence[Cycle]) -> int:
    """The tax in part payments for cycles, as far as no refund or dispute has taken it back."""
    left = state.tax_funded - state.tax_returned - state.tax_lost
    paid = sum(cycle.tax - missing_tax(state, cycle.number) for cycle in cycles)
    return max(min(paid, left), 0)


def lapse(draft: Draft, cycle: Cycle, day: date) -> None:
    """Nothing is owed for an unpaid cycle; what was paid of it becomes store credit (row 20a)."""
    state = draft.state
    lots = cycle_lots(state, cycle.number)
    tax = tax_paid(state, [cycle]) if state.has_contract else 0
    credited = sum(lot.funded for lot in lots) + tax
    event = c.CycleLapsed(
        cycle=cycle.number,
        lots=tuple(
            LeavingLot(
                line=lot.line,
                grant=lot.grant,
                quantity=NONE,
                liability=lot.liability,
                value=lot.allocated,
                freed=lot.funded,
                returned=lot.paid_in,
            )
            for lot in lots
        ),
        tax=tax,
        credited=credited,
        waived=outstanding(state, cycle.number),
        sale=state.sale,
    )
    if day == draft.context.on:
        draft.add(event)
        draft.credit(credited)
    else:
        draft.over(event, day)
        draft.credit(credited, day)
