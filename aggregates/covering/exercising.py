"""A right to a discount used as a contract modification (policy `material_right_exercise`, 5.5).

What the contract has not earned yet, and the price of the visit, are allocated over what is left
of the contract and the visit, at stand-alone prices: those of the sale, and the visit's own (9.2).
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from aggregates.combining import Part, may_change, revalued, worth_as_sold
from aggregates.covering.bill import Bill
from aggregates.covering.holdings import Candidate, Holdings
from aggregates.listprices import stand_alone
from aggregates.subscription.combining_events import RightExercised
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.treatment import Treatment
from ledger.calendar import ONE_DAY
from ledger.ratios import allocated


def exercise(held: Holdings, candidate: Candidate, bill: Bill, off: int) -> int | None:
    """Allocates the contract anew for a use that takes `off` the visit's price.

    Returns what the use earns beside that price, never less than nothing: money that is not in
    these books cannot be deferred. None where the use takes its own share of the right, as a
    continuation: by the policy; where something holds the amounts where they are; where the use
    would earn more than is paid; and for a right that carries no value.
    """
    state, lot = held.contract(candidate), held.lot(candidate)
    if not _modifies(held, state, lot):
        return None
    parts = _parts(held, state, lot)
    parts, earned = _anew(state, parts, bill.price_left - off, bill.price_left)
    if earned > state.drawable() and not state.runs_ahead:
        return None
    parts = [
        replace(part, amount=part.amount + earned) if part.lot is lot else part for part in parts
    ]
    held.apply(candidate.subscription, _event(held, state, lot, parts))
    return earned


def _modifies(held: Holdings, state: Subscription, lot: Lot) -> bool:
    """Whether the policy says so, and no time was spread anew after the visit's day."""
    policy = sale_of(state).policies.get("material_right_exercise")
    later = any(
        span.fixed is None and span.start > max(held.on, other.starts)
        for other in state.lots.values()
        for span in other.spans
    )
    return (
        policy == "modification" and lot.allocated > 0 and may_change(state, held.on) and not later
    )


def _parts(held: Holdings, state: Subscription, used: Lot) -> list[Part]:
    """What is left of the contract, or of the cycle, with the use that is taken worth nothing."""
    before, found = held.on - ONE_DAY, []
    for lot in state.lots.values():
        is_over = lot.pending or lot.sold.immaterial or lot.is_over(held.on)
        if is_over or lot.sold.cycle != used.sold.cycle or lot.kind == "setup_fee":
            continue
        units = lot.remaining - 1 if lot is used else lot.remaining
        worth = worth_as_sold(state, lot, units, held.on)
        value = lot.leaving_value(lot.remaining, before)
        if lot is used or (stand_alone(lot) and worth):
            found.append(Part(state, lot, value, worth))
    return found


def _anew(
    state: Subscription, parts: Sequence[Part], price: int, list_price: int
) -> tuple[list[Part], int]:
    """The parts with what they are allocated, and what the use earns beside the visit's price."""
    rule = Treatment.of(sale_of(state).policies).allocation_remainder
    worth, value = [part.worth for part in parts], sum(part.value for part in parts)
    *amounts, whole = allocated(value + price, [*worth, Fraction(list_price)], rule)
    if whole < price:
        amounts, whole = allocated(value, worth, rule), price
    found = [replace(part, amount=amount) for part, amount in zip(parts, amounts, strict=True)]
    return found, whole - price


def _event(held: Holdings, state: Subscription, used: Lot, parts: Sequence[Part]) -> RightExercised:
    return RightExercised(
        visit=held.order.visit,
        line=used.line,
        grant=used.grant,
        lots=tuple(revalued(held.on, part) for part in parts if part.change or part.lot is used),
        given=tuple(part.share for part in parts if part.change < 0),
        received=tuple(part.share for part in parts if part.change > 0),
        sale=state.sale,
    )
