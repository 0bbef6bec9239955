"""Changes in a contract's life: extension, expiry, void, credit note."""

from datetime import date

from aggregates.cycles import bring
from aggregates.drafting import Draft
from aggregates.expiry import expire_due
from aggregates.reducing import reduced
from aggregates.renewing import grant_paid
from aggregates.sales import on_contract
from aggregates.subscription import events as e
from aggregates.subscription.funding import settled, shares_of, split
from aggregates.subscription.leaving import ExtendedLot
from aggregates.subscription.lot import Lot
from aggregates.subscription.orders import CreditNote, Expire, Extend, VoidSale
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.ratios import largest_remainder


def extend(context: Context, order: Extend, state: Subscription) -> Decision:
    """Lots run until a later last day; a fee joins what is unrecognised (accounting.md 7.7).

    Without a line it is every lot that was granted and has something left.
    """
    lots = _extendable(order, state, context.on)
    refusal = _may_extend(order, state, context.on)
    if refusal is not None:
        return refusal
    fees = _fee_parts(order.fee, lots, context.on)
    event = e.LotExtended(
        lots=tuple(
            _extended_lot(order, lot, fee, context.on) for lot, fee in zip(lots, fees, strict=True)
        ),
        until=order.until,
        fee=order.fee,
        reason=order.reason,
        approver=order.approver,
        sale=state.sale,
    )
    return Decided(
        (on_contract(context, order.subscription, event),),
        {"until": order.until.isoformat(), "lots": [lot.grant for lot in lots]},
    )


def _has_ended(state: Subscription) -> Refused | None:
    if state.ended is None:
        return None
    return Refused(Code.CANCELLED, f"The contract has ended ({state.ended}).", "data.subscription")


def _may_extend(order: Extend, state: Subscription, on: date) -> Refused | None:
    lots = state.lots_of(order.line)
    if not lots:
        return Refused(Code.INVALID, f"The contract has no line {order.line}.", "data.line")
    shorter = [lot for lot in lots if lot.expires is not None and lot.expires < order.until]
    if not shorter:
        return Refused(
            Code.INVALID, "The new last day is not later than the present one.", "data.until"
        )
    longer = _extendable(order, state, on)
    if longer:
        return _has_ended(state) or _stands_still(state, longer, on)
    if any(lot.lapsed > 0 or lot.is_over(on) for lot in shorter):
        return Refused(Code.EXPIRED, "What is left has expired; reinstate it.", "data.line")
    if any(lot.pending for lot in shorter):
        return _has_ended(state) or Refused(
            Code.UNPAID, "The cycle is not paid: it has granted nothing.", "data.line"
        )
    return _has_ended(state) or Refused(
        Code.NOT_ENOUGH_UNITS, "Nothing is left to be used later.", "data.line"
    )


def _stands_still(state: Subscription, lots: list[Lot], on: date) -> Refused | None:
    """Time cannot be spread over days of which nobody knows how many stand still (6.4)."""
    stops = [pause for pause in state.pauses if pause.mode == "stop_clock"]
    over = all(pause.until is not None and pause.until <= on for pause in stops)
    if over or not any(lot.is_time for lot in lots):
        return None
    return Refused(Code.PAUSED, "The contract is paused; resume it first.", "data.subscription")


def _extendable(order: Extend, state: Subscription, on: date) -> list[Lot]:
    """Lots that have not lapsed, end before the new day, and still hold something."""
    return [
        lot
        for lot in state.lots_of(order.line)
        if lot.expires is not None
        and lot.expires < order.until
        and not lot.is_over(on)
        and (_runs(lot) if lot.is_time else lot.remaining > 0)
    ]


def _runs(lot: Lot) -> bool:
    """Whether a line of time was granted and goes on; a joining fee is no line to extend."""
    return lot.kind != "setup_fee" and any(span.fixed is None for span in lot.spans)


def _fee_parts(fee: int, lots: list[Lot], on: date) -> list[int]:
    weights = [lot.value_left(on) for lot in lots]
    return largest_remainder(fee, weights if any(weights) else [1] * len(lots))


def _extended_lot(order: Extend, lot: Lot, fee: int, on: date) -> ExtendedLot:
    """The lot keeps its grace; what a time line has not earned is spread over the days after
    the command's date (7.7).
    """
    grace = lot.lapses - lot.expires if lot.lapses and lot.expires else 0 * ONE_DAY
    extended = ExtendedLot(
        line=lot.line,
        grant=lot.grant,
        ends=order.until + ONE_DAY,
        lapses=order.until + grace,
        fee=fee,
    )
    if not lot.is_time:
        return extended
    return extended.model_copy(
        update={
            "recognised": lot.running_earned(on),
            "amount": lot.value_left(on) + fee,
            "starts": max(on + ONE_DAY, lot.starts),
        }
    )


def expire(context: Context, order: Expire, state: Subscription) -> Decision:
    """Expires what is due by the command's day, each lot on its own last day (7.6), and lapses
    the cycles that nobody paid (6.3).

    A last day must be over by the clock: until then a visit may still use it.
    """
    through = min(context.on, context.today - ONE_DAY)
    draft = Draft(context, state)
    draft.take(expire_due(context, state, through))
    bring(draft, date.min, through)
    lapsed = [new.event.grant for new in draft.events if isinstance(new.event, e.LotExpired)]
    return Decided(tuple(draft.events), {"expired": lapsed})


def void_sale(context: Context, order: VoidSale, state: Subscription) -> Decision:
    """Unwinds a sale on which no money was received (row 36; accounting.md 8.6)."""
    if state.received:
        return Refused(Code.AMOUNT_MISMATCH, "Money was received on this sale; refund it instead.")
    if state.written_off:
        return Refused(Code.AMOUNT_MISMATCH, "What was delivered on this sale is written off.")
    if state.party is not None:
        problem = "The sale counts as one contract with others; lower its price by a credit note."
        return Refused(Code.AMOUNT_MISMATCH, problem, "data.subscription")
    refusal = _has_ended(state)
    if refusal is not None:
        return refusal
    delivered = sum(lot.earned_by(context.on) for lot in state.lots.values())
    if delivered and not state.receivable:
        return Refused(
            Code.AMOUNT_MISMATCH, "Services were delivered ahead of payment; bill or write off."
        )
    lots = list(state.lots.values())
    voided = e.SaleVoided(
        shares=shares_of(lots, [max(lot.unearned(context.on), 0) for lot in lots]),
        delivered=delivered,
        tax=state.tax_funded,
        interest=state.interest_billed,
        receivable=state.receivable,
        reason=order.reason,
        approver=order.approver,
        sale=sale_of(state).sale,
    )
    return Decided((on_contract(context, order.subscription, voided),), {"voided": True})


def credit_note(context: Context, order: CreditNote, state: Subscription) -> Decision:
    """Lowers the price of what is still unpaid (row 35; interfaces.md 7.8): of a membership that of
    the earliest unpaid cycle, which is granted when it then lacks nothing.
    """
    refusal = _note_refusal(order, state) or _has_ended(state)
    if refusal is not None:
        return refusal
    tax = _noted_tax(state, order.amount)
    lots = [lot for lot in state.lots.values() if order.lines is None or lot.line in order.lines]
    billed = state.receivable > 0
    parts = reduced(lots, order.amount - tax, context.on, billed=billed)
    undelivered = sum(part.amount for part in parts)
    if undelivered < order.amount - tax and not billed:
        return Refused(
            Code.AMOUNT_MISMATCH,
            f"Only {undelivered + tax} of what is unpaid is undelivered.",
            "data.amount",
        )
    noted = e.CreditNoted(
        note=order.note,
        amount=order.amount,
        tax=tax,
        reductions=parts,
        shares=parts if billed else (),
        delivered=order.amount - tax - undelivered,
        receivable=order.amount if billed else 0,
        posted_tax=tax if billed else 0,
        reason=order.reason,
        approver=order.approver,
        sale=state.sale,
    )
    draft = Draft(context, state)
    draft.add(noted)
    grant_paid(draft)
    return Decided(
        tuple(draft.events),
        {"price": state.price - order.amount + tax, "owed": draft.state.owed},
    )


def _noted_tax(state: Subscription, amount: int) -> int:
    """The tax in the amount: as it was billed, else as a payment would bring it (4.10)."""
    return settled(state, amount)[-1] if state.receivable else split(state, amount).tax


def _note_refusal(order: CreditNote, state: Subscription) -> Refused | None:
    missing = next((name for name in order.lines or () if not state.lots_of(name)), None)
    if missing is not None:
        return Refused(Code.INVALID, f"The contract has no line {missing}.", "data.lines")
    if order.note in state.notes:
        return Refused(Code.DUPLICATE, f"Credit note {order.note} is recorded.", "data.note")
    unpaid = state.receivable or state.owed
    if order.amount > unpaid:
        return Refused(
            Code.AMOUNT_MISMATCH, f"Only {unpaid} is unpaid.", "data.amount", {"owed": unpaid}
        )
    return None
