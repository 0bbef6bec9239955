"""Renewal: cycles that fall due, their payment and what is chosen for a late one (6.3, 10.3)."""

from datetime import date

from aggregates.cycles import Coming, bring, coming_cycle, cycle_due, lapse, paid_cycles
from aggregates.drafting import Draft
from aggregates.financing import funded_by
from aggregates.granting import granted
from aggregates.owing import coming_bills, due_cycles, outstanding, owing
from aggregates.pausing import stand_still
from aggregates.subscription import cycle_events as c
from aggregates.subscription import events as e
from aggregates.subscription.cycle_orders import Bill, RecordPaymentFailure, Renew
from aggregates.subscription.cycling import failure_key
from aggregates.subscription.orders import PaymentOrder
from aggregates.subscription.state import Cycle, Subscription, sale_of
from ledger.calendar import ONE_DAY
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision


def prepare_payment(draft: Draft, order: PaymentOrder) -> None:
    """Brings a membership to the day of a payment: what fell due by then, what the payment
    skips, and the next cycle where more comes in than is owed (one may be paid ahead).
    """
    if draft.state.plan is None:
        return
    on = draft.context.on
    bring(draft, on, on - ONE_DAY)
    missed = _missed(draft.state, on)
    if missed is not None and _skips(draft.state, missed, order):
        lapse(draft, missed, on)
    coming = coming_cycle(draft.state)
    more = order.amount - draft.state.owed - draft.state.written_off
    if coming is None or more <= 0 or _is_ahead(draft.state, on):
        return
    if more <= coming.asked or draft.context.is_service:
        draft.add(cycle_due(draft.state, coming, ahead=True))


def _missed(state: Subscription, on: date) -> Cycle | None:
    """The earliest unpaid cycle whose first day is past."""
    return next((cycle for cycle in due_cycles(state) if cycle.starts < on), None)


def _skips(state: Subscription, missed: Cycle, order: PaymentOrder) -> bool:
    """Whether the payment is for a later cycle than the one that was missed.

    Where a cycle was missed before it, that one has lapsed and been skipped already, and the
    payment is for the one that runs. What is committed cannot be skipped.
    """
    before = state.cycles.get(missed.number - 1)
    if missed.committed or (before is not None and before.status == "lapsed"):
        return False
    pays = order.amount >= outstanding(state, missed.number)
    by_policy = sale_of(state).policies["late_cycle"] == "skip" and pays
    return order.cycle_choice == "skip" or (order.cycle_choice is None and by_policy)


def _is_ahead(state: Subscription, on: date) -> bool:
    """Whether the cycle after the running one has been paid for, in part or in full, already."""
    return any(cycle.starts > on for cycle in state.cycles.values())


def grant_paid(draft: Draft, choice: c.CycleChoice | None = None) -> None:
    """Grants the cycles that a payment, or a lower price, has completed."""
    chosen = choice or sale_of(draft.state).policies["late_cycle"]
    while paid := paid_cycles(draft.state):
        draft.add(granted(draft.state, paid[0], draft.context.on, chosen))
        stand_still(draft, paid[0].number)


def renew(context: Context, order: Renew, state: Subscription) -> Decision:
    """The cycles that have begun by the command's day fall due, and unpaid ones that are over
    lapse. A contract that does not renew goes on for one cycle more when a person asks for it.
    """
    refusal = _may_renew(state)
    if refusal is not None:
        return refusal
    draft = Draft(context, state)
    bring(draft, context.on, context.on - ONE_DAY)
    coming = coming_cycle(draft.state, by_hand=True)
    if order.cycle is None and coming is not None and _is_asked_for(draft.state, context.on):
        moved = coming.starts < context.on
        draft.add(cycle_due(draft.state, _no_earlier(coming, context.on), moved=moved))
    due = [new.event for new in draft.events if isinstance(new.event, c.CycleDue)]
    return Decided(
        tuple(draft.events),
        {
            "cycles": [
                {
                    "cycle": event.cycle,
                    "starts": event.starts.isoformat(),
                    "ends": event.ends.isoformat(),
                    "amount": event.price + event.tax,
                }
                for event in due
            ]
        },
    )


def _may_renew(state: Subscription) -> Refused | None:
    if state.plan is None:
        return Refused(Code.INVALID, "Only a membership renews.", "data.subscription")
    if state.ended is not None:
        return Refused(
            Code.CANCELLED, f"The contract has ended ({state.ended}).", "data.subscription"
        )
    return None


def _is_asked_for(state: Subscription, on: date) -> bool:
    """Whether a person's renewal begins one more cycle: none comes by itself, none is ahead."""
    return coming_cycle(state) is None and not _is_ahead(state, on)


def _no_earlier(coming: Coming, on: date) -> Coming:
    """The cycle as it comes, or from that day on where it would have begun before."""
    if coming.starts >= on:
        return coming
    return Coming(coming.number, on, coming.plan.billing.cycle.end(on), coming.plan)


def bill(context: Context, order: Bill, state: Subscription) -> Decision:
    """The instalments due by the command's day stand in 1100 (row 4; 10.3)."""
    draft = Draft(context, state)
    bill_due(draft, context.on)
    numbers = [
        new.event.instalment for new in draft.events if isinstance(new.event, e.InstalmentDue)
    ]
    return Decided(tuple(draft.events), {"instalments": numbers})


def bill_due(draft: Draft, through: date) -> None:
    """The instalments that become receivable on their due date, up to that day (row 4)."""
    for part in coming_bills(draft.state):
        if part.due <= through:
            funding = funded_by(draft.state, part.amount)
            event = e.InstalmentDue(
                instalment=part.number,
                amount=part.amount,
                shares=funding.shares,
                tax=funding.tax,
                interest=funding.interest,
                sale=draft.state.sale,
            )
            draft.begun(event, part.due)


def record_payment_failure(
    context: Context, order: RecordPaymentFailure, state: Subscription
) -> Decision:
    """An attempt to collect that failed; it books nothing (8.7)."""
    draft = Draft(context, state)
    if state.plan is not None:
        bring(draft, context.on, context.on - ONE_DAY)
    asked = next((part.cycle for part in owing(draft.state)), None)
    if failure_key(order.attempt, asked) in state.signals:
        return Refused(Code.DUPLICATE, f"Attempt {order.attempt} is recorded.", "data.attempt")
    failed = c.PaymentFailed(
        attempt=order.attempt, amount=order.amount, code=order.code, cycle=asked
    )
    alone = Draft(context, state)
    alone.add(failed)
    return Decided(tuple(alone.events), {"attempt": order.attempt, "cycle": asked})
