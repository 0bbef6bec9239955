"""What a refund takes out of a contract besides the money: units, funding, what is unpaid (8.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aggregates.expiry import billed_tax, waived_tax
from aggregates.subscription.funding import shares_of
from aggregates.subscription.leaving import FrozenSpan, LeavingLot
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription
from aggregates.unused import Leaving
from aggregates.values import Share
from ledger.ratios import largest_remainder


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What leaves and was never paid: billed, with its tax, or not even billed."""

    receivable: int
    receivable_tax: int
    waived: int


def unpaid_of(state: Subscription, leaving: list[Leaving], liability: int) -> Unpaid:
    """What L lacks of the cancelled value is no longer owed; what was billed of it comes first."""
    billed = sum(lot.billed for lot in state.lots.values())
    lacking = sum(item.value for item in leaving) - liability
    freed = sum(item.freed for item in leaving) - liability
    cancelled = min(lacking, freed, billed)
    tax = billed_tax(state, cancelled)
    waived = lacking + tax + waived_tax(state, lacking - cancelled)
    return Unpaid(cancelled + tax, tax, min(waived, state.owed))


def leaving_parts(leaving: list[Leaving], moved: int, on: date) -> tuple[LeavingLot, ...]:
    """The lots' units, value and funding; `moved` is what they count as paid no longer."""
    if not leaving:
        return ()
    freed = [item.freed for item in leaving]
    returned = largest_remainder(moved, freed if any(freed) else [1] * len(leaving))
    return tuple(
        LeavingLot(
            line=item.lot.line,
            grant=item.lot.grant,
            quantity=item.quantity,
            liability=item.lot.liability,
            value=item.value,
            freed=item.freed,
            returned=part,
            recognised=item.lot.running_earned(on),
            time=bool(item.lot.spans),
        )
        for item, part in zip(leaving, returned, strict=True)
    )


def time_leaving(leaving: LeavingLot, lot: Lot, left: int, on: date) -> LeavingLot:
    """A part of a line of time that leaves: what time earned is fixed, and what stays of the
    value `left` runs on to the same end.
    """
    fixed = leaving.model_copy(update={"time": True, "recognised": lot.running_earned(on)})
    rest, running = left - leaving.value, lot.running
    if not rest or running is None:
        return fixed
    days = running.rest(rest, on)
    return fixed.model_copy(update={"rest": rest, "rest_starts": days.start, "rest_ends": days.end})


def still_frozen(
    state: Subscription, leaving: Iterable[LeavingLot], on: date
) -> tuple[FrozenSpan, ...]:
    """Days on which what stays of a line of time stands still, as the line did before (6.4)."""
    return tuple(
        FrozenSpan(line=item.line, grant=item.grant, starts=starts, until=until)
        for item in leaving
        if item.rest_starts and (running := state.lots[item.grant].running)
        for starts, until in running.rest(item.rest, on).frozen
    )


def refilled_of(
    state: Subscription, leaving: list[Leaving], gone: int, on: date
) -> tuple[Share, ...]:
    """Freed funding beyond what goes fills what the remaining lines lack (accounting.md 8.1)."""
    spare = sum(item.freed for item in leaving) - gone
    by_grant = {item.lot.grant: item for item in leaving}
    lots = list(state.lots.values())
    lacking = [_lacking(lot, by_grant.get(lot.grant), on) for lot in lots]
    if spare <= 0 or not any(lacking):
        return ()
    return shares_of(lots, largest_remainder(spare, lacking))


def _lacking(lot: Lot, gone: Leaving | None, on: date) -> int:
    if gone is not None:
        return max((lot.allocated - gone.value) - (lot.funded - gone.freed), 0)
    if lot.is_over(on):
        return max(lot.held - lot.unearned(on), 0)
    return lot.unfunded


def nothing_left(state: Subscription, leaving: list[Leaving], on: date) -> bool:
    """Whether nothing unused stays behind: no units, held ones included, no days, and no money
    of a cycle that is not paid in full.
    """
    gone = {item.lot.grant: item.quantity for item in leaving}
    return not any(_stays(lot, gone.get(lot.grant), on) for lot in state.lots.values())


def _stays(lot: Lot, gone: Decimal | None, on: date) -> bool:
    if lot.pending:
        return lot.unearned(on) > 0
    if lot.is_time:
        return gone is None and (lot.still_runs(on) or lot.value_left(on) > 0)
    return lot.remaining != (gone or 0)
