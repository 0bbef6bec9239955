"""Setting up: the clinic, its services and its patients (interfaces.md 4)."""

from collections.abc import Iterator

from aggregates.clinic.calendars import KEY as CALENDAR
from aggregates.clinic.calendars import first_from, weeks_of
from aggregates.clinic.events import ClinicDefined, PolicySet
from aggregates.clinic.orders import DefineClinic, SetPolicy
from aggregates.clinic.policies import POLICIES, problem_with
from aggregates.clinic.state import Clinic
from aggregates.patient.events import PatientRegistered
from aggregates.patient.orders import RegisterPatient
from aggregates.service.events import ServiceDefined
from aggregates.service.orders import DefineService
from ledger import money
from ledger.calendar import is_zone
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
    for field, name in _time_zones(order):
        if not is_zone(name):
            return Refused(Code.INVALID, f"{name} is no time zone.", field)
    for key, value in order.policies.items():
        problem = problem_with(key, value)
        if problem is not None:
            return Refused(Code.INVALID, problem, f"data.policies.{key}")
    if clinic.defined is not None:
        return Refused(Code.DUPLICATE, f"Clinic {context.clinic} exists.", "clinic")
    return None


def _time_zones(order: DefineClinic) -> Iterator[tuple[str, str]]:
    yield "data.timezone", order.timezone
    for number, place in enumerate(order.locations):
        if place.timezone is not None:
            yield f"data.locations[{number}].timezone", place.timezone


def set_policy(context: Context, order: SetPolicy, clinic: Clinic) -> Decision:
    """A policy from a date in an open period; approver and requester differ (18)."""
    problem = problem_with(order.policy, order.value)
    if problem is not None:
        field = "data.value" if order.policy in POLICIES else "data.policy"
        return Refused(Code.INVALID, problem, field)
    closed = clinic.closed_for(order.effective)
    if closed is not None:
        return Refused(Code.PERIOD_CLOSED, closed, "data.effective")
    if order.policy == CALENDAR:
        begins = first_from(weeks_of(order.value), order.effective)
        if begins != order.effective:
            words = f"A calendar begins with a period, the next time on {begins}."
            return Refused(Code.INVALID, words, "data.effective")
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
