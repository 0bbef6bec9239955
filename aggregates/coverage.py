"""Which lot of which subscription pays for which visit line (engines.md, "Order of draw").

A line nobody covers is an answer, not a refusal: the visit is billed elsewhere.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from aggregates.service.events import ServiceDefined
from aggregates.subscription import events as e
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import Revenue
from aggregates.visit.events import CoverageRow, Drawn
from aggregates.visit.orders import RecordVisit, VisitLine
from ledger.codes import ORDER, Code
from ledger.decider import Context, staged
from ledger.events import Event, NewEvent
from ledger.ids import key_of, stream
from ledger.quantity import steps, times
from ledger.ratios import part_of, rounded

LAST_DAY = date.max
#: Preferred, menu, priority, last day, day of the sale, place in the roster, line.
Rank = tuple[int, bool, int, date, date, int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lot that covers the service, with its contract and its place in the order of draw."""

    subscription: str
    contract: Subscription
    lot: Lot
    rank: Rank


@dataclass(slots=True)
class Holdings:
    """The patient's contracts, by age, while a visit is decided: each draw changes what is left."""

    context: Context
    contracts: dict[str, Subscription]
    store_credit: int
    events: list[NewEvent] = field(default_factory=list)

    def apply(self, subscription: str, event: Event) -> None:
        """Records an event on one of the contracts."""
        new = NewEvent(stream(self.context.clinic, "subscription", subscription), event)
        self.events.append(new)
        state = self.contracts[subscription]
        self.contracts[subscription] = SUBSCRIPTION.evolve(state, staged(self.context, new))

    def folded(self) -> dict[str, Subscription]:
        """The contracts that were drawn from, by stream, as the draws leave them."""
        return {new.stream: self.contracts[key_of(new.stream)] for new in self.events}


def candidates(held: Holdings, order: RecordVisit, line: VisitLine) -> list[Candidate]:
    """The lots that name the service, in the order of draw."""
    found = [
        Candidate(name, contract, lot, _rank(order, contract, lot, (place, index)))
        for place, (name, contract) in enumerate(held.contracts.items())
        for index, lot in enumerate(contract.lots.values())
        if lot.term(line.service) is not None
    ]
    return sorted(found, key=lambda candidate: candidate.rank)


def _rank(order: RecordVisit, contract: Subscription, lot: Lot, place: tuple[int, int]) -> Rank:
    """Preferred first, exact service before menu, then priority, expiry, age, line order."""
    sold = sale_of(contract)
    name = sold.subscription
    preferred = order.prefer.index(name) if name in order.prefer else len(order.prefer)
    is_menu = len(lot.services) > 1
    return preferred, is_menu, lot.sold.priority, lot.lapses or LAST_DAY, sold.sold_on, *place


def hindrance(candidate: Candidate, order: RecordVisit, on: date) -> Code | None:
    """The first reason, in the fixed order, why this lot cannot give anything on that day."""
    lot, contract = candidate.lot, candidate.contract
    locations = sale_of(contract).locations
    if locations and order.location is not None and order.location not in locations:
        return Code.NOT_COVERED
    if on < lot.starts:
        return Code.NOT_STARTED
    if lot.lapses is not None and on > lot.lapses:
        return Code.EXPIRED
    if contract.ended is not None:
        return Code.CANCELLED
    if lot.free + lot.lapsed == 0 and lot.frozen > 0:
        return Code.HELD
    if lot.free + lot.lapsed == 0:
        return Code.NOT_ENOUGH_UNITS
    return None


def cover_line(
    held: Holdings, order: RecordVisit, line: VisitLine, service: ServiceDefined, on: date
) -> CoverageRow:
    """Covers one visit line; the draws are collected in `held`."""
    draws: list[Drawn] = []
    reasons: list[Code] = []
    need = line.quantity
    for candidate in candidates(held, order, line):
        if need == 0:
            break
        drawn, reason = _draw_from(held, candidate, order, line, need, on)
        if drawn is not None:
            draws.append(drawn)
            need -= drawn.quantity
        if reason is not None:
            reasons.append(reason)
    return _row(order, line, service, draws, need, reasons)


def _draw_from(
    held: Holdings,
    candidate: Candidate,
    order: RecordVisit,
    line: VisitLine,
    need: Decimal,
    on: date,
) -> tuple[Drawn | None, Code | None]:
    if order.status != "completed" and not _no_show_consumes(candidate):
        return None, Code.NOT_COVERED
    # An earlier line of this visit may have drawn from the same lot.
    contract = held.contracts[candidate.subscription]
    lot = contract.lots[candidate.lot.grant]
    current = Candidate(candidate.subscription, contract, lot, candidate.rank)
    reason = hindrance(current, order, on)
    if reason is not None:
        return None, reason
    quantity, reason = _affordable(current, line.service, need)
    if quantity <= 0:
        return None, reason
    back = quantity - current.lot.free
    if back > 0 and not _restore(held, current, line.service, back):
        return None, Code.EXPIRED
    return _record(held, current, order, line, quantity), reason


def _no_show_consumes(candidate: Candidate) -> bool:
    return sale_of(candidate.contract).no_show_consumes


def _affordable(candidate: Candidate, service: str, need: Decimal) -> tuple[Decimal, Code | None]:
    """How much of `need` the lot can give: what it holds, and what has been paid for (18).

    Unless the contract may be used ahead of payment, its draws may not exceed what is paid,
    ex tax; only whole units are cut off.
    """
    lot, contract = candidate.lot, candidate.contract
    quantity = min(need, lot.free + lot.lapsed)
    short = None
    if quantity < need:
        short = Code.HELD if lot.frozen > 0 else Code.NOT_ENOUGH_UNITS
    while quantity > 0 and not _is_paid_for(contract, lot, service, quantity):
        whole = quantity.to_integral_value(ROUND_FLOOR)
        quantity = whole if whole < quantity else quantity - 1
        short = Code.UNPAID
    return max(quantity, NONE), short


def _is_paid_for(contract: Subscription, lot: Lot, service: str, quantity: Decimal) -> bool:
    if contract.runs_ahead:
        return True
    back = max(quantity - lot.free, NONE)
    if not back:
        return lot.draw_amount(quantity, service) <= contract.drawable()
    value = lot.revived_value(back, service)
    drawn = lot.revived(back, value).draw_amount(quantity, service)
    return drawn <= contract.drawable(_in_part(lot, value, lot.lapsed_funded))


def _in_part(lot: Lot, value: int, of: int) -> int:
    """The part of an amount, known of all lapsed units, that goes with `value` of them."""
    return rounded(Fraction(value * of, lot.lapsed_value)) if lot.lapsed_value else 0


def _restore(held: Holdings, candidate: Candidate, service: str, quantity: Decimal) -> bool:
    """Takes expired units back for a visit that took place while they were valid (13, 12.1).

    False when their value became store credit that is already spent.
    """
    lot, sold = candidate.lot, sale_of(candidate.contract)
    value = lot.revived_value(quantity, service)
    funded = _in_part(lot, value, lot.lapsed_funded)
    credited = funded if lot.lapsed_to == "credited" else 0
    if credited > held.store_credit:
        return False
    event = e.ExpiryReversed(
        line=lot.line,
        grant=lot.grant,
        quantity=quantity,
        liability=lot.liability,
        forfeited=funded if lot.lapsed_to == "forfeited" else 0,
        credited=credited,
        held=funded if lot.lapsed_to == "held" else 0,
        waived=value - funded,
        waived_tax=_in_part(lot, value, lot.lapsed_tax),
        sale=sold.sale,
    )
    held.store_credit -= credited
    held.apply(candidate.subscription, event)
    return True


def _record(
    held: Holdings, candidate: Candidate, order: RecordVisit, line: VisitLine, quantity: Decimal
) -> Drawn:
    contract = held.contracts[candidate.subscription]
    lot = contract.lots[candidate.lot.grant]
    sold = sale_of(contract)
    amount = lot.draw_amount(quantity, line.service)
    kinds = draw_kinds(sold, lot.term(line.service), order.status, quantity, amount)
    drawn = e.UnitsDrawn(
        visit=order.visit,
        visit_line=line.line,
        line=lot.line,
        grant=lot.grant,
        service=line.service,
        quantity=quantity,
        amount=amount,
        payable=kinds.payable,
        status=order.status,
        liability=lot.liability,
        revenue=kinds.revenue,
        sale=sold.sale,
        location=order.location,
        provider=order.provider,
    )
    held.apply(candidate.subscription, drawn)
    return Drawn(
        subscription=candidate.subscription,
        line=lot.line,
        grant=lot.grant,
        quantity=quantity,
        amount=amount,
    )


@dataclass(frozen=True, slots=True)
class DrawKinds:
    """Where a draw's amount is earned, and what of it is owed to an agent's principal."""

    revenue: Revenue
    payable: int


def draw_kinds(
    sold: e.PackageSold, term: e.ServiceTerm | None, status: str, quantity: Decimal, amount: int
) -> DrawKinds:
    """A missed visit follows the policy `no_show_account` (6.5).

    An agent's cost is owed to the principal (3.6), but not for a visit that did not take place.
    """
    if status != "completed" and sold.policies["no_show_account"] == "4040":
        return DrawKinds("no_show", 0)
    agent_cost = term.agent_cost if term and status == "completed" else None
    payable = min(times(agent_cost or 0, quantity), amount)
    return DrawKinds("products" if term and term.product else "services", payable)


def _row(
    order: RecordVisit,
    line: VisitLine,
    service: ServiceDefined,
    draws: list[Drawn],
    need: Decimal,
    reasons: list[Code],
) -> CoverageRow:
    """The answer for the line: what is covered, what it was worth, what the patient owes."""
    price = service.list_price if line.list_price is None else line.list_price
    covered = line.quantity - need
    owes = times(price, need) + part_of(line.tax, steps(need), steps(line.quantity))
    return CoverageRow(
        line=line.line,
        service=line.service,
        quantity=line.quantity,
        covered=covered,
        prepaid=sum(drawn.amount for drawn in draws),
        list_price=price,
        discount=0,
        credit=0,
        patient_owes=owes if order.status == "completed" else 0,
        draws=tuple(draws),
        reason=_reason(order, reasons) if need else None,
    )


def _reason(order: RecordVisit, reasons: list[Code]) -> str:
    """The reason of the candidate that got furthest in the order of checks (interfaces.md 3)."""
    missed = order.status != "completed" and bool(reasons)
    if missed and all(code is Code.NOT_COVERED for code in reasons):
        return "no_show"
    return max(reasons, key=ORDER.__getitem__, default=Code.NOT_COVERED).value
