"""Funding restated: the same money over lines that weigh otherwise (accounting.md 4.10)."""

from collections.abc import Callable, Mapping
from typing import Any

from aggregates.assessing import booked
from aggregates.cycles import whole_shares
from aggregates.restatement import Told
from aggregates.subscription import correction_events as c
from aggregates.subscription import cycle_events as y
from aggregates.subscription import events as e
from aggregates.subscription import using_events as u
from aggregates.subscription.funding import settling, split, with_revenue
from aggregates.subscription.state import Subscription
from aggregates.values import Share
from ledger.events import Event


def _shares(told: Told) -> tuple[Share, ...]:
    """The lines' parts of what was not tax, down to the cent."""
    total = sum(part.amount for part in told.event.shares)
    return funded(told.now, total, told.event.tax, told.event.shares)


def funded(
    state: Subscription, total: int, tax: int, recorded: tuple[Share, ...]
) -> tuple[Share, ...]:
    """`total` over what is unfunded of the lines; what none of them lacks stays where it went."""
    shares = split(state, total + tax, tax).shares
    rest = total - sum(part.amount for part in shares)
    if not rest:
        return shares
    last = (shares or recorded)[-1]
    more = last.model_copy(update={"amount": (last.amount if shares else 0) + rest})
    return (*shares[:-1], more)


def _paid(told: Told) -> Event:
    event = told.event
    old = settling(told.now, event.receivable)
    found: Event = told.but(
        shares=with_revenue(told.now, _shares(told)),
        settled=with_revenue(told.now, old.shares),
        settled_tax=old.tax,
        settled_interest=old.interest,
        settled_amount=event.receivable - old.excess,
    )
    return found


def _fell_due(told: Told) -> Event:
    found: Event = told.but(shares=_shares(told))
    return found


def _cycle_due(told: Told) -> Event:
    """The lines are allocated anew already; a committed cycle is billed in full."""
    billed = whole_shares(told.event.lines) if told.event.shares else ()
    found: Event = told.but(shares=billed)
    return found


def _granted(told: Told) -> Event:
    """What begins is worth what its line carries."""
    lots = tuple(
        part.model_copy(update={"amount": told.now.lots[part.grant].allocated})
        for part in told.event.lots
    )
    found: Event = told.but(lots=lots)
    return found


def _assessed(told: Told) -> Event:
    return booked(told.event, told.now, told.event.tax) if told.event.met else told.event


FUNDED: Mapping[type[Event], Callable[[Any], Event]] = {
    e.PaymentReceived: _paid,
    e.InstalmentDue: _fell_due,
    y.CycleDue: _cycle_due,
    y.CycleGranted: _granted,
    u.ValidityStarted: _granted,
    c.ContractAssessed: _assessed,
}
