"""Changing: extension, expiry, refund and its settlement."""

from aggregates import changing, refunding
from aggregates.subscription.orders import Expire, Extend, Refund, SettleRefund
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
    terms = refunding.terms_of(context, order, contract)
    above = _above_entitlement(terms)
    if above and context.role not in MORE_THAN_ENTITLED:
        return Refused(
            Code.FORBIDDEN,
            f"The role {context.role} may refund what the formula gives and no more.",
            "data.goodwill" if order.goodwill else "data.amount",
        )
    decision = refunding.refund(context, order, contract, desk.refund(order.refund))
    if isinstance(decision, Refused):
        return decision
    required = above or _above_limit(desk, context, terms)
    return lacks_approval(context, "refund", order.approver, required=required) or decision


def _above_entitlement(terms: refunding.Terms | Refused) -> bool:
    """More than the formula gives, or goodwill, needs a second person (accounting.md 8.1)."""
    return isinstance(terms, refunding.Terms) and terms.chosen.amount > terms.entitled


def _above_limit(desk: Desk, context: Context, terms: refunding.Terms | Refused) -> bool:
    """So does what the clinic lets nobody give back alone (reliability.md 6.7)."""
    limit = desk.clinic().policy("refund_alone", context.today)
    return isinstance(terms, refunding.Terms) and limit != "any" and terms.chosen.amount > limit


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
