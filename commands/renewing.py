"""Renewing: cycles and instalments that fall due, failed collections, signals."""

from aggregates import dormancy, renewing, signals
from aggregates.subscription.cycle_orders import Bill, Dormancy, RecordPaymentFailure, Renew, Signal
from commands.desk import Desk
from commands.spec import Spec, unknown_subscription
from ledger.decider import Context, Decision


def renew(desk: Desk, context: Context, order: Renew) -> Decision:
    contract = desk.subscription(order.subscription)
    if contract.sold is None:
        return unknown_subscription(order.subscription)
    desk.patient(contract.sold.patient)
    return renewing.renew(context, order, contract)


def bill(desk: Desk, context: Context, order: Bill) -> Decision:
    contract = desk.subscription(order.subscription)
    if contract.sold is None:
        return unknown_subscription(order.subscription)
    return renewing.bill(context, order, contract)


def signal(desk: Desk, context: Context, order: Signal) -> Decision:
    contract = desk.subscription(order.subscription)
    if contract.sold is None:
        return unknown_subscription(order.subscription)
    return signals.signal(context, order, contract)


def record_payment_failure(desk: Desk, context: Context, order: RecordPaymentFailure) -> Decision:
    contract = desk.subscription(order.subscription)
    if contract.sold is None:
        return unknown_subscription(order.subscription)
    return renewing.record_payment_failure(context, order, contract)


def reach_dormancy(desk: Desk, context: Context, order: Dormancy) -> Decision:
    contract = desk.subscription(order.subscription)
    if contract.sold is None:
        return unknown_subscription(order.subscription)
    return dormancy.reach_dormancy(context, order, contract)


SPECS = (
    Spec("renew", Renew, renew),
    Spec("bill", Bill, bill),
    Spec("signal", Signal, signal),
    Spec("dormancy", Dormancy, reach_dormancy),
    Spec("record_payment_failure", RecordPaymentFailure, record_payment_failure),
)
