"""Changing: extension, expiry, refund and its settlement."""

from aggregates import changing, refunding
from aggregates.subscription.orders import Expire, Extend, Refund, SettleRefund
from aggregates.subscription.state import Subscription
from commands.contracts import approved, on_contract
from commands.desk import Desk
from commands.permissions import MORE_THAN_ENTITLED, lacks_approval
from commands.spec import Spec, unknown_subscription
from ledger.codes import Code, Refused
from ledger.decider import Context, Decision


def refund(desk: Desk, context: Context, order: Refund) -> Decision:
    contract = desk.subscription(order.subscription)
    if contract.sold is None:
        return unknown_subscription(order.subscription)
    desk.patient(contract.sold.patient)
    required = _above_entitlement(context, order, contract)
    if required and context.role not in MORE_THAN_ENTITLED:
        return Refused(
            Code.FORBIDDEN,
            f"The role {context.role} may refund what the formula gives and no more.",
            "data.goodwill" if order.goodwill else "data.amount",
        )
    decision = refunding.refund(context, order, contract, desk.refund(order.refund))
    if isinstance(decision, Refused):
        return decision
    return lacks_approval(context, "refund", order.approver, required=required) or decision


def _above_entitlement(context: Context, order: Refund, contract: Subscription) -> bool:
    """More than the formula gives, or goodwill, needs a second person (accounting.md 8.1)."""
    terms = refunding.terms_of(context, order, contract)
    return isinstance(terms, refunding.Terms) and terms.chosen.amount > terms.entitled


def settle_refund(desk: Desk, context: Context, order: SettleRefund) -> Decision:
    registered = desk.refund(order.refund).registered
    if registered is None:
        return Refused(Code.UNKNOWN_REFUND, f"No refund {order.refund}.", "data.refund")
    contract = desk.subscription(registered.subscription)
    if contract.sold is not None:
        desk.patient(contract.sold.patient)
    return refunding.settle_refund(context, order, registered.subscription, contract)


SPECS = (
    Spec("extend", Extend, approved("extend", on_contract(changing.extend))),
    Spec("expire", Expire, on_contract(changing.expire, with_patient=True)),
    Spec("refund", Refund, refund),
    Spec("settle_refund", SettleRefund, settle_refund),
)
