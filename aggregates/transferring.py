"""Transfers: units go to another contract with their value and its funding (accounting.md 6.6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregates.expiry import waived_tax
from aggregates.numbering import next_number
from aggregates.patient.events import SubscriptionAdded
from aggregates.sales import on_contract, on_patient
from aggregates.subscription.correction_events import UnitsReceived, UnitsTransferred
from aggregates.subscription.correction_orders import TransferUnits
from aggregates.subscription.events import PackageSold
from aggregates.subscription.leaving import LeavingLot
from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.terms import OnceBilling
from aggregates.unused import freed
from aggregates.values import ContractShare, SaleDimensions, Share
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent


@dataclass(frozen=True, slots=True)
class Part:
    """What goes of one lot: units, their A − R, the liability for them and what of it is paid."""

    lot: Lot
    quantity: Decimal
    value: int
    freed: int
    paid: int


def transfer_units(
    context: Context, order: TransferUnits, giver: Subscription, target: Subscription
) -> Decision:
    """Units leave `giver` and are lots of `target`, which a transfer may begin."""
    refusal = _may_transfer(order, giver, target) or _lacks(order, giver, context.on)
    if refusal is not None:
        return refusal
    parts = _parts(giver, order, context.on)
    begun = [] if target.sold is not None else _begun(context, order, giver)
    sale = sale_of(target).sale if target.sold is not None else _sale(order, giver)
    lines = _received_lines(parts, target)
    sent, received = _moved(context, order, giver, parts, lines, sale)
    events = (
        on_contract(context, order.subscription, sent),
        *begun,
        on_contract(context, order.to_subscription, received),
    )
    grants = [line.grant for line in lines]
    value = sum(part.freed for part in parts)
    return Decided(
        events, {"to_subscription": order.to_subscription, "lots": grants, "deferred": value}
    )


def _may_transfer(
    order: TransferUnits, giver: Subscription, target: Subscription
) -> Refused | None:
    if target.sold is not None and target.sold.patient != order.to_patient:
        return Refused(
            Code.UNKNOWN_SUBSCRIPTION,
            f"{order.to_patient} holds no subscription {order.to_subscription}.",
            "data.to_subscription",
        )
    problem = _problem(order, giver, target)
    if problem is not None:
        return problem
    if not sale_of(giver).transferable or not giver.has_contract:
        return Refused(
            Code.NOT_TRANSFERABLE,
            "The contract's units cannot be transferred.",
            "data.subscription",
        )
    if giver.lots_of(order.line)[0].is_time:
        # Its units have no value of their own: days do, and those cannot be given by the unit.
        by_day = f"Line {order.line} is earned by the day: its units cannot be transferred."
        return Refused(Code.NOT_TRANSFERABLE, by_day, "data.line")
    if target.sold is not None and giver.awaits_use != target.awaits_use:
        early = "Of the two contracts, only one runs already."
        return Refused(Code.NOT_STARTED, early, "data.to_subscription")
    for state, field in ((giver, "data.subscription"), (target, "data.to_subscription")):
        if state.ended is not None:
            return Refused(Code.CANCELLED, f"The contract has ended ({state.ended}).", field)
    return None


def _problem(order: TransferUnits, giver: Subscription, target: Subscription) -> Refused | None:
    lots = giver.lots_of(order.line)
    if not lots or lots[0].sold.quantity is None:
        problem = f"The contract has no line {order.line} that is counted."
        return Refused(Code.INVALID, problem, "data.line")
    if order.to_subscription == order.subscription:
        return Refused(Code.INVALID, "The units are there already.", "data.to_subscription")
    if any(_terms(lot.sold) != _terms(lots[0].sold) for lot in target.lots_of(order.line)):
        problem = f"{order.to_subscription} has another line {order.line}."
        return Refused(Code.INVALID, problem, "data.to_subscription")
    return None


def _terms(line: SoldLine) -> tuple[object, ...]:
    """What a line may be used for."""
    services = tuple(term.service for term in line.services)
    return line.kind, services, line.scope, line.categories


def _lacks(order: TransferUnits, giver: Subscription, on: date) -> Refused | None:
    """Why the line cannot give the quantity, in the order of the codes."""
    lots = giver.lots_of(order.line)
    free = sum((lot.free for lot in _usable(lots, on)), NONE)
    if giver.is_stopped(on):
        code = Code.PAUSED
    elif order.quantity <= free:
        return None
    elif not free and any(lot.lapsed or lot.is_over(on) for lot in lots):
        code = Code.EXPIRED
    elif any(lot.frozen or lot.reserved for lot in lots):
        code = Code.HELD
    else:
        code = Code.UNPAID if any(lot.pending for lot in lots) else Code.NOT_ENOUGH_UNITS
    problem = f"Line {order.line} has {free} units to give."
    return Refused(code, problem, "data.quantity", {"free": str(free)})


def _usable(lots: Iterable[Lot], on: date) -> list[Lot]:
    """Lots with something to give, the one that ends soonest first, as draws take them."""
    usable = [lot for lot in lots if lot.free > 0 and not lot.is_over(on)]
    return sorted(usable, key=lambda lot: (lot.lapses or date.max, lot.starts))


def _parts(giver: Subscription, order: TransferUnits, on: date) -> list[Part]:
    """Money that other lines have drawn already does not go: the other contract asks for it."""
    parts = []
    need = order.quantity
    left = max(sum(lot.unearned(on) - lot.held for lot in giver.lots.values()), 0)
    for lot in _usable(giver.lots_of(order.line), on):
        quantity = min(lot.free, need)
        need -= quantity
        if quantity:
            value = lot.leaving_value(quantity, on)
            liability = min(freed(lot, value, on), left)
            left -= liability
            in_cash = max(lot.unearned(on) - lot.held - lot.billed, 0)
            parts.append(Part(lot, quantity, value, liability, min(liability, in_cash)))
    return parts


def _received_lines(parts: list[Part], target: Subscription) -> tuple[SoldLine, ...]:
    """Each part as a lot under the next free number of its line (accounting.md 12.2)."""
    number = next_number(target, parts[0].lot.line)
    return tuple(
        part.lot.sold.model_copy(
            update={
                "grant": f"{part.lot.line}.{number + index}",
                "ssp": part.lot.sold.ssp * Fraction(part.quantity) / _sold_quantity(part.lot),
                "quantity": part.quantity,
                "allocated": part.value,
                "starts": part.lot.starts,
                "ends": part.lot.ends,
                "lapses": part.lot.lapses,
                "bonus_face": None,
                "bonus_line": None,
                "cycle": None,
            }
        )
        for index, part in enumerate(parts)
    )


def _sold_quantity(lot: Lot) -> Fraction:
    return Fraction(lot.sold.quantity or 1)


def _moved(
    context: Context,
    order: TransferUnits,
    giver: Subscription,
    parts: list[Part],
    lines: tuple[SoldLine, ...],
    sale: SaleDimensions,
) -> tuple[UnitsTransferred, UnitsReceived]:
    """The same money on both sides: what leaves one contract's liability stands in the other's."""
    owed = sum(part.value - part.freed for part in parts)
    money = {
        "moved": sum(part.paid for part in parts),
        "owed": owed,
        "owed_tax": waived_tax(giver, owed),
    }
    received = _shares((line, part) for line, part in zip(lines, parts, strict=True))
    sent = UnitsTransferred(
        to_patient=order.to_patient,
        to_subscription=order.to_subscription,
        lots=tuple(_leaving(part) for part in parts),
        shares=_shares((part.lot.sold, part) for part in parts),
        received=tuple(ContractShare(**dict(share), sale=sale) for share in received),
        reason=order.reason,
        sale=sale_of(giver).sale,
        **money,
    )
    return sent, UnitsReceived(
        from_patient=sale_of(giver).patient,
        from_subscription=order.subscription,
        lines=lines,
        shares=received,
        sale=sale,
        **money,
    )


def _leaving(part: Part) -> LeavingLot:
    return LeavingLot(
        line=part.lot.line,
        grant=part.lot.grant,
        quantity=part.quantity,
        liability=part.lot.liability,
        value=part.value,
        freed=part.freed,
        returned=part.paid,
    )


def _shares(items: Iterable[tuple[SoldLine, Part]]) -> tuple[Share, ...]:
    return tuple(
        Share(line=line.line, grant=line.grant, liability=line.liability, amount=part.freed)
        for line, part in items
        if part.freed
    )


def _sale(order: TransferUnits, giver: Subscription) -> SaleDimensions:
    return giver.sale.model_copy(update={"subscription": order.to_subscription})


def _begun(context: Context, order: TransferUnits, giver: Subscription) -> list[NewEvent]:
    """The contract that holds what was transferred, under the giver's terms; it sold nothing."""
    terms = {
        "subscription": order.to_subscription,
        "patient": order.to_patient,
        "payer": None,
        "members": (),
        "sale": _sale(order, giver),
        "sold_on": context.on,
        "expires": giver.last_day,
        "cycle_ends": None,
        "price": 0,
        "tax": 0,
        "taxes": (),
        "setup_fee": 0,
        "lines": (),
        "instalments": (),
        "billing": OnceBilling(draw_before_payment=sale_of(giver).billing.draw_before_payment),
        "rollover": None,
        "channel": None,
        "present": None,
        "invoice": None,
        "promotion": None,
        "contract_met": True,
        "discount_rate": None,
        "financing": None,
    }
    sold: PackageSold = sale_of(giver).model_copy(update=terms)
    return [
        on_contract(context, order.to_subscription, sold),
        on_patient(
            context, order.to_patient, SubscriptionAdded(subscription=order.to_subscription)
        ),
    ]
