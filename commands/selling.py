"""Selling and paying: sales, consents, payments, voids, credit notes, payouts."""

from aggregates import changing, payouts, sales
from aggregates.combining import services_left
from aggregates.estimate.state import Estimates
from aggregates.offer.events import OfferPublished
from aggregates.offer.lines import PointsLine
from aggregates.offer.state import OFFER
from aggregates.patient.state import PATIENT
from aggregates.payment.state import PAYMENT
from aggregates.payout.orders import RecordPayout
from aggregates.sales import ALONE, Account, Earlier
from aggregates.selling import Catalogue, services_of
from aggregates.service.state import SERVICE
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.orders import (
    CreditNote,
    PaymentOrder,
    RecordConsent,
    RecordPayment,
    SellPackage,
    VoidSale,
)
from commands.contracts import approved, on_contract
from commands.desk import Desk
from commands.spec import Reads, Spec, unknown_subscription
from ledger.changed import changed
from ledger.codes import Code, Refused
from ledger.decider import Context, Decision


def sell_package(desk: Desk, context: Context, order: SellPackage) -> Decision:
    offer = desk.offer(order.offer).at(context.at, order.version)
    if offer is None:
        return Refused(Code.UNKNOWN_OFFER, f"No offer {order.offer} by then.", "data.offer")
    where = order.location
    if where is not None and offer.locations and where not in offer.locations:
        return Refused(Code.INVALID, f"The offer is not sold at location {where}.", "data.location")
    for member in order.members:
        desk.patient(member)
    services = desk.services(services_of(offer.lines), context.at)
    catalogue = Catalogue(desk.clinic(), offer, services, estimates_for(desk, offer))
    account = changed(_account(desk, order, order.payment), earlier=_earlier(desk, context, order))
    return sales.sell(context, order, catalogue, account)


def _earlier(desk: Desk, context: Context, order: SellPackage) -> Earlier:
    """The patient's own contracts, where the sale says that it may belong to one of them."""
    if order.invoice is None and order.promotion is None:
        return ALONE
    known = desk.subscriptions(desk.patient(order.patient).subscriptions)
    services = desk.services(services_left(known), context.at)
    return Earlier(tuple(known.values()), services)


def estimates_for(desk: Desk, offer: OfferPublished) -> Estimates:
    """What is estimated, as far as the price of the offer's lines follows from it (4.1)."""
    earns = any(isinstance(line, PointsLine) for line in offer.lines)
    return desk.estimates() if earns else Estimates()


def _account(
    desk: Desk, order: SellPackage | RecordPayment, payment: PaymentOrder | None
) -> Account:
    contract = desk.subscription(order.subscription)
    patient = order.patient if isinstance(order, SellPackage) else None
    if patient is None and contract.sold is not None:
        patient = contract.sold.patient
    if payment is not None and payment.charge is not None:
        desk.charge(payment.charge)
    return Account(
        order.subscription,
        contract,
        desk.patient(patient or ""),
        desk.payment(payment.payment if payment is not None else ""),
    )


def record_consent(desk: Desk, context: Context, order: RecordConsent) -> Decision:
    contract = desk.subscription(order.subscription)
    if contract.sold is None:
        return unknown_subscription(order.subscription)
    return sales.record_consent(context, order.subscription, order, contract)


def record_payment(desk: Desk, context: Context, order: RecordPayment) -> Decision:
    if desk.subscription(order.subscription).sold is None:
        return unknown_subscription(order.subscription)
    return sales.pay(context, order, _account(desk, order, order))


def record_payout(desk: Desk, context: Context, order: RecordPayout) -> Decision:
    payments = desk.payments(order.payments)
    refunds = {key: desk.refund(key) for key in order.refunds}
    disputes = {key: desk.dispute(key) for key in order.disputes}
    refusal = payouts.unknown_part(order, payments, refunds, disputes)
    if refusal is not None:
        return refusal
    existing = desk.payout(order.payout)
    return payouts.record_payout(context, order, existing, payments, refunds, disputes)


def _sale_reads(desk: Desk, order: SellPackage) -> Reads:
    yield OFFER, desk.name("offer", order.offer)
    yield SUBSCRIPTION, desk.name("subscription", order.subscription)
    for key in (order.patient, *order.members):
        yield PATIENT, desk.name("patient", key)
    yield PAYMENT, desk.name("payment", order.payment.payment if order.payment else "")


def _service_reads(desk: Desk, order: SellPackage) -> Reads:
    for _, offer in desk.offer(order.offer).versions[-1:]:
        for name in services_of(offer.lines):
            yield SERVICE, desk.name("service", name)


def _payment_reads(desk: Desk, order: RecordPayment) -> Reads:
    yield SUBSCRIPTION, desk.name("subscription", order.subscription)
    yield PAYMENT, desk.name("payment", order.payment)


def _payer_reads(desk: Desk, order: RecordPayment) -> Reads:
    contract = desk.subscription(order.subscription)
    if contract.sold is not None:
        yield PATIENT, desk.name("patient", contract.sold.patient)


_MONEY = frozenset({"payment", "charge"})
_SALE = _MONEY | {"subscription", "patient"}

SPECS = (
    Spec("sell_package", SellPackage, sell_package, _sale_reads, _service_reads, _SALE),
    Spec("record_consent", RecordConsent, record_consent),
    Spec("record_payment", RecordPayment, record_payment, _payment_reads, _payer_reads, _MONEY),
    Spec("void_sale", VoidSale, approved("void_sale", on_contract(changing.void_sale))),
    Spec("credit_note", CreditNote, approved("credit_note", on_contract(changing.credit_note))),
    Spec("record_payout", RecordPayout, record_payout),
)
