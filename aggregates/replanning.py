"""Another plan for a membership: at once, prorated by days, or from the next cycle on (9.4)."""

from datetime import date

from aggregates.allocating import problem_with
from aggregates.drafting import Draft
from aggregates.owing import bills_when_due
from aggregates.patient.events import StoreCreditAdded
from aggregates.pricing import price_to_allocate, sold_lines
from aggregates.sales import instalment_due
from aggregates.selling import Catalogue, terms_of
from aggregates.subscription import change_events as c
from aggregates.subscription.change_orders import ChangePlan
from aggregates.subscription.funding import split
from aggregates.subscription.pause import day_after, moves_days
from aggregates.subscription.state import Cycle, Subscription, sale_of
from aggregates.switching import Switch, answer, exchanged, extra_of, old_lots, plan_of
from aggregates.terms import Billing, RecurringBilling
from aggregates.values import SaleDimensions
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream


def change_plan(
    context: Context, order: ChangePlan, state: Subscription, catalogue: Catalogue
) -> Decision:
    """The contract goes on under another offer, or another version of its own."""
    refusal = _may_change(context, order, state, catalogue)
    if refusal is not None:
        return refusal
    draft = Draft(context, state)
    if order.effective == "next_cycle" or _day(context, order) >= _coming_start(state):
        draft.add(_from_next_cycle(state, catalogue))
        return Decided(tuple(draft.events), {"due": 0, "working": []})
    on = _day(context, order)
    switch = _switch(state, catalogue, on, order.proration)
    if isinstance(switch, Refused):
        return switch
    if on > context.on:
        draft.add(c.PlanChangeScheduled(plan=switch.plan, starts=on, proration=order.proration))
        return Decided(tuple(draft.events), answer(switch))
    data = answer(switch)
    _apply(draft, switch)
    return Decided(tuple(draft.events), data)


def _day(context: Context, order: ChangePlan) -> date:
    return order.effective if isinstance(order.effective, date) else context.on


def _coming_start(state: Subscription) -> date:
    return plan_of(state).starts(max(state.cycles) + 1)


def _may_change(
    context: Context, order: ChangePlan, state: Subscription, catalogue: Catalogue
) -> Refused | None:
    sold, offer = sale_of(state), catalogue.offer
    if not sold.is_recurring or not isinstance(offer.billing, RecurringBilling):
        return Refused(Code.INVALID, "Only a membership changes to another one.", "data.offer")
    if offer.locations and sold.sale.location and sold.sale.location not in offer.locations:
        where = sold.sale.location
        return Refused(Code.INVALID, f"The offer is not sold at location {where}.", "data.offer")
    on = _day(context, order)
    if isinstance(order.effective, date) and on > max(_coming_start(state), context.on):
        return Refused(Code.INVALID, "The next cycle begins before that day.", "data.effective")
    if state.ended is not None or (state.cancels_on is not None and state.cancels_on < on):
        return Refused(Code.CANCELLED, "The contract has ended by then.", "data.subscription")
    return problem_with(
        price_to_allocate(terms_of(catalogue, offer.price, on, sold.policies, sold.timezone))
    )


def _switch(
    state: Subscription, catalogue: Catalogue, on: date, proration: c.Proration
) -> Switch | Refused:
    """The change within the cycle that is running on a day, which must be paid."""
    if moves_days(state.pauses, on):
        return Refused(
            Code.PAUSED, "A pause is not over by then; resume it first.", "data.effective"
        )
    cycle = _running_cycle(state, on)
    if cycle is None or cycle.status != "granted":
        code = Code.UNPAID if cycle is not None else Code.INVALID
        return Refused(code, "The day lies in no cycle that is paid.", "data.effective")
    if any(later.number > cycle.number for later in state.cycles.values()):
        return Refused(Code.INVALID, "The cycle after that one is paid already.", "data.effective")
    if any(lot.frozen for lot in old_lots(state, cycle, on)):
        return Refused(Code.HELD, "A dispute holds units of the plan.", "data.subscription")
    plan = _terms(state, catalogue, on)
    return Switch(state, cycle, plan, on, proration)


def _running_cycle(state: Subscription, on: date) -> Cycle | None:
    found = [cycle for cycle in state.cycles.values() if cycle.starts <= on < cycle.ends]
    return max(found, key=lambda cycle: cycle.number, default=None)


def _terms(state: Subscription, catalogue: Catalogue, on: date | None) -> c.PlanTerms:
    """The offer as this contract's plan; counted anew from `on`, or from the next cycle, where
    the interval is another.
    """
    offer, sold, old = catalogue.offer, sale_of(state), plan_of(state)
    billing = _recurring(offer.billing)
    coming = max(state.cycles) + 1
    anchor, first = old.anchor, old.first
    if billing.every != old.billing.every:
        anchor, first = on or old.starts(coming), coming
    terms = terms_of(catalogue, offer.price, anchor, sold.policies, sold.timezone)
    return c.PlanTerms(
        offer=offer.offer,
        offer_version=offer.version,
        name=offer.name,
        tier=offer.tier,
        sale=SaleDimensions(
            subscription=sold.subscription,
            offer=offer.offer,
            program=offer.program,
            location=sold.sale.location,
            provider=sold.sale.provider,
        ),
        billing=billing,
        price=offer.price,
        tax=old.tax,
        lines=sold_lines(terms),
        anchor=anchor,
        first=first,
        since=coming,
    )


def _recurring(billing: Billing) -> RecurringBilling:
    if not isinstance(billing, RecurringBilling):
        raise TypeError("a plan is that of a membership")
    return billing


def _from_next_cycle(state: Subscription, catalogue: Catalogue) -> c.PlanChangeScheduled:
    return c.PlanChangeScheduled(plan=_terms(state, catalogue, None))


def change_due(draft: Draft, through: date) -> None:
    """A change that was arranged for a day within a cycle, once that day has come; it waits for
    the end of a pause, and in a cycle that is not paid for the next one. Where that was paid
    ahead, it follows the new plan already, and nothing is left to change.
    """
    state = draft.state
    arranged, on = state.next_plan, state.changes_on
    on = None if on is None else day_after(state.pauses, on)
    if arranged is None or on is None or on > through or state.ended is not None:
        return
    cycle = _running_cycle(state, on)
    names = c.PlanTerms.model_fields
    plan = c.PlanTerms(**{name: getattr(arranged, name) for name in names})
    if cycle is None or cycle.status != "granted":
        draft.begun(c.PlanChangeScheduled(plan=plan), on)
    else:
        _apply(draft, Switch(state, cycle, plan, on, state.change_proration))


def _apply(draft: Draft, switch: Switch) -> None:
    new = exchanged(switch)
    extra = extra_of(switch)
    plan = switch.plan.model_copy(update={"since": switch.number})
    event = c.PlanChanged(
        plan=plan,
        cycle=switch.number,
        starts=switch.on,
        ends=switch.ends,
        proration=switch.proration,
        due=max(extra, 0),
        credited=new.credited,
        lots=new.lots,
        lines=new.lines,
        shares=new.shares,
        carried=new.carried,
        credits=new.credits,
        sale=plan.sale,
    )
    draft.begun(event, switch.on)
    owe(draft, max(extra, 0), firm=switch.cycle.committed, on=switch.on)
    credit(draft, new.credited, switch.on)


def owe(draft: Draft, amount: int, *, firm: bool, on: date) -> None:
    """What a change asks for; receivable at once where it cannot be cancelled (rows 4 to 6), or
    as the clinic says.
    """
    if amount and bills_when_due(sale_of(draft.state), firm=firm):
        number = len(sale_of(draft.state).instalments) + 1
        funding = split(draft.state, amount)
        draft.begun(instalment_due(draft.state, number, amount, funding), on)


def credit(draft: Draft, amount: int, on: date) -> None:
    """Store credit for what a change leaves over (row 45)."""
    if not amount:
        return
    sold = sale_of(draft.state)
    added = StoreCreditAdded(amount=amount, subscription=sold.subscription, cause="change")
    name = stream(draft.context.clinic, "patient", sold.patient)
    own = draft.events[-1]
    draft.events.append(NewEvent(name, added, on, own.effective_at))
