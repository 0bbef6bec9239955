"""Setting up: the clinic, its services, its patients and its offers (interfaces.md 4)."""

from collections.abc import Mapping
from typing import Any

from aggregates.clinic.events import ClinicDefined, PolicySet
from aggregates.clinic.orders import DefineClinic, SetPolicy
from aggregates.clinic.policies import POLICIES, problem_with
from aggregates.clinic.state import Clinic
from aggregates.offer.events import AccessLine, OfferPublished, UnitsLine
from aggregates.offer.orders import PublishOffer
from aggregates.offer.state import Offer
from aggregates.patient.events import PatientRegistered
from aggregates.patient.orders import RegisterPatient
from aggregates.service.events import ServiceDefined
from aggregates.service.orders import DefineService
from aggregates.terms import Description
from ledger import money
from ledger.calendar import Period, zone
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream


def define_clinic(context: Context, order: DefineClinic, clinic: Clinic) -> Decision:
    """A clinic with its currency, its calendar and the policies that differ from the defaults."""
    refusal = _clinic_refusal(context, order, clinic)
    if refusal is not None:
        return refusal
    defined = ClinicDefined(
        clinic=context.clinic,
        name=order.name,
        currency=order.currency,
        timezone=order.timezone,
        state=order.state,
        locations=order.locations,
        policies=order.policies,
    )
    return Decided(
        (NewEvent(stream(context.clinic, "clinic"), defined),), {"clinic": context.clinic}
    )


def _clinic_refusal(context: Context, order: DefineClinic, clinic: Clinic) -> Refused | None:
    if not money.is_currency(order.currency):
        return Refused(Code.INVALID, f"{order.currency} is no currency.", "data.currency")
    try:
        zone(order.timezone)
    except KeyError:
        return Refused(Code.INVALID, f"{order.timezone} is no time zone.", "data.timezone")
    for key, value in order.policies.items():
        problem = problem_with(key, value)
        if problem is not None:
            return Refused(Code.INVALID, problem, f"data.policies.{key}")
    if clinic.defined is not None:
        return Refused(Code.DUPLICATE, f"Clinic {context.clinic} exists.", "clinic")
    return None


def set_policy(context: Context, order: SetPolicy, clinic: Clinic) -> Decision:
    """A policy from a date in an open period; approver and requester differ (18)."""
    problem = problem_with(order.policy, order.value)
    if problem is not None:
        field = "data.value" if order.policy in POLICIES else "data.policy"
        return Refused(Code.INVALID, problem, field)
    locked = clinic.locked_through
    if locked is not None and Period.of(order.effective) <= locked:
        return Refused(
            Code.PERIOD_CLOSED, f"The books are closed through {locked}.", "data.effective"
        )
    if order.approver == context.actor:
        return Refused(
            Code.APPROVAL_REQUIRED, "Someone else must approve a policy.", "data.approver"
        )
    changed = PolicySet.model_validate(order.model_dump())
    return Decided(
        (NewEvent(stream(context.clinic, "clinic"), changed),),
        {"policy": order.policy, "value": order.value},
    )


def define_service(context: Context, order: DefineService) -> Decision:
    """A definition in force from the command's time; contracts sold before keep theirs."""
    defined = ServiceDefined.model_validate(order.model_dump(exclude_none=True))
    name = stream(context.clinic, "service", order.service)
    return Decided((NewEvent(name, defined),), {"service": order.service})


def register_patient(context: Context, order: RegisterPatient) -> Decision:
    """Personal data of a patient; the event keeps digests, the texts can be erased."""
    registered = PatientRegistered.model_validate(order.model_dump(exclude_none=True))
    name = stream(context.clinic, "patient", order.patient)
    return Decided((NewEvent(name, registered),), {"patient": order.patient})


def publish_offer(
    context: Context, order: PublishOffer, offer: Offer, services: Mapping[str, ServiceDefined]
) -> Decision:
    """The next version of an offer; every line must be priceable and must end (4.1)."""
    refusal = _offer_refusal(order, services)
    if refusal is not None:
        return refusal
    version = len(offer.versions) + 1
    published = OfferPublished(version=version, **_offer_fields(order))
    name = stream(context.clinic, "offer", order.offer)
    return Decided((NewEvent(name, published),), {"offer": order.offer, "version": version})


def _offer_fields(order: PublishOffer) -> dict[str, Any]:
    fields = {name: getattr(order, name) for name in PublishOffer.model_fields}
    shown = order.description
    digest = None if shown is None else shown.sha256 or shown.text
    fields["description"] = None if digest is None else Description(sha256=digest)
    return fields


def _offer_refusal(order: PublishOffer, services: Mapping[str, ServiceDefined]) -> Refused | None:
    """What is wrong with the offer itself comes before what it names (interfaces.md 3)."""
    seen: set[str] = set()
    for index, line in enumerate(order.lines):
        where = f"data.lines[{index}]"
        if line.line in seen:
            return Refused(Code.INVALID, f"Line {line.line} stands twice.", f"{where}.line")
        if isinstance(line, AccessLine) and line.expires_after is None and order.term is None:
            problem = "An access line needs expires_after or the offer a term."
            return Refused(Code.INVALID, problem, where)
        seen.add(line.line)
    for index, line in enumerate(order.lines):
        for name in line.services if isinstance(line, UnitsLine) else ():
            if name not in services:
                problem = f"No service {name} was defined by then."
                return Refused(Code.UNKNOWN_SERVICE, problem, f"data.lines[{index}].services")
    return None
