"""How each event changes a subscription. Total over its events, and never refuses."""

from collections.abc import Callable
from typing import Any

from aggregates.subscription import (
    altering,
    combined,
    correcting,
    cycling,
    dormant,
    parting,
    using,
)
from aggregates.subscription import events as e
from aggregates.subscription.beginning import sold_lot
from aggregates.subscription.financed import interest_in
from aggregates.subscription.funding import settling
from aggregates.subscription.leaving import ExtendedLot
from aggregates.subscription.link_events import CommunicationLinked
from aggregates.subscription.lot import Lot
from aggregates.subscription.moves import Lapse
from aggregates.subscription.notice import Notice
from aggregates.subscription.regaining_events import LossReversed
from aggregates.subscription.serving import DELIVERER, Serving, lapsed_at
from aggregates.subscription.span import TimeSpan
from aggregates.subscription.state import NEW, Paid, Subscription
from aggregates.subscription.waiting import Freeze
from ledger.changed import changed, put
from ledger.decider import Decider, impossible
from ledger.events import Recorded

Step = Callable[[Subscription, Any, Recorded], Subscription]


def _sold(state: Subscription, event: e.PackageSold, recorded: Recorded) -> Subscription:
    ahead = event.contract_met and bool(event.policies.get("draw_before_payment"))
    first = cycling.first_cycle(event)
    pending = first is not None and first.status == "due"
    lots = {line.grant: sold_lot(line, runs_ahead=ahead, pending=pending) for line in event.lines}
    return changed(
        state,
        sold=event,
        lots=lots,
        price=event.price + event.setup_fee,
        tax=event.tax,
        interest=interest_in(event.financing),
        last_day=event.expires,
        members=event.members,
        cycles={} if first is None else {1: first},
        plan=cycling.first_plan(event),
        active_on=event.sold_on,
        sold_at=recorded.effective_at,
        serving=Serving() if event.policies.get("breakage_location") == DELIVERER else None,
    )


def _consented(state: Subscription, event: e.ConsentRecorded, _: Recorded) -> Subscription:
    return changed(
        state,
        consents=(*state.consents, event.consent),
        clauses=state.clauses | frozenset(event.clauses),
    )


def _fell_due(state: Subscription, event: e.InstalmentDue, _: Recorded) -> Subscription:
    due = {part.grant: part.amount for part in event.shares}
    lots = (
        changed(lot, funded=lot.funded + due[lot.grant], billed=lot.billed + due[lot.grant])
        for lot in state.lots.values()
        if lot.grant in due
    )
    return state.with_lots(
        lots,
        tax_funded=state.tax_funded + event.tax,
        receivable=state.receivable + event.amount,
        interest_funded=state.interest_funded + event.interest,
        interest_billed=state.interest_billed + event.interest,
    )


def _paid(state: Subscription, event: e.PaymentReceived, recorded: Recorded) -> Subscription:
    """Money settles what was billed, then funds the lines and the tax (rows 5, 6)."""
    old = settling(state, event.receivable)
    billed = {part.grant: part.amount for part in old.shares}
    funds = {part.grant: part.amount for part in event.shares}
    brought = {
        grant: billed.get(grant, 0) + funds.get(grant, 0)
        for grant in (state.lots if billed else funds)
    }
    lots = (
        changed(
            state.lots[grant],
            funded=state.lots[grant].funded + funds.get(grant, 0),
            billed=state.lots[grant].billed - billed.get(grant, 0),
            paid_in=state.lots[grant].paid_in + part,
        )
        for grant, part in brought.items()
        if part
    )
    payment = _payment(event, event.tax + old.tax, brought)
    state = correcting.recovered(state, event)
    return state.with_lots(
        lots,
        received=state.received + event.amount - event.excess,
        receivable=state.receivable - event.receivable,
        penalty=state.penalty - event.penalty,
        tax_funded=state.tax_funded + event.tax,
        interest_funded=state.interest_funded + event.interest,
        interest_billed=state.interest_billed - old.interest,
        paid_ex_tax=state.paid_ex_tax + sum(brought.values()),
        payments=put(state.payments, event.payment, payment),
        active_on=dormant.active_by(state, recorded.effective_on),
    )


def _payment(event: e.PaymentReceived, tax: int, brought: dict[str, int]) -> Paid:
    return Paid(
        payment=event.payment,
        amount=event.amount,
        tender=event.tender,
        tax=tax,
        shares=tuple((grant, amount) for grant, amount in brought.items() if amount),
        charge=event.charge,
        excess=event.excess,
    )


def _expired(state: Subscription, event: e.LotExpired, _: Recorded) -> Subscription:
    state = lapsed_at(using.unreserved(state, event.grant), event)
    lapsed = _moved(state.lots[event.grant], event, 1)
    if lapsed.remaining > 0:
        # Units frozen by a dispute stay behind: the lot goes on with what is left (4.9).
        lapsed = lapsed.rebased(0)
    return changed(
        state.with_lot(lapsed),
        waived=state.waived + event.waived + event.waived_tax,
        receivable=state.receivable - event.unbilled - event.unbilled_tax,
        forgone=state.forgone + event.unbilled + event.unbilled_tax,
        tax_funded=state.tax_funded - event.unbilled_tax,
        interest=state.interest - event.waived_interest,
    )


def _unexpired(state: Subscription, event: e.ExpiryReversed, _: Recorded) -> Subscription:
    waived = state.waived - event.waived - event.waived_tax
    back = _moved(state.lots[event.grant], event, -1)
    return changed(state.with_lot(back), waived=waived)


def _moved(lot: Lot, event: Lapse, sign: int) -> Lot:
    """The lot with units expired (`sign` 1) or back again (−1)."""
    return changed(
        lot,
        expired=lot.expired + sign * event.quantity,
        lapsed=lot.lapsed + sign * event.quantity,
        lapsed_value=lot.lapsed_value + sign * event.value,
        lapsed_funded=lot.lapsed_funded + sign * (event.gone + event.held),
        lapsed_tax=lot.lapsed_tax + sign * event.waived_tax,
        funded=lot.funded - sign * (event.gone + event.unbilled),
        billed=lot.billed - sign * event.unbilled,
        allocated=lot.allocated - sign * (event.gone + event.waived),
        held=lot.held + sign * event.held,
        lapsed_to=_went(event) or lot.lapsed_to,
    )


def _went(event: Lapse) -> str | None:
    """Where the value of expired units went; nowhere when they carried none."""
    parts = (("forfeited", event.forfeited), ("credited", event.credited), ("held", event.held))
    return next((name for name, amount in parts if amount), None)


def _extended(state: Subscription, event: e.LotExtended, recorded: Recorded) -> Subscription:
    for extended in event.lots:
        state = state.with_lot(_longer(state.lots[extended.grant], extended))
    last = None if state.last_day is None else max(state.last_day, event.until)
    return changed(
        state,
        price=state.price + event.fee,
        last_day=last,
        active_on=dormant.active_by(state, recorded.effective_on),
    )


def _longer(lot: Lot, extended: ExtendedLot) -> Lot:
    longer = changed(
        lot,
        ends=extended.ends,
        lapses=extended.lapses,
        allocated=lot.allocated + extended.fee,
    )
    if lot.is_time and extended.starts is not None:
        fresh = TimeSpan(extended.amount, extended.starts, extended.ends, pace=lot.sold.pace)
        return changed(longer, spans=(*parting.fixed(lot, extended.recognised), fresh))
    return longer.rebased(0, added=extended.fee) if extended.fee else longer


def _linked(state: Subscription, event: CommunicationLinked, _: Recorded) -> Subscription:
    """A later status keeps the day on which the message was sent, and what it was about."""
    before = {notice.communication: notice for notice in state.notices}
    known = before.get(event.communication)
    failed = event.failed or event.direction == "in"
    notice = (
        Notice(event.communication, event.kind, event.sent_on, failed)
        if known is None
        else changed(known, failed=failed)
    )
    return changed(state, notices=tuple((before | {event.communication: notice}).values()))


def _froze(state: Subscription, event: e.UnitsFrozen, _: Recorded) -> Subscription:
    for frozen in event.lots:
        lot = state.lots[frozen.grant]
        more, less = lot.frozen + frozen.quantity, lot.cleared + frozen.cleared
        state = state.with_lot(changed(lot, frozen=more, cleared=less))
    lots = tuple((lot.grant, lot.quantity) for lot in event.lots if lot.quantity)
    cleared = tuple((lot.grant, lot.cleared) for lot in event.lots if lot.cleared)
    held = Freeze(event.dispute, event.payment, lots, cleared)
    payment = changed(state.payments[event.payment], withdrawn=True)
    return changed(
        state,
        freezes=put(state.freezes, parting.freeze_key(event.dispute, event.payment), held),
        payments=put(state.payments, event.payment, payment),
    )


def _unchanged(state: Subscription, _event: e.ForfeitureHeld, _: Recorded) -> Subscription:
    return state


_STEPS: dict[type, Step] = {
    e.PackageSold: _sold,
    e.ConsentRecorded: _consented,
    e.InstalmentDue: _fell_due,
    e.PaymentReceived: _paid,
    e.LotExpired: _expired,
    e.ExpiryReversed: _unexpired,
    e.ForfeitureHeld: _unchanged,
    e.LotExtended: _extended,
    e.Refunded: parting.refunded,
    e.RefundSettled: parting.refund_settled,
    e.SaleVoided: parting.voided,
    e.CreditNoted: parting.noted,
    CommunicationLinked: _linked,
    e.UnitsFrozen: _froze,
    e.DisputeSettled: parting.dispute_settled,
    LossReversed: parting.loss_reversed,
    **using.STEPS,
    **correcting.STEPS,
    **cycling.STEPS,
    **altering.STEPS,
    **dormant.STEPS,
    **combined.STEPS,
}


def evolve(state: Subscription, recorded: Recorded) -> Subscription:
    """The state after one more event."""
    step = _STEPS.get(type(recorded.event))
    if step is None:
        raise impossible("subscription", recorded.event)
    return step(state, recorded.event, recorded)


SUBSCRIPTION: Decider[Subscription] = Decider(NEW, evolve)
