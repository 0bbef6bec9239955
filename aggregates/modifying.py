"""Modifying a contract: separate, prospective or by catch-up (accounting.md 9)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aggregates.catching_up import catch_up, catching, too_little
from aggregates.drafting import Draft
from aggregates.exchanging import exchange, old_lot, unrecognised
from aggregates.owing import is_firm
from aggregates.replanning import credit, owe
from aggregates.reshaping import Services, Shape, Shaped, is_repriced, shaped
from aggregates.subscription import change_events as c
from aggregates.subscription.change_orders import ModifiedLine, ModifyContract
from aggregates.subscription.pause import moves_days
from aggregates.subscription.state import Subscription, sale_of
from aggregates.treatment import Treatment
from ledger.calendar import ONE_DAY
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.ratios import Remainder, allocated


def modify(
    context: Context, order: ModifyContract, state: Subscription, services: Services
) -> Decision:
    """Adds, removes or exchanges lines for an extra price, which may be negative.

    `services` are the definitions in force, of the contract's lines and of the new ones.
    """
    shape = Shape(state, order.effective, services)
    refusal = _may_modify(context, order, shape)
    if refusal is not None:
        return refusal
    parts = shaped(shape, order)
    method = _method(order, state, parts)
    if isinstance(method, Refused):
        return method
    refusal = _misfit(method, order, shape, parts)
    if refusal is not None:
        return refusal
    event = _modified(method, order, shape, parts)
    draft = Draft(context, state)
    draft.begun(event, order.effective)
    extra = max(order.price + event.credited, 0)
    cycle = shape.cycle
    firm = cycle.committed if cycle is not None else is_firm(sale_of(state))
    owe(draft, extra, firm=firm, on=order.effective)
    credit(draft, event.credited, order.effective)
    return Decided(tuple(draft.events), _answer(event, draft.state))


def _answer(event: c.ContractModified, state: Subscription) -> dict[str, Any]:
    return {
        "method": event.method,
        "owed": state.owed,
        "credited": event.credited,
        "lines": [
            line.model_dump(mode="json", include={"line", "grant", "quantity", "allocated"})
            for line in event.lines
        ],
    }


def _may_modify(context: Context, order: ModifyContract, shape: Shape) -> Refused | None:
    state = shape.state
    if order.effective > context.on:
        return Refused(Code.INVALID, "The day lies after that of the command.", "data.effective")
    for number, entry in enumerate(order.lines):
        problem = _problem(order, entry, shape)
        if problem is not None:
            return Refused(Code.INVALID, problem, f"data.lines[{number}]")
    if order.modification in state.modifications:
        return Refused(
            Code.DUPLICATE, f"Modification {order.modification} is recorded.", "data.modification"
        )
    over = [entry for entry in order.lines if entry.kind is None and _is_over(entry, shape)]
    if over or (state.last_day is not None and order.effective > state.last_day):
        return Refused(Code.EXPIRED, "What is to be changed has expired.", "data.lines")
    if state.ended is not None:
        return Refused(Code.CANCELLED, "The contract has ended.", "data.subscription")
    if moves_days(state.pauses, order.effective):
        return Refused(
            Code.PAUSED, "A pause is not over by then; resume it first.", "data.effective"
        )
    if any(lot.frozen for lot in state.lots.values()):
        return Refused(Code.HELD, "A dispute holds units of the contract.", "data.subscription")
    if state.plan is not None and (shape.cycle is None or shape.cycle.status != "granted"):
        return Refused(Code.UNPAID, "The running cycle is not paid.", "data.effective")
    return _lacks(order, shape)


def _problem(order: ModifyContract, entry: ModifiedLine, shape: Shape) -> str | None:
    lots = shape.state.lots_of(entry.line)
    if entry.kind is None and entry.quantity is None and order.method != "catch_up":
        return "A line is changed by a quantity; a new one has a kind."
    if entry.kind is None:
        if not lots:
            return f"The contract has no line {entry.line}; a new one has a kind."
        is_more = entry.quantity is not None and entry.quantity > 0
        return "A line of time is not counted." if is_more and lots[-1].is_time else None
    if lots:
        return f"The contract has a line {entry.line}; it is changed without a kind."
    timeless = entry.kind in ("unlimited", "access") and entry.expires_after is None
    return "A line of time has an end." if timeless and shape.ends is None else None


def _is_over(entry: ModifiedLine, shape: Shape) -> bool:
    return shape.template(entry.line) is None


def _lacks(order: ModifyContract, shape: Shape) -> Refused | None:
    """More units cannot be removed than are left of the line's last lot and not reserved."""
    for number, entry in enumerate(order.lines):
        lot = shape.template(entry.line) if entry.kind is None else None
        if lot is None or lot.is_time or entry.quantity is None:
            continue
        if -entry.quantity > lot.free:
            return Refused(
                Code.NOT_ENOUGH_UNITS,
                f"Line {entry.line} has {lot.free} units left.",
                f"data.lines[{number}].quantity",
                {"line": entry.line, "unused": str(lot.free)},
            )
    return None


def _method(
    order: ModifyContract, state: Subscription, parts: Sequence[Shaped]
) -> c.Method | Refused:
    """The tree of accounting.md 9: what is added at its stand-alone price is a contract apart;
    otherwise the old one ends and a new one begins.
    """
    if order.method != "auto":
        return order.method
    if _only_adds(order, parts) and sum(part.added_ssp for part in parts) == order.price:
        return "separate"
    is_series = all(part.units is not None for part in parts)
    if sale_of(state).policies["modification"] == "assess" and not is_series:
        return Refused(
            Code.APPROVAL_REQUIRED, "The accountant says by which method.", "data.method"
        )
    return "prospective"


def _only_adds(order: ModifyContract, parts: Sequence[Shaped]) -> bool:
    return not _removes(order) and any(part.added or part.is_new for part in parts)


def _removes(order: ModifyContract) -> bool:
    return any(entry.quantity is not None and entry.quantity < 0 for entry in order.lines)


def _touched(order: ModifyContract, parts: Sequence[Shaped]) -> list[Shaped]:
    """What a catch-up is about: the lines that are named, or all."""
    named = [
        part for part in parts if part.added or part.removed or is_repriced(order, part.line.line)
    ]
    return named or list(parts)


def _going(parts: Sequence[Shaped]) -> list[Shaped]:
    return [part for part in parts if part.goes_on]


def _misfit(
    method: c.Method, order: ModifyContract, shape: Shape, parts: Sequence[Shaped]
) -> Refused | None:
    """Whether the method cannot do what is asked, or takes away more than there is."""
    touched = _touched(order, parts)
    if method == "separate" and (not _only_adds(order, parts) or order.price < 0):
        return Refused(Code.INVALID, "A separate contract adds, and only that.", "data.method")
    if method == "catch_up" and any(part.is_new or part.units is None for part in touched):
        return Refused(Code.INVALID, "Only counted lines are caught up.", "data.method")
    going = parts if method == "catch_up" and not _removes(order) else _going(parts)
    if method != "separate" and not going:
        return Refused(Code.INVALID, "Nothing is left; refund it instead.", "data.lines")
    before = order.effective - ONE_DAY
    value = unrecognised([old_lot(part.lot, before) for part in parts if part.lot is not None])
    lacks = method == "catch_up" and too_little(catching(shape, touched, order.price))
    if order.price + value < 0 or lacks:
        return Refused(
            Code.AMOUNT_MISMATCH,
            f"Only {value} of the contract is not recognised yet.",
            "data.price",
            {"unrecognised": value},
        )
    return None


def _modified(
    method: c.Method, order: ModifyContract, shape: Shape, parts: Sequence[Shaped]
) -> c.ContractModified:
    match method:
        case "separate":
            fields = _separate(order, parts, _remainder(shape))
        case "prospective":
            fields = _prospective(order, shape, parts)
        case "catch_up":
            fields = catch_up(shape, catching(shape, _touched(order, parts), order.price))
    return c.ContractModified(
        modification=order.modification,
        method=method,
        starts=order.effective,
        price=order.price,
        reason=order.reason,
        approver=order.approver,
        sale=shape.state.sale,
        **fields,
    )


def _remainder(shape: Shape) -> Remainder:
    return Treatment.of(sale_of(shape.state).policies).allocation_remainder


def _separate(
    order: ModifyContract, parts: Sequence[Shaped], remainder: Remainder
) -> dict[str, Any]:
    """What is added has lots of its own at the extra price; the old ones are untouched."""
    added = [part for part in parts if part.is_new or part.added]
    weights = [part.added_ssp for part in added]
    amounts = allocated(order.price, weights if any(weights) else [1] * len(added), remainder)
    lines = tuple(
        part.line.model_copy(
            update={
                "allocated": amount,
                "ssp": part.added_ssp,
                "quantity": _counted(part),
                "starts": max(order.effective, part.line.starts),
            }
        )
        for part, amount in zip(added, amounts, strict=True)
    )
    return {"lines": lines}


def _counted(part: Shaped) -> Decimal | None:
    return None if part.units is None else part.added


def _prospective(order: ModifyContract, shape: Shape, parts: Sequence[Shaped]) -> dict[str, Any]:
    """What is not recognised and the extra price are allocated anew to all that is left (9.2)."""
    before = order.effective - ONE_DAY
    olds = [old_lot(part.lot, before) for part in parts if part.lot is not None]
    going = _going(parts)
    new = exchange(
        olds,
        [part.line for part in going],
        [Fraction(part.ssp) for part in going],
        order.price,
        shape.state.sale,
        _remainder(shape),
    )
    return {
        "lots": new.lots,
        "lines": new.lines,
        "shares": new.shares,
        "carried": new.carried,
        "credits": new.credits,
        "credited": new.credited,
    }
