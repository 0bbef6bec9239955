"""Combining a sale with earlier ones: one price over all that is left of them (2, 9.2, 10.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from aggregates.clinic.policies import POLICIES
from aggregates.listprices import stand_alone
from aggregates.prorating import running_days
from aggregates.reshaping import Services, Shape, unit_price
from aggregates.subscription.combining_events import CombinedLot, ContractsCombined
from aggregates.subscription.lot import Lot
from aggregates.subscription.pause import moves_days
from aggregates.subscription.state import Subscription, sale_of
from aggregates.treatment import Treatment
from aggregates.values import ContractShare
from ledger.calendar import ONE_DAY
from ledger.decider import Context
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.ratios import allocated

HOURS = "combination_hours"


@dataclass(frozen=True, slots=True)
class Part:
    """A lot of one of the contracts: `value` is its A − R, `worth` the stand-alone price of what
    is left of it, `amount` what it is allocated now.
    """

    contract: Subscription
    lot: Lot
    value: int
    worth: Fraction
    amount: int = 0

    @property
    def change(self) -> int:
        """What comes to the lot, or goes when negative."""
        return self.amount - self.value

    @property
    def share(self) -> ContractShare:
        """The amount that moves, in its contract's place in the books."""
        lot = self.lot
        return ContractShare(
            line=lot.line,
            grant=lot.grant,
            liability=lot.liability,
            amount=abs(self.change),
            sale=self.contract.sale,
        )


def belongs(earlier: Subscription, later: Subscription, at: datetime) -> bool:
    """Whether two sales to one patient are one contract: on one invoice always, under one
    promotion within the clinic's hours. Of a membership it is the cycle that runs, once it is paid:
    unpaid it grants nothing, and later ones are contracts of their own (6.3).
    """
    if not (may_combine(earlier, at.date()) and may_combine(later, at.date())):
        return False
    one, other = sale_of(earlier), sale_of(later)
    if one.sold_on > other.sold_on or one.patient != other.patient:
        return False
    if one.invoice is not None and one.invoice == other.invoice:
        return True
    hours = other.policies.get(HOURS, POLICIES[HOURS].default)
    apart = timedelta.max if earlier.sold_at is None else abs(at - earlier.sold_at)
    shared = one.promotion is not None and one.promotion == other.promotion
    return shared and hours > 0 and apart <= timedelta(hours=hours)


def may_combine(state: Subscription, on: date) -> bool:
    """Whether it can count as one contract with others: of a membership, a cycle that is paid."""
    if state.sold is None or not may_change(state, on):
        return False
    granted = (cycle for cycle in state.cycles.values() if cycle.status == "granted")
    return not state.sold.is_recurring or any(one.starts <= on < one.ends for one in granted)


def may_change(state: Subscription, on: date) -> bool:
    """Whether nothing holds the contract's amounts where they are."""
    return (
        state.has_contract
        and state.ended is None
        and not state.freezes
        and not moves_days(state.pauses, on)
    )


def combined(
    context: Context,
    later: Subscription,
    earlier: Iterable[Subscription],
    services: Services,
    *,
    paid: bool = False,
) -> list[NewEvent]:
    """The events of all contracts when a sale joins others; none where it stands alone.

    A membership joins after the payment that comes with the sale, which brings its first cycle.
    """
    if sale_of(later).is_recurring != paid:
        return []
    group = [state for state in earlier if belongs(state, later, context.at)]
    if not group:
        return []
    contracts = [*group, later]
    parts = _allocated([part for one in contracts for part in _parts(context, one, services)])
    if not parts:
        return []
    keys = tuple(sale_of(one).subscription for one in contracts)
    party = next((one.party for one in group if one.party), keys[0])
    return [_event(context, one, parts, keys, party, posts=one is later) for one in contracts]


def _parts(context: Context, state: Subscription, services: Services) -> list[Part]:
    """The lots that have something left and a price; goodwill and what is immaterial stay."""
    before = context.on - ONE_DAY
    shape = Shape(state, context.on, services)
    found = [
        Part(state, lot, lot.leaving_value(lot.remaining, before), _worth(shape, lot))
        for lot in state.lots.values()
        if stand_alone(lot) and _takes_part(lot, context.on)
    ]
    return [part for part in found if part.worth]


def _takes_part(lot: Lot, on: date) -> bool:
    """Not what is immaterial, over, or not granted yet; a joining fee stays as it is (5.8)."""
    stays = lot.sold.immaterial or lot.pending or lot.kind == "setup_fee"
    return not stays and not lot.is_over(on)


def _worth(shape: Shape, lot: Lot) -> Fraction:
    """At the stand-alone prices of the day; a line of time for the days that are left of it."""
    if not lot.is_time:
        priced = unit_price(shape, lot) * Fraction(lot.remaining)
        return priced or worth_as_sold(shape.state, lot, lot.remaining, shape.on)
    return worth_as_sold(shape.state, lot, lot.remaining, shape.on)


def worth_as_sold(state: Subscription, lot: Lot, units: Decimal, on: date) -> Fraction:
    """The stand-alone price at the sale of so many units of a lot, or of the days that are left."""
    if not lot.is_time:
        return stand_alone(lot) * Fraction(units) / Fraction(lot.granted or 1)
    if lot.ends is None:
        return stand_alone(lot)
    days = running_days(lot.sold.starts, lot.ends, state.pauses)
    left = running_days(max(on, lot.starts), lot.ends, state.pauses)
    return stand_alone(lot) * Fraction(left, days) if days else Fraction(0)


def _allocated(parts: Sequence[Part]) -> list[Part]:
    if not parts:
        return []
    rule = Treatment.of(sale_of(parts[-1].contract).policies).allocation_remainder
    amounts = allocated(sum(part.value for part in parts), [part.worth for part in parts], rule)
    return [
        Part(part.contract, part.lot, part.value, part.worth, amount)
        for part, amount in zip(parts, amounts, strict=True)
    ]


def _event(
    context: Context,
    state: Subscription,
    parts: Sequence[Part],
    keys: tuple[str, ...],
    party: str,
    *,
    posts: bool,
) -> NewEvent:
    event = ContractsCombined(
        party=party,
        subscriptions=keys,
        lots=tuple(
            revalued(context.on, part) for part in parts if part.contract is state and part.change
        ),
        given=tuple(part.share for part in parts if posts and part.change < 0),
        received=tuple(part.share for part in parts if posts and part.change > 0),
        sale=state.sale,
    )
    return NewEvent(stream(context.clinic, "subscription", sale_of(state).subscription), event)


def revalued(on: date, part: Part) -> CombinedLot:
    """The lot as its value changes on a day."""
    lot = part.lot
    named = CombinedLot(
        line=lot.line,
        grant=lot.grant,
        liability=lot.liability,
        added=max(part.change, 0),
        taken=max(-part.change, 0),
    )
    if not lot.spans or lot.ends is None:
        return named
    return named.model_copy(
        update={
            "recognised": lot.running_earned(on - ONE_DAY),
            "amount": part.amount,
            "starts": max(on, lot.starts),
            "ends": lot.ends,
        }
    )


def services_left(contracts: Mapping[str, Subscription]) -> set[str]:
    """The services that the contracts' lots are priced by."""
    lots = [lot for state in contracts.values() for lot in state.lots.values()]
    return {term.service for lot in lots for term in lot.services}
