"""What was arranged for a later day, and time brings: pauses, plan changes, the end (6.4, 9.4)."""

from collections.abc import Iterator

from aggregates.cancelling import end_due
from aggregates.drafting import Draft
from aggregates.pausing import begin_due
from aggregates.replanning import change_due
from aggregates.subscription.change_orders import ApplyChanges, EndContract
from aggregates.subscription.pause import day_after
from aggregates.subscription.state import Subscription, sale_of
from aggregates.timing import CANCELLATION, MODIFICATION, Step
from ledger.calendar import ONE_DAY
from ledger.decider import Context, Decided, Decision


def apply_changes(context: Context, _: ApplyChanges, state: Subscription) -> Decision:
    """Pauses begin, and plans change, whose day has come."""
    draft = Draft(context, state)
    begin_due(draft, context.on)
    change_due(draft, context.on)
    return Decided(tuple(draft.events), {"applied": len(draft.events)})


def end_contract(context: Context, _: EndContract, state: Subscription) -> Decision:
    """The contract ends once its last day is over by the clock."""
    draft = Draft(context, state)
    end_due(draft, min(context.on, context.today - ONE_DAY))
    return Decided(tuple(draft.events), {"ended": draft.state.ended is not None})


def steps(state: Subscription) -> Iterator[Step]:
    """The steps of a contract that was arranged to change."""
    if state.ended is not None:
        return
    key = sale_of(state).subscription
    order = ApplyChanges(subscription=key)
    days = {pause.starts for pause in state.pauses if not pause.begun}
    if state.changes_on is not None and state.next_plan is not None:
        changes = day_after(state.pauses, state.changes_on)
        days |= set() if changes is None else {changes}
    for day in days:
        yield Step(
            day,
            MODIFICATION,
            "apply_changes",
            order,
            apply_changes,
        )
    if state.cancels_on is not None:
        last = EndContract(subscription=key)
        yield Step(
            state.cancels_on,
            CANCELLATION,
            "end_contract",
            last,
            end_contract,
            at_end=True,
        )
