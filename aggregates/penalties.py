"""What leaving within the commitment costs (interfaces.md 4, cancellation; product.md rule 22)."""

from datetime import date
from fractions import Fraction

from aggregates.subscription.state import Subscription, sale_of
from aggregates.terms import RecurringBilling
from ledger.calendar import ONE_DAY
from ledger.ratios import share


def penalty(state: Subscription, on: date, price: int | None = None) -> int:
    """The penalty for leaving on that day; 0 once the commitment is over.

    A percentage is of `price`, by default of all that the contract asked for so far. A contract
    without cycles is a commitment as a whole.
    """
    terms = sale_of(state).cancellation.penalty
    if terms is None or not is_committed(state, on):
        return 0
    if terms.amount is not None:
        return terms.amount
    total = asked_for(state) if price is None else price
    return share(total, Fraction(terms.percent or 0, 100))


def is_committed(state: Subscription, on: date) -> bool:
    """Whether the day lies within the commitment; a membership without one can be left freely."""
    sold = sale_of(state)
    billing = sold.billing
    if not isinstance(billing, RecurringBilling):
        return True
    if billing.commitment_cycles is None:
        return False
    return on < billing.cycle.span().after(sold.starts, billing.commitment_cycles)


def asked_for(state: Subscription) -> int:
    """The price of what was asked for so far, without tax and joining fee.

    Within the commitment no cycle lapses.
    """
    if not state.cycles:
        return state.price
    return sum(cycle.price for cycle in state.cycles.values())


def leaving_costs(state: Subscription, ends: date) -> int:
    """The penalty for a last day within the commitment: a part of what the committed cycles that
    are left would ask for, or an amount.
    """
    plan = state.plan
    if plan is None:
        return 0
    committed = range(max(state.cycles) + 1, (plan.billing.commitment_cycles or 0) + 1)
    coming = [state.plan_of(number) or plan for number in committed]
    asked = sum(item.price for item in coming)
    return penalty(state, ends + ONE_DAY, asked)
