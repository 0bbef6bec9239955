"""What is owed for good and not billed when it is due: claimed when what it is for ends (10.3).

Policy `gross_up: never` keeps unpaid instalments out of the books while services still stand
against them. When these lapse, or the contract ends, nothing is left to net the claim with.
"""

from datetime import date

from aggregates.financing import funded_by
from aggregates.owing import claims_at_end, due_by, unbilled
from aggregates.subscription.events import InstalmentDue
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import end_of_day
from ledger.decider import Context
from ledger.events import NewEvent
from ledger.ids import stream


def claimed(context: Context, state: Subscription, day: date) -> list[NewEvent]:
    """All that a plan asked for by that day and nobody paid falls due at the day's end (row 4)."""
    sold = sale_of(state)
    numbers = [part.number for part in unbilled(state) if part.due <= day]
    if not numbers or not claims_at_end(sold):
        return []
    amount = due_by(state, day) - state.receivable - state.penalty
    funding = funded_by(state, amount)
    event = InstalmentDue(
        instalment=numbers[-1],
        amount=amount,
        shares=funding.shares,
        tax=funding.tax,
        interest=funding.interest,
        sale=state.sale,
    )
    name = stream(context.clinic, "subscription", sold.subscription)
    if day == context.on:
        return [NewEvent(name, event)]
    return [NewEvent(name, event, day, end_of_day(day, sold.timezone))]
