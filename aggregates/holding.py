"""Holds: units wait for a booked visit, and are free again in their own lots (interfaces.md 7.10).

What waits cannot be drawn by other visits; it is consumed by the visit with the same booking.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from aggregates.booking.events import HeldLine, HoldPlaced
from aggregates.booking.orders import HoldLine, PlaceHold, ReleaseHold
from aggregates.booking.state import Booking
from aggregates.covering.drawing import affordable
from aggregates.covering.hindrance import is_counted
from aggregates.covering.holdings import (
    Candidate,
    Holdings,
    may_use,
    units_released,
)
from aggregates.covering.order import candidates, hinders, of_units
from aggregates.subscription.caps import counted
from aggregates.subscription.leaving import FrozenLot
from aggregates.subscription.state import Subscription
from aggregates.subscription.using_events import UnitsReserved
from aggregates.visit.orders import RecordVisit, VisitLine
from ledger.codes import ORDER, Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.quantity import text_of

Contracts = Mapping[str, Subscription]


@dataclass(frozen=True, slots=True)
class Part:
    """Units of one lot that wait for one line of the booked visit."""

    line: HoldLine
    source: Candidate
    quantity: Decimal


def place_hold(
    context: Context,
    order: PlaceHold,
    on: date,
    booking: Booking,
    contracts: Contracts,
    services: frozenset[str],
) -> Decision:
    """Reserves what a visit on the local day `on` would draw, in the order of draw; all of it
    or nothing. `contracts` are the patient's and those of an earlier hold.
    """
    refusal = _may_place(order, booking, contracts, services)
    if refusal is not None:
        return refusal
    held = _holdings(context, order, on, contracts)
    parts: list[Part] = []
    for index, line in enumerate(order.lines):
        found = _held_line(held, line)
        if isinstance(found, Code):
            problem = f"{text_of(line.quantity)} of {line.service} cannot be held: {found.value}."
            return Refused(found, problem, f"data.lines[{index}].quantity")
        parts += found
    events = [_placed(context, order, on, parts), *_reserved(context, order, on, parts)]
    return Decided(tuple(events), {"booking": order.booking, "held": _data(order, parts, held)})


def _may_place(
    order: PlaceHold, booking: Booking, contracts: Contracts, services: frozenset[str]
) -> Refused | None:
    for index, line in enumerate(order.lines):
        if line.service not in services:
            problem = f"No service {line.service} was defined by then."
            return Refused(Code.UNKNOWN_SERVICE, problem, f"data.lines[{index}].service")
    if booking.placed is not None and standing(order.booking, contracts):
        return Refused(Code.DUPLICATE, f"Booking {order.booking} has its hold.", "data.booking")
    return None


def standing(booking: str, contracts: Contracts) -> list[str]:
    """The contracts in which units still wait for the booking."""
    return [name for name, state in contracts.items() if booking in state.holds]


def _holdings(context: Context, order: PlaceHold, on: date, contracts: Contracts) -> Holdings:
    """What the patient may use on the day, as if the visit took place."""
    lines = tuple(
        VisitLine(line=line.line, service=line.service, quantity=line.quantity)
        for line in order.lines
    )
    visit = RecordVisit(visit=order.booking, patient=order.patient, status="completed", lines=lines)
    usable = {name: state for name, state in contracts.items() if may_use(state, order.patient)}
    return Holdings(context, visit, on, usable, {})


def _held_line(held: Holdings, line: HoldLine) -> list[Part] | Code:
    """The lots that keep units for the line, or why there are not enough of them."""
    reasons: list[Code] = []
    parts: list[Part] = []
    need = line.quantity
    for candidate in candidates(held, of_units(line.service)):
        if not need:
            break
        reason = hinders(held, candidate)
        if reason is not None:
            reasons.append(reason)
            continue
        quantity, short = _free(held, candidate, line.service, need)
        if short is not None:
            reasons.append(short)
        if quantity > 0:
            _keep(held, candidate, quantity)
            parts.append(Part(line, candidate, quantity))
            need -= quantity
    if need:
        return max(reasons, key=ORDER.__getitem__, default=Code.NOT_COVERED)
    return parts


def _free(
    held: Holdings, candidate: Candidate, service: str, need: Decimal
) -> tuple[Decimal, Code | None]:
    """What a lot can keep: not what has lapsed, whatever a late visit could still take back."""
    lot = held.lot(candidate)
    most = min(need, lot.free) if is_counted(lot) else need
    quantity, short = affordable(held, candidate, service, most)
    if short is None and most < need:
        short = Code.HELD if lot.frozen or lot.reserved else Code.NOT_ENOUGH_UNITS
    return quantity, short


def _keep(held: Holdings, candidate: Candidate, quantity: Decimal) -> None:
    """A later line of the booking finds so much less, as if this one had been drawn."""
    state, lot = held.contract(candidate), held.lot(candidate)
    if is_counted(lot):
        lot = replace(lot, drawn=lot.drawn + quantity)
    held.contracts[candidate.subscription] = state.with_lot(counted(lot, quantity, held.on))


def _placed(context: Context, order: PlaceHold, on: date, parts: list[Part]) -> NewEvent:
    placed = HoldPlaced(
        booking=order.booking,
        patient=order.patient,
        booked_on=on,
        lines=tuple(
            HeldLine(line=line.line, service=line.service, quantity=line.quantity)
            for line in order.lines
        ),
        subscriptions=tuple(dict.fromkeys(part.source.subscription for part in parts)),
    )
    return NewEvent(stream(context.clinic, "booking", order.booking), placed)


def _reserved(context: Context, order: PlaceHold, on: date, parts: list[Part]) -> list[NewEvent]:
    """One event for each contract, with all the lots that keep something."""
    lots: dict[str, dict[str, Decimal]] = {}
    for part in parts:
        kept = lots.setdefault(part.source.subscription, {})
        kept[part.source.grant] = kept.get(part.source.grant, Decimal(0)) + part.quantity
    return [
        NewEvent(
            stream(context.clinic, "subscription", name),
            UnitsReserved(
                booking=order.booking,
                booked_on=on,
                lots=tuple(FrozenLot(grant=g, quantity=quantity) for g, quantity in kept.items()),
            ),
        )
        for name, kept in lots.items()
    ]


def _data(order: PlaceHold, parts: list[Part], held: Holdings) -> list[dict[str, object]]:
    """The answer: each line with the lots that keep units for it."""
    return [
        {
            "line": line.line,
            "service": line.service,
            "quantity": text_of(line.quantity),
            "lots": [
                {
                    "subscription": part.source.subscription,
                    "line": held.lot(part.source).line,
                    "grant": part.source.grant,
                    "quantity": text_of(part.quantity),
                }
                for part in parts
                if part.line is line
            ],
        }
        for line in order.lines
    ]


def release_hold(
    context: Context, order: ReleaseHold, booking: Booking, contracts: Contracts
) -> Decision:
    """What waited is free again; a hold that was consumed or released before records nothing."""
    if booking.placed is None:
        problem = f"Nothing was ever held for booking {order.booking}."
        return Refused(Code.INVALID, problem, "data.booking")
    events = tuple(
        NewEvent(
            stream(context.clinic, "subscription", name),
            units_released(contracts[name], order.booking, None),
        )
        for name in standing(order.booking, contracts)
    )
    return Decided(events, {"booking": order.booking, "released": bool(events)})
