"""Use, lapse and the running of time restated: A × P of lots that are worth something else."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from aggregates.expiry import funded_value
from aggregates.restatement import Told, scaled
from aggregates.subscription import change_events as c
from aggregates.subscription import correction_events as r
from aggregates.subscription import dormancy_events as d
from aggregates.subscription import events as e
from aggregates.subscription.lot import Lot
from ledger.calendar import ONE_DAY
from ledger.events import Event


def _drawn(told: Told) -> Event:
    """The cumulative share of the lot as it is now, where the recorded one was that of then."""
    event = told.event
    was, now = told.lots(event.grant)
    if was.draw_amount(event.quantity, event.service) == event.amount:
        amount = now.draw_amount(event.quantity, event.service)
    else:
        amount = scaled(now.amount, event.amount, was.amount)
    drawn: Event = told.but(amount=amount, unposted=amount if event.unposted else 0)
    told.found.drawn[told.key, event.draw, event.grant] = drawn
    return drawn


def _undrawn(told: Told) -> Event:
    """The restated amount comes back."""
    event = told.event
    drawn = told.found.drawn[told.key, event.draw, event.grant]
    found: Event = told.but(amount=drawn.amount, unposted=drawn.unposted)
    return found


def _expired(told: Told) -> Event:
    event = told.event
    _, now = told.lots(event.grant)
    value = 0 if now.is_time else now.leaving_value(event.quantity, told.on)
    funded = funded_value(told.now, now, value, told.on)
    return _lapse(told, value, funded)


def _lapse(told: Told, value: int, funded: int) -> Event:
    """Funded value goes where it went: store credit, and what is billed no more, as recorded; the
    rest is kept or held.
    """
    event = told.event
    rest = funded - event.unbilled - event.credited
    held = scaled(max(rest, 0), event.held, event.held + event.forfeited)
    kept = rest - held
    found: Event = told.but(
        forfeited=kept,
        held=held,
        waived=value - funded + event.unbilled,
        cancelled=kept if told.now.forfeits_as_cancelled else 0,
    )
    return found


def _unexpired(told: Told) -> Event:
    """Lapsed units come back with their part of what lapsed."""
    event = told.event
    was, now = told.lots(event.grant)
    part, whole = (event.value, was.lapsed_value) if was.lapsed_value else (1, 1)
    value = scaled(now.lapsed_value, part, whole)
    return _lapse(told, value, min(scaled(now.lapsed_funded, part, whole), value))


def _reinstated(told: Told) -> Event:
    """All that lapsed is valid again; what stays earned, or is spent, stays gone."""
    event = told.event
    was, now = told.lots(event.grant)
    unpaid = was.lapsed_value - was.lapsed_funded
    found: Event = told.but(
        forfeited=scaled(now.lapsed_funded, event.forfeited, was.lapsed_funded),
        held=scaled(now.lapsed_funded, event.held, was.lapsed_funded),
        waived=scaled(now.lapsed_value - now.lapsed_funded, event.waived, unpaid),
    )
    return found


def _dormant(told: Told) -> Event:
    was, now = told.lots(told.event.grant)
    found: Event = told.but(amount=scaled(now.held, told.event.amount, was.held))
    return found


def _returned(told: Told) -> Event:
    """The state has as much of the value as these books hold of it."""
    shares = tuple(
        part.model_copy(update={"amount": told.now.lots[part.grant].unclaimed})
        for part in told.event.shares
    )
    refunds = sum(part.amount for part in told.event.refunds)
    amount = sum(part.amount for part in shares) + refunds
    found: Event = told.but(shares=shares, amount=amount)
    return found


def _extended(told: Told) -> Event:
    """A line of time has earned what it has, and the rest runs over the new days."""
    lots = tuple(
        _anew(told.now.lots[part.grant], part, told.on, part.fee) if part.starts else part
        for part in told.event.lots
    )
    found: Event = told.but(lots=lots)
    return found


def _moved(told: Told) -> Event:
    lots = tuple(
        _anew(told.now.lots[part.grant], part, part.starts - ONE_DAY, 0) if part.starts else part
        for part in told.event.lots
    )
    found: Event = told.but(lots=lots)
    return found


def _anew(lot: Lot, part: Any, through: date, fee: int) -> Any:
    update = {
        "recognised": lot.running_earned(through),
        "amount": lot.value_left(through) + fee,
    }
    return part.model_copy(update=update)


USED: Mapping[type[Event], Callable[[Any], Event]] = {
    e.UnitsDrawn: _drawn,
    e.DrawReversed: _undrawn,
    e.LotExpired: _expired,
    e.ExpiryReversed: _unexpired,
    r.LotReinstated: _reinstated,
    d.DormancyReached: _dormant,
    d.UnclaimedReturned: _returned,
    e.LotExtended: _extended,
    c.Paused: _moved,
    c.PauseBegan: _moved,
    c.Resumed: _moved,
}
