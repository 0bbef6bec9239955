"""The order of draw (engines.md, decisions; interfaces.md 7.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from aggregates.covering.hindrance import came_with_sale, hindrance
from aggregates.covering.holdings import Candidate, Holdings
from aggregates.service.events import ServiceDefined
from aggregates.subscription.line import COVERING
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from ledger.codes import Code

NEVER = date.max
#: Where a lot stands among those that could give: by its line alone, lower first.
Place = tuple[int, int]
#: Held for this visit, preferred, place by its line, bonus rule, two days, roster, bonus, line.
Rank = tuple[bool, int, Place, bool, date, date, int, bool, int]


@dataclass(frozen=True, slots=True)
class Suits:
    """Which lots are candidates: those of some kinds of line, as far as they have a place."""

    kinds: frozenset[str]
    place: Callable[[Lot], Place | None]


def of_units(service: str) -> Suits:
    """Unlimited lines first, then units of this service alone, then menus; then priority."""

    def place(lot: Lot) -> Place | None:
        sold = lot.sold
        if service not in sold.covered:
            return None
        if sold.kind == "unlimited":
            return 0, sold.priority
        return (1 if len(sold.services) == 1 else 2), sold.priority

    return Suits(COVERING, place)


def in_scope(kind: str, service: ServiceDefined) -> Suits:
    """Priority first, then the narrower scope: services, categories, any (interfaces.md 7.3)."""

    def place(lot: Lot) -> Place | None:
        sold = lot.sold
        if not sold.in_scope(service.service, service.category):
            return None
        return sold.priority, 0 if sold.scope else 1 if sold.categories else 2

    return Suits(frozenset({kind}), place)


def candidates(held: Holdings, suits: Suits) -> list[Candidate]:
    """The lots that suit, in the order of draw; what hinders one is asked when it comes to it.

    Those whose last day is over come last, in no order: they have nothing to give but a reason,
    and a patient may have many of them.
    """
    ranked: list[tuple[Rank, Candidate]] = []
    over: list[Candidate] = []
    on, booked, kinds, place_of = held.on, held.booked, suits.kinds, suits.place
    preference = {name: number for number, name in enumerate(held.order.prefer)}
    for roster, (name, state) in enumerate(held.contracts.items()):
        preferred = preference.get(name, len(preference))
        for index, lot in enumerate(state.lots.values()):
            place = place_of(lot) if lot.sold.kind in kinds else None
            if place is None:
                continue
            candidate = Candidate(name, lot.grant)
            if lot.is_over(on):
                over.append(candidate)
            else:
                days = _days(state, lot)
                unbooked = not booked or candidate not in booked
                rank = (unbooked, preferred, place, *days, roster, lot.sold.bonus, index)
                ranked.append((rank, candidate))
    ranked.sort(key=itemgetter(0))
    return [*(candidate for _, candidate in ranked), *over]


def _days(state: Subscription, lot: Lot) -> tuple[bool, date, date]:
    """The rule for bonus lots, then soonest expiry and oldest grant, or the other way round."""
    line, sold = lot.sold, sale_of(state)
    bonus, order = line.bonus, sold.policies.get("lot_order")
    lapses, age = lot.lapses or lot.ends or NEVER, line.starts
    if age != sold.sold_on and came_with_sale(sold, lot):
        # A line of the sale itself was granted with it, whenever it starts.
        age = sold.sold_on
    last = bonus if order == "paid_first" else order == "bonus_first" and not bonus
    return (last, age, lapses) if order == "fifo" else (last, lapses, age)


def is_preferred(held: Holdings, candidate: Candidate) -> bool:
    """Whether the visit names the contract, or has booked the lot."""
    return candidate.subscription in held.order.prefer or candidate in held.booked


def hinders(held: Holdings, candidate: Candidate) -> Code | None:
    """Why a candidate gives nothing on the day of the visit, as things are now."""
    state = held.contracts[candidate.subscription]
    return hindrance(state, state.lots[candidate.grant], held.on, held.order.location)
