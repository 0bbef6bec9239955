"""Sales and the money that comes in: contract, patient and payment in one decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregates.patient import events as patient_events
from aggregates.patient.state import Patient
from aggregates.payment.events import ChargeRegistered, PaymentRegistered
from aggregates.payment.state import Payment
from aggregates.selling import Catalogue, package_sold, price_of
from aggregates.subscription import events as e
from aggregates.subscription.card import Payer
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.funding import split
from aggregates.subscription.orders import (
    ConsentOrder,
    PaymentOrder,
    SellPackage,
    plain,
)
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import exact_json
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision, staged
from ledger.events import Event, NewEvent
from ledger.ids import stream


@dataclass(frozen=True, slots=True)
class Account:
    """A contract with its patient and the stream of the payment in hand."""

    id: str
    contract: Subscription
    patient: Patient
    payment: Payment

    @property
    def patient_id(self) -> str:
        """Whose contract it is."""
        return sale_of(self.contract).patient


def after(context: Context, state: Subscription, events: Sequence[NewEvent]) -> Subscription:
    """The contract after events decided in the same append."""
    return SUBSCRIPTION.fold((staged(context, new) for new in events), state)


def on_contract(context: Context, subscription: str, event: Event) -> NewEvent:
    """An event on its way into the contract's stream."""
    return NewEvent(stream(context.clinic, "subscription", subscription), event)


def on_patient(context: Context, patient: str, event: Event) -> NewEvent:
    """An event on its way into the patient's stream."""
    return NewEvent(stream(context.clinic, "patient", patient), event)


def sell(context: Context, order: SellPackage, catalogue: Catalogue, account: Account) -> Decision:
    """A sale, with the consent and the payment it may carry, in one append."""
    price = price_of(order, catalogue.offer)
    is_invalid = isinstance(price, Refused) and price.code is Code.INVALID
    if account.contract.sold is not None and not is_invalid:
        return Refused(
            Code.DUPLICATE, f"Subscription {order.subscription} exists.", "data.subscription"
        )
    if isinstance(price, Refused):
        return price
    sold = package_sold(context, order, catalogue, price)
    contract = on_contract(context, order.subscription, sold)
    state = after(context, account.contract, [contract])
    events = [
        contract,
        *_due_with_sale(context, order.subscription, state),
        on_patient(
            context,
            order.patient,
            patient_events.SubscriptionAdded(subscription=order.subscription),
        ),
    ]
    more = _with_sale(context, order, account, after(context, state, events[1:-1]))
    if isinstance(more, Refused):
        return more
    events += more.events
    return Decided(tuple(events), sale_data(sold) | more.data, more.states)


def sale_data(sold: e.PackageSold) -> dict[str, object]:
    """The answer to `sell_package` (interfaces.md 4)."""
    return {
        "price": sold.price,
        "tax": sold.tax,
        "owed": sold.price + sold.tax,
        "starts": sold.starts.isoformat(),
        "expires": None if sold.expires is None else sold.expires.isoformat(),
        "lines": [
            {"line": line.line, "ssp": exact_json(line.ssp), "allocated": line.allocated}
            for line in sold.lines
        ],
    }


def _due_with_sale(context: Context, subscription: str, state: Subscription) -> list[NewEvent]:
    """What falls due that day on a contract that cannot be cancelled (row 4; 10.3)."""
    sold = state.sold
    if sold is None or sold.billing.cancellable or not sold.price + sold.tax:
        return []
    funding = split(state, sold.price + sold.tax)
    due = e.InstalmentDue(
        instalment=1,
        amount=sold.price + sold.tax,
        shares=funding.shares,
        tax=funding.tax,
        sale=sold.sale,
    )
    return [on_contract(context, subscription, due)]


def _with_sale(
    context: Context, order: SellPackage, account: Account, state: Subscription
) -> Decided | Refused:
    name = stream(context.clinic, "subscription", order.subscription)
    events: list[NewEvent] = []
    data: dict[str, object] = {}
    if order.consent is not None:
        consent = record_consent(context, order.subscription, order.consent, state)
        if isinstance(consent, Refused):
            return consent
        state = after(context, state, consent.events)
        events += consent.events
    if order.payment is not None:
        new = Account(order.subscription, state, account.patient, account.payment)
        payment = pay(context, order.payment, new)
        if isinstance(payment, Refused):
            return payment
        paid = [new for new in payment.events if new.stream == name]
        state = after(context, state, paid)
        events += payment.events
        data = {"owed": payment.data["owed"]}
    return Decided(tuple(events), data, {name: state})


def record_consent(
    context: Context, subscription: str, order: ConsentOrder, state: Subscription
) -> Decided | Refused:
    """A signed document; its clauses are what the forfeiture guard asks for (7.6)."""
    if order.consent in state.consents:
        return Refused(Code.DUPLICATE, f"Consent {order.consent} is recorded.", "data.consent")
    fields = plain(order)
    fields.pop("subscription", None)
    fields["copy_communication"] = fields.pop("copy_", None)
    consented = e.ConsentRecorded.model_validate(fields)
    return Decided((on_contract(context, subscription, consented),), {"consent": order.consent})


def pay(context: Context, order: PaymentOrder, account: Account) -> Decided | Refused:
    """Money for a contract: what was billed first, then the lines and the tax (4.10, 10.3)."""
    refusal = _may_pay(context, order, account)
    if refusal is not None:
        return refusal
    received = payment_received(context, order, account.contract)
    events = [
        on_contract(context, account.id, received),
        *_registered(context, order, account.id),
        *_store_credit(context, order, account, received.excess),
    ]
    owed = max(account.contract.owed - order.amount, 0)
    return Decided(tuple(events), {"payment": order.payment, "owed": owed})


def _may_pay(context: Context, order: PaymentOrder, account: Account) -> Refused | None:
    contract = account.contract
    if account.payment.registered is not None:
        return Refused(Code.DUPLICATE, f"Payment {order.payment} is recorded.", "data.payment")
    currency = "" if contract.sold is None else contract.sold.currency
    if order.currency is not None and order.currency != currency:
        return Refused(
            Code.CURRENCY_MISMATCH, f"The clinic's currency is {currency}.", "data.currency"
        )
    if order.amount > contract.owed and not context.is_service:
        return Refused(
            Code.AMOUNT_MISMATCH,
            f"The payment is larger than the {contract.owed} still owed.",
            "data.amount",
            {"owed": contract.owed},
        )
    if _consent_missing(contract) and not context.is_service:
        return Refused(Code.CONSENT_REQUIRED, "The offer asks for a signed consent before payment.")
    if order.tender == "store_credit" and account.patient.store_credit < order.amount:
        return Refused(
            Code.NOT_ENOUGH_CREDIT,
            "The patient's store credit does not cover the payment.",
            "data.amount",
            {"store_credit": account.patient.store_credit},
        )
    return None


def _consent_missing(contract: Subscription) -> bool:
    sold = contract.sold
    return sold is not None and sold.requires_consent and not contract.consents


def payment_received(
    context: Context, order: PaymentOrder, contract: Subscription
) -> e.PaymentReceived:
    """The event of a payment, split over the contract; what exceeds it is `excess` (2180)."""
    wanted = min(order.amount, contract.owed)
    billed = min(wanted, contract.receivable)
    funding = split(contract, wanted - billed, order.tax)
    return e.PaymentReceived(
        payment=order.payment,
        amount=order.amount,
        tender=order.tender,
        receivable=billed,
        shares=funding.shares,
        tax=funding.tax,
        excess=order.amount - wanted + funding.excess,
        fee=order.fee,
        consent_missing=_consent_missing(contract),
        sale=sale_of(contract).sale,
        charge=order.charge,
        intent=order.intent,
        processor=order.processor,
        network_transaction=order.network_transaction,
        card=order.card,
        traces=_traces(order),
    )


def _traces(order: PaymentOrder) -> Payer | None:
    device = order.device
    traces = {
        "ip": order.ip,
        "device": None if device is None else device.id,
        "device_fingerprint": None if device is None else device.fingerprint,
        "email": order.email,
        "account": order.account,
    }
    return Payer(**traces) if any(traces.values()) else None


def _registered(context: Context, order: PaymentOrder, subscription: str) -> list[NewEvent]:
    payment = PaymentRegistered(
        payment=order.payment,
        subscription=subscription,
        amount=order.amount,
        tender=order.tender,
        fee=order.fee,
        charge=order.charge,
    )
    events = [NewEvent(stream(context.clinic, "payment", order.payment), payment)]
    if order.charge is not None:
        part = ChargeRegistered(
            charge=order.charge,
            payment=order.payment,
            subscription=subscription,
            amount=order.amount,
        )
        events.append(NewEvent(stream(context.clinic, "charge", order.charge), part))
    return events


def _store_credit(
    context: Context, order: PaymentOrder, account: Account, excess: int
) -> list[NewEvent]:
    events = []
    if order.tender == "store_credit":
        spent = patient_events.StoreCreditApplied(
            amount=order.amount, subscription=account.id, cause="payment", payment=order.payment
        )
        events.append(on_patient(context, account.patient_id, spent))
    if excess:
        added = patient_events.StoreCreditAdded(
            amount=excess, subscription=account.id, cause="overpaid"
        )
        events.append(on_patient(context, account.patient_id, added))
    return events
