"""The contract test of a sale that failed it: deposits, what was delivered (accounting.md 2)."""

from collections.abc import Mapping
from dataclasses import replace

from aggregates.approving import approved_by
from aggregates.patient.events import StoreCreditAdded
from aggregates.sales import on_contract, on_patient
from aggregates.subscription.correction_events import ContractAssessed, Performed, RunningLot
from aggregates.subscription.correction_orders import AssessContract
from aggregates.subscription.funding import shares_of, split, with_revenue
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import Revenue
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision


def assess_contract(context: Context, order: AssessContract, state: Subscription) -> Decision:
    """Judges again whether there is a contract; once there is, row 8 books what had to wait."""
    approver = _may_assess(state) or approved_by(context, order.approver)
    if isinstance(approver, Refused):
        return approver
    judged = ContractAssessed(
        met=order.met, reason=order.reason, approver=approver, sale=sale_of(state).sale
    )
    event = booked(judged, state) if order.met else judged
    events = [on_contract(context, order.subscription, event)]
    if event.excess:
        added = StoreCreditAdded(
            amount=event.excess, subscription=order.subscription, cause="overpaid"
        )
        events.append(on_patient(context, sale_of(state).patient, added))
    return Decided(tuple(events), {"met": order.met, "deposit": event.deposit})


def _may_assess(state: Subscription) -> Refused | None:
    if not state.has_contract:
        return None
    return Refused(Code.DUPLICATE, "The contract test is met already.", "data.subscription")


def booked(
    judged: ContractAssessed, state: Subscription, tax: int | None = None
) -> ContractAssessed:
    """The deposit funds the lots; what was drawn of them is earned, the rest is liability.

    Of a contract that has ended it funds what is left of them, with its tax. `tax` fixes the
    part of it.
    """
    unpaid = replace(state, received=state.received - state.deposit, ended=None, ended_on=None)
    funding = split(unpaid, state.deposit, tax)
    performed = _performed(state)
    lots = list(state.lots.values())
    funded = {share.grant: share.amount for share in funding.shares}
    earned = dict.fromkeys(state.lots, 0)
    for part in performed:
        earned[part.grant] += part.amount
    moved = [funded.get(lot.grant, 0) - earned[lot.grant] for lot in lots]
    return judged.model_copy(
        update={
            "deposit": state.deposit,
            "tax": funding.tax,
            "excess": funding.excess,
            "funded": with_revenue(state, funding.shares),
            "shares": shares_of(lots, [max(amount, 0) for amount in moved]),
            "assets": shares_of(lots, [max(-amount, 0) for amount in moved]),
            "performed": performed,
            "running": tuple(running for lot in lots for running in _running(lot)),
        }
    )


def _performed(state: Subscription) -> tuple[Performed, ...]:
    """What draws will have earned, by lot and by where it is earned."""
    amounts: dict[tuple[str, Revenue], int] = {}
    payables: dict[tuple[str, Revenue], int] = {}
    for draw in state.unposted.values():
        key = (draw.grant, draw.revenue)
        amounts[key] = amounts.get(key, 0) + draw.amount
        payables[key] = payables.get(key, 0) + draw.payable
    return tuple(_part(state.lots, key, amounts[key], payables[key]) for key in amounts)


def _part(
    lots: Mapping[str, Lot], key: tuple[str, Revenue], amount: int, payable: int
) -> Performed:
    lot = lots[key[0]]
    return Performed(
        line=lot.line,
        grant=lot.grant,
        liability=lot.liability,
        revenue=key[1],
        amount=amount,
        payable=payable,
    )


def _running(lot: Lot) -> list[RunningLot]:
    """The stretch of days of a line of time, which the books do not know yet."""
    return [
        RunningLot(
            line=lot.line,
            grant=lot.grant,
            liability=lot.liability,
            amount=span.amount,
            starts=span.start,
            ends=span.end,
        )
        for span in lot.spans
        if span.fixed is None
    ]
