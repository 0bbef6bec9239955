"""Goodwill: units given without a purchase; they carry no value and post nothing (5.4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from aggregates.approving import approved_by
from aggregates.clinic.policies import of_contracts
from aggregates.clinic.state import Clinic
from aggregates.numbering import next_number
from aggregates.patient.events import SubscriptionAdded
from aggregates.sales import on_contract, on_patient
from aggregates.service.events import ServiceDefined
from aggregates.subscription.correction_events import GoodwillGranted
from aggregates.subscription.correction_orders import GrantGoodwill
from aggregates.subscription.events import PackageSold
from aggregates.subscription.line import ServiceTerm, SoldLine
from aggregates.subscription.state import Subscription
from aggregates.terms import OnceBilling, RefundTerms
from aggregates.values import SaleDimensions
from ledger.calendar import ONE_DAY
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent

GOODWILL = "goodwill"
"""The line of goodwill units, and the offer of a contract that holds nothing else."""


@dataclass(frozen=True, slots=True)
class Gift:
    """Where goodwill goes: an existing contract, or the one that begins with it, by its id."""

    id: str
    contract: Subscription
    clinic: Clinic
    service: ServiceDefined


def grant_goodwill(context: Context, order: GrantGoodwill, gift: Gift) -> Decision:
    """Units of a service, on a contract of the patient or on one of their own.

    The contract that the caller does not name has the id of the command.
    """
    approver = _may_grant(context, order, gift) or approved_by(context, order.approver)
    if isinstance(approver, Refused):
        return approver
    is_new = order.subscription is None
    sale = SaleDimensions(subscription=gift.id, offer=GOODWILL) if is_new else gift.contract.sale
    line = _goodwill_line(context.on, order, gift)
    granted = GoodwillGranted(
        patient=order.patient,
        lines=(line,),
        reason=order.reason,
        approver=approver,
        sale=sale,
    )
    begun = _begun(context, order, gift, sale) if is_new else []
    events = (*begun, on_contract(context, gift.id, granted))
    expires = None if line.ends is None else (line.ends - ONE_DAY).isoformat()
    answer = {"subscription": gift.id, "line": line.line, "grant": line.grant, "expires": expires}
    return Decided(events, answer)


def _may_grant(context: Context, order: GrantGoodwill, gift: Gift) -> Refused | None:
    if order.expires is not None and order.expires < context.on:
        return Refused(Code.INVALID, "The last day is over already.", "data.expires")
    sold = gift.contract.sold
    if order.subscription is None:
        problem = f"Subscription {gift.id} exists; name the one to grant on."
        return Refused(Code.DUPLICATE, problem, "id") if sold is not None else None
    if sold is None or order.patient not in (sold.patient, *gift.contract.members):
        problem = f"{order.patient} holds no subscription {order.subscription}."
        return Refused(Code.UNKNOWN_SUBSCRIPTION, problem, "data.subscription")
    last = gift.contract.last_day
    if order.expires is None and last is not None and last < context.on:
        return Refused(
            Code.EXPIRED, "The contract's last day is over; say until when.", "data.expires"
        )
    if gift.contract.ended is not None:
        problem = f"The contract has ended ({gift.contract.ended})."
        return Refused(Code.CANCELLED, problem, "data.subscription")
    return None


def _goodwill_line(on: date, order: GrantGoodwill, gift: Gift) -> SoldLine:
    """At no price, so that neither a refund nor a claw-back counts it."""
    line = _line_name(gift.contract, order.service)
    last = order.expires or gift.contract.last_day
    grace = _grace(gift.contract) if order.expires is None else 0
    term = ServiceTerm(
        service=order.service,
        list_price=0,
        ssp=Fraction(0),
        product=gift.service.product,
    )
    return SoldLine(
        line=line,
        grant=f"{line}.{next_number(gift.contract, line)}",
        kind="units",
        ssp=Fraction(0),
        allocated=0,
        liability="packages",
        starts=on,
        ends=None if last is None else last + ONE_DAY,
        lapses=None if last is None else last + timedelta(days=grace),
        quantity=order.quantity,
        services=(term,),
        bonus=True,
    )


def _grace(state: Subscription) -> int:
    return 0 if state.sold is None else state.sold.grace_days


def _line_name(state: Subscription, service: str) -> str:
    """The contract's goodwill line of that service, or the next free name for one."""
    number = 1
    while True:
        name = GOODWILL if number == 1 else f"{GOODWILL}-{number}"
        lots = [lot.sold for lot in state.lots_of(name)]
        if all(
            sold.bonus and [term.service for term in sold.services] == [service] for sold in lots
        ):
            return name
        number += 1


def _begun(
    context: Context, order: GrantGoodwill, gift: Gift, sale: SaleDimensions
) -> list[NewEvent]:
    """The contract that holds the gift; it sold nothing."""
    sold = PackageSold(
        subscription=gift.id,
        patient=order.patient,
        offer=GOODWILL,
        offer_version=0,
        name="Goodwill",
        sale=sale,
        currency=gift.clinic.currency,
        timezone=gift.clinic.timezone,
        sold_on=context.on,
        starts=context.on,
        expires=order.expires,
        price=0,
        tax=0,
        lines=(),
        instalments=(),
        billing=OnceBilling(),
        refund=RefundTerms(formula="none"),
        policies=of_contracts(gift.clinic.policies(context.on)),
    )
    return [
        on_contract(context, gift.id, sold),
        on_patient(context, order.patient, SubscriptionAdded(subscription=gift.id)),
    ]
