"""What leaves a contract, restated: what money went back or was lost stays as it is, and the
difference in the liability that leaves is revenue.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from aggregates.catching_up import Catching, caught_up
from aggregates.exchanging import exchange, old_lot
from aggregates.reducing import reduced
from aggregates.releasing import leaving_parts, refilled_of, still_frozen
from aggregates.restatement import Told, leaving, scaled
from aggregates.subscription import change_events as c
from aggregates.subscription import correction_events as r
from aggregates.subscription import cycle_events as y
from aggregates.subscription import events as e
from aggregates.subscription.funding import shares_of
from aggregates.subscription.leaving import LeavingLot
from aggregates.unused import Leaving, freed, liability_of
from aggregates.values import Share
from aggregates.writing_off import cancelled, standing_of
from ledger.calendar import ONE_DAY
from ledger.events import Event
from ledger.ratios import largest_remainder


def _refunded(told: Told) -> Event:
    """F − L of what leaves now is conceded, or kept (8.1)."""
    event, state, on = told.event, told.now, told.on
    gone = []
    for part in event.lots:
        lot = state.lots[part.grant]
        value = lot.leaving_value(part.quantity, on)
        gone.append(Leaving(lot, part.quantity, value, freed(lot, value, on)))
    billed, sent = event.receivable - event.receivable_tax, event.amount - event.tax
    owed = liability_of(state, gone, on)
    refilled = refilled_of(state, gone, owed + billed, on)
    filled = sum(part.amount for part in refilled)
    kept = sum(item.freed for item in gone) - filled - billed - sent
    found: Event = told.but(
        lots=leaving_parts(gone, min(sent, owed) + filled, on),
        shares=shares_of([item.lot for item in gone], [item.freed for item in gone]),
        refilled=refilled,
        forfeited=max(kept, 0),
        conceded=max(-kept, 0),
    )
    return found


def _ended(told: Told) -> Event:
    """Store credit was given as recorded; what is forfeited is the rest (7.6)."""
    event = told.event
    parts = [leaving(told, _with_held(part), told.on) for part in event.lots]
    fates = [_fate(part, event) for part in event.lots]
    wanted = [part.freed if fate.credited else 0 for part, fate in zip(parts, fates, strict=True)]
    total = sum(part.credited for part in event.lots)
    credited = largest_remainder(total, wanted if any(wanted) else [1] * len(wanted))
    lots = tuple(
        _forfeited(part, fate, credit)
        for part, fate, credit in zip(parts, fates, credited, strict=True)
    )
    found: Event = told.but(
        lots=lots,
        forfeited=sum(part.forfeited for part in lots),
        held=sum(part.held for part in lots),
    )
    return found


def _fate(part: c.EndedLot, event: c.ContractEnded) -> c.EndedLot | c.ContractEnded:
    """Where a lot's value went; one that carried none follows the others."""
    return part if part.credited or part.held or part.forfeited else event


def _forfeited(part: c.EndedLot, fate: c.EndedLot | c.ContractEnded, credit: int) -> c.EndedLot:
    """Of the funding in `part`, what is held does not leave the liability; what is billed no more
    is no revenue.
    """
    rest = part.freed - credit - part.unbilled
    held = scaled(rest, fate.held, fate.held + fate.forfeited)
    update = {
        "credited": credit,
        "held": held,
        "freed": part.freed - held,
        "forfeited": rest - held,
    }
    return part.model_copy(update=update)


def _with_held(part: c.EndedLot) -> c.EndedLot:
    """The lot with all the funding that the guard decided about."""
    return part.model_copy(update={"freed": part.freed + part.held})


def _lapsed(told: Told) -> Event:
    """A cycle that was never paid in full gives back what funded it."""
    lots = tuple(
        part.model_copy(
            update={
                "value": told.now.lots[part.grant].allocated,
                "freed": told.now.lots[part.grant].funded,
                "returned": told.now.lots[part.grant].paid_in,
            }
        )
        for part in told.event.lots
    )
    found: Event = told.but(lots=lots)
    return found


def _exchanged(told: Told) -> Event:
    """New lots share what the old ones have not earned now, and the same extra price (9.2)."""
    event = told.event
    if isinstance(event, c.ContractModified) and not event.lots:
        return _caught_up(told)
    before = event.starts - ONE_DAY
    extra = sum(line.allocated for line in event.lines) - sum(part.value for part in event.lots)
    kept = _immaterial(event)
    lines = [line.model_copy(update={"immaterial": line.line in kept}) for line in event.lines]
    new = exchange(
        [old_lot(told.now.lots[part.grant], before) for part in event.lots],
        lines,
        [Fraction(0) if line.immaterial else line.ssp for line in lines],
        extra,
        told.now.sale,
        event.credited,
    )
    found: Event = told.but(
        lots=new.lots, lines=new.lines, shares=new.shares, carried=new.carried, credits=new.credits
    )
    return found


def _immaterial(event: Any) -> set[str]:
    """The lines that carry nothing in the plan; a modification prices every line it names."""
    lines = event.plan.lines if isinstance(event, c.PlanChanged) else ()
    return {line.line for line in lines if line.immaterial}


def _caught_up(told: Told) -> Event:
    """Progress over what the lots are worth now (9.3); lots apart stay as they are."""
    caught = tuple(
        caught_up(
            Catching(told.now.lots[part.grant], part.more - part.fewer, part.added - part.taken)
        )
        for part in told.event.caught_up
    )
    found: Event = told.but(caught_up=caught)
    return found


def _transferred(told: Told) -> Event:
    event = told.event
    lots = tuple(leaving(told, part, told.on) for part in event.lots)
    told.found.moved[told.key, event.to_subscription] = lots
    moving = [part.freed for part in lots if part.freed]
    found: Event = told.but(
        lots=lots,
        shares=_amounts(event.shares, moving),
        received=_amounts(event.received, moving),
        moved=sum(part.returned for part in lots),
        owed=sum(part.value - part.freed for part in lots),
    )
    return found


def _received(told: Told) -> Event:
    """The same value and money as left the other contract."""
    event = told.event
    lots: Sequence[LeavingLot] = told.found.moved[event.from_subscription, told.key]
    lines = tuple(
        line.model_copy(update={"allocated": part.value})
        for line, part in zip(event.lines, lots, strict=True)
    )
    found: Event = told.but(
        lines=lines,
        shares=_amounts(event.shares, [part.freed for part in lots if part.freed]),
        moved=sum(part.returned for part in lots),
        owed=sum(part.value - part.freed for part in lots),
    )
    return found


def _amounts(shares: Sequence[Share], amounts: Sequence[int]) -> tuple[Share, ...]:
    """The shares with other amounts, as many as there are."""
    return tuple(
        part.model_copy(update={"amount": amount})
        for part, amount in zip(shares, amounts, strict=True)
    )


def _written_off(told: Told) -> Event:
    """The same loss, split anew into what is undelivered and what is lost (8.7)."""
    event = told.event
    standing = standing_of(told.now, told.on)
    undelivered = min(event.receivable, max(standing.net, 0))
    gone = largest_remainder(undelivered, standing.credits)
    over = event.amount - event.receivable
    overdrawn = largest_remainder(min(over, sum(standing.debits)), standing.debits)
    lots = [
        cancelled(lot, part, told.on) for lot, part in zip(standing.lots, gone, strict=True) if part
    ]
    found: Event = told.but(
        delivered=event.receivable - undelivered + sum(overdrawn),
        lots=tuple(lots),
        freezes=still_frozen(told.now, lots, told.on),
        shares=shares_of(standing.lots, gone),
        overdrawn=shares_of(standing.lots, overdrawn),
    )
    return found


def _noted(told: Told) -> Event:
    """The same amount off the lines as they stand now (8.8)."""
    event = told.event
    named = {part.line for part in event.reductions}
    lots = [lot for lot in told.now.lots.values() if lot.line in named or not named]
    untaxed, billed = event.amount - event.tax, event.receivable > 0
    parts = reduced(lots, untaxed, told.on, billed=billed)
    delivered = untaxed - sum(part.amount for part in parts) if billed else event.delivered
    found: Event = told.but(reductions=parts, shares=parts if billed else (), delivered=delivered)
    return found


def _voided(told: Told) -> Event:
    event = told.event
    lots = list(told.now.lots.values())
    shares = shares_of(lots, [max(lot.deferred(told.on), 0) for lot in lots])
    billed = event.delivered + _sum(event.shares)
    found: Event = told.but(shares=shares, delivered=billed - _sum(shares))
    return found


def _sum(shares: Sequence[Share]) -> int:
    return sum(part.amount for part in shares)


CHANGES: Mapping[type[Event], Callable[[Any], Event]] = {
    e.Refunded: _refunded,
    c.ContractEnded: _ended,
    y.CycleLapsed: _lapsed,
    c.PlanChanged: _exchanged,
    c.ContractModified: _exchanged,
    r.UnitsTransferred: _transferred,
    r.UnitsReceived: _received,
    r.WrittenOff: _written_off,
    e.CreditNoted: _noted,
    e.SaleVoided: _voided,
}
