"""What a payment brings: to what was billed, to the lines and the tax, and what exceeds it."""

from aggregates.financing import funded_by
from aggregates.subscription import events as e
from aggregates.subscription.card import Payer
from aggregates.subscription.funding import settling, with_revenue
from aggregates.subscription.orders import PaymentOrder
from aggregates.subscription.state import Subscription


def payable(contract: Subscription) -> int:
    """What may be paid: what is owed, and what was written off and may still be recovered."""
    return contract.owed + contract.written_off


def consent_missing(contract: Subscription) -> bool:
    """Whether the offer asks for a signed consent that nobody gave yet."""
    sold = contract.sold
    return sold is not None and sold.requires_consent and not contract.consents


def payment_received(order: PaymentOrder, contract: Subscription) -> e.PaymentReceived:
    """The event of a payment, split over the contract; what exceeds it is `excess` (2180)."""
    wanted = min(order.amount, payable(contract))
    billed = min(wanted, contract.receivable)
    recovered = min(wanted - billed, contract.written_off)
    penalty = min(wanted - billed - recovered, contract.penalty)
    rest = wanted - billed - recovered - penalty
    deposit = 0 if contract.has_contract else rest
    funding = funded_by(contract, rest - deposit, order.tax)
    old = settling(contract, billed)
    return e.PaymentReceived(
        payment=order.payment,
        amount=order.amount,
        tender=order.tender,
        receivable=billed,
        shares=with_revenue(contract, funding.shares),
        tax=funding.tax,
        interest=funding.interest,
        recovered=recovered,
        penalty=penalty,
        deposit=deposit,
        excess=order.amount - wanted + funding.excess,
        fee=order.fee,
        settled=with_revenue(contract, old.shares),
        settled_tax=old.tax,
        settled_interest=old.interest,
        settled_amount=billed - old.excess,
        consent_missing=consent_missing(contract),
        sale=contract.sale,
        charge=order.charge,
        intent=order.intent,
        processor=order.processor,
        network_transaction=order.network_transaction,
        card=order.card,
        traces=_traces(order),
    )


def _traces(order: PaymentOrder) -> Payer | None:
    device = order.device
    if (order.ip, device, order.email, order.account) == (None, None, None, None):
        return None
    return Payer(
        ip=order.ip,
        device=None if device is None else device.id,
        device_fingerprint=None if device is None else device.fingerprint,
        email=order.email,
        account=order.account,
    )
