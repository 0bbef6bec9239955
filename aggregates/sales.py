"""Sales and the money that comes in: contract, patient and payment in one decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregates.combining import combined
from aggregates.drafting import Draft
from aggregates.financing import funded_by
from aggregates.owing import bills_when_due, is_firm
from aggregates.patient import events as patient_events
from aggregates.patient.state import Patient
from aggregates.payment.events import ChargeRegistered, PaymentRegistered
from aggregates.payment.state import Payment
from aggregates.receiving import consent_missing, payable, payment_received
from aggregates.renewing import grant_paid, prepare_payment
from aggregates.selling import Catalogue, package_sold, price_of
from aggregates.service.events import ServiceDefined
from aggregates.subscription import events as e
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.funding import Funding
from aggregates.subscription.orders import (
    ConsentOrder,
    PaymentOrder,
    SellPackage,
    plain,
)
from aggregates.subscription.state import Subscription, sale_of
from aggregates.taxing import as_taxed
from aggregates.values import exact_json
from ledger.changed import changed
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision, staged
from ledger.events import Event, NewEvent
from ledger.ids import stream


@dataclass(frozen=True, slots=True)
class Earlier:
    """The patient's other contracts, which a sale may be combined with (accounting.md 2), and
    the services of what is left of them as they are priced now.
    """

    contracts: tuple[Subscription, ...] = ()
    services: Mapping[str, ServiceDefined] = field(default_factory=dict)


ALONE = Earlier()


@dataclass(frozen=True, slots=True)
class Account:
    """A contract with its patient and the stream of the payment in hand."""

    id: str
    contract: Subscription
    patient: Patient
    payment: Payment
    earlier: Earlier = ALONE

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
    order, price = as_taxed(order, price, catalogue.clinic.policies(context.on))
    sold = package_sold(context, order, catalogue, price, account.patient.state)
    if isinstance(sold, Refused):
        return sold
    contract = on_contract(context, order.subscription, sold)
    state = after(context, account.contract, [contract])
    services = {**account.earlier.services, **catalogue.services}
    others = account.earlier.contracts
    joined = combined(context, state, others, services)
    state = after(context, state, joined[-1:])
    due = _due_with_sale(context, order.subscription, state)
    added = patient_events.SubscriptionAdded(subscription=order.subscription)
    events = [contract, *joined, *due, on_patient(context, order.patient, added)]
    more = _with_sale(context, order, account, after(context, state, due))
    if isinstance(more, Refused):
        return more
    if order.members and not sold.shareable:
        return Refused(Code.NOT_TRANSFERABLE, "The offer cannot be shared.", "data.members")
    state = next(iter(more.states.values()))
    late = combined(context, state, others, services, paid=True)
    state = after(context, state, late[-1:])
    events += [*more.events, *_shared(context, order), *late]
    states = dict.fromkeys(more.states, state)
    return Decided(tuple(events), sale_data(sold, state) | more.data, states)


def _shared(context: Context, order: SellPackage) -> list[NewEvent]:
    """The contract on the rosters of those with whom it is shared from the start."""
    shared = patient_events.SubscriptionShared(subscription=order.subscription)
    return [on_patient(context, member, shared) for member in order.members]


def sale_data(sold: e.PackageSold, state: Subscription) -> dict[str, object]:
    """The answer to `sell_package` (interfaces.md 4)."""
    return {
        "price": sold.price,
        "tax": sold.tax,
        "owed": sold.price + state.interest + sold.tax + sold.setup_fee,
        "starts": sold.starts.isoformat(),
        "expires": None if sold.expires is None else sold.expires.isoformat(),
        "lines": [
            {
                "line": line.line,
                "ssp": exact_json(line.ssp),
                "allocated": state.lots[line.grant].allocated,
            }
            for line in sold.lines
        ],
    }


def _due_with_sale(context: Context, subscription: str, state: Subscription) -> list[NewEvent]:
    """What falls due by that day and becomes receivable, unpaid (row 4; 10.3)."""
    sold = sale_of(state)
    if not (bills_when_due(sold, firm=is_firm(sold)) and state.has_contract):
        return []
    events: list[NewEvent] = []
    for number, part in enumerate(sold.instalments, start=1):
        if part.due > context.on or not part.amount:
            continue
        fallen = instalment_due(state, number, part.amount, funded_by(state, part.amount))
        due = on_contract(context, subscription, fallen)
        state = after(context, state, [due])
        events.append(due)
    return events


def instalment_due(
    state: Subscription, number: int, amount: int, funding: Funding
) -> e.InstalmentDue:
    """An instalment that becomes receivable, split over what it pays for (4.10)."""
    return e.InstalmentDue(
        instalment=number,
        amount=amount,
        shares=funding.shares,
        tax=funding.tax,
        interest=funding.interest,
        sale=sale_of(state).sale,
    )


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
        state = payment.states[name]
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
    """Money for a contract: what was billed first, then the lines and the tax (4.10, 10.3).

    A membership's cycle that it completes is granted in the same append.
    """
    draft = Draft(context, account.contract)
    prepare_payment(draft, order)
    account = changed(account, contract=draft.state)
    refusal = _may_pay(context, order, account)
    if refusal is not None:
        return refusal
    received = payment_received(order, draft.state)
    draft.add(received)
    draft.events += _registered(context, order, account.id)
    draft.events += _store_credit(context, order, account, received.excess)
    grant_paid(draft, order.cycle_choice)
    data = {"payment": order.payment, "owed": draft.state.owed}
    return Decided(tuple(draft.events), data, {draft.stream: draft.state})


def _may_pay(context: Context, order: PaymentOrder, account: Account) -> Refused | None:
    contract = account.contract
    if account.payment.registered is not None:
        return Refused(Code.DUPLICATE, f"Payment {order.payment} is recorded.", "data.payment")
    currency = "" if contract.sold is None else contract.sold.currency
    if order.currency is not None and order.currency != currency:
        return Refused(
            Code.CURRENCY_MISMATCH, f"The clinic's currency is {currency}.", "data.currency"
        )
    if order.amount > payable(contract) and not context.is_service:
        return Refused(
            Code.AMOUNT_MISMATCH,
            f"The payment is larger than the {contract.owed} still owed.",
            "data.amount",
            {"owed": contract.owed},
        )
    if consent_missing(contract) and not context.is_service:
        return Refused(Code.CONSENT_REQUIRED, "The offer asks for a signed consent before payment.")
    if order.tender == "store_credit" and account.patient.store_credit < order.amount:
        return Refused(
            Code.NOT_ENOUGH_CREDIT,
            "The patient's store credit does not cover the payment.",
            "data.amount",
            {"store_credit": account.patient.store_credit},
        )
    return None


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
