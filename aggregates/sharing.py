"""Sharing: other patients may use a contract whose offer allows it (interfaces.md 4)."""

from aggregates.patient.events import SubscriptionShared, SubscriptionUnshared
from aggregates.sales import on_contract, on_patient
from aggregates.subscription.correction_events import MemberAdded, MemberRemoved
from aggregates.subscription.correction_orders import Share
from aggregates.subscription.state import Subscription, sale_of
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision


def share(context: Context, order: Share, state: Subscription) -> Decision:
    """Adds a member to a contract, or removes one; what he used stays used."""
    refusal = _may_remove(order, state) if order.remove else _may_add(order, state)
    if refusal is not None:
        return refusal
    shared, joined = (
        (SubscriptionUnshared, MemberRemoved) if order.remove else (SubscriptionShared, MemberAdded)
    )
    others = [key for key in state.members if key != order.patient]
    return Decided(
        (
            on_contract(context, order.subscription, joined(patient=order.patient)),
            on_patient(context, order.patient, shared(subscription=order.subscription)),
        ),
        {"members": others if order.remove else [*others, order.patient]},
    )


def _may_remove(order: Share, state: Subscription) -> Refused | None:
    if order.patient in state.members:
        return None
    return Refused(Code.INVALID, f"{order.patient} is no member.", "data.patient")


def _may_add(order: Share, state: Subscription) -> Refused | None:
    sold = sale_of(state)
    if order.patient == sold.patient:
        return Refused(Code.INVALID, f"{order.patient} holds the contract.", "data.patient")
    if order.patient in state.members:
        return Refused(Code.DUPLICATE, f"{order.patient} is a member.", "data.patient")
    if not sold.shareable:
        return Refused(Code.NOT_TRANSFERABLE, "The contract cannot be shared.", "data.subscription")
    if state.ended is not None:
        return Refused(
            Code.CANCELLED, f"The contract has ended ({state.ended}).", "data.subscription"
        )
    return None
