"""Using: visits and their reversal, signatures, units held for a booking."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from aggregates import carrying, holding, visits
from aggregates.booking.orders import PlaceHold, ReleaseHold
from aggregates.booking.state import BOOKING
from aggregates.covering.holdings import Chart
from aggregates.patient.state import PATIENT
from aggregates.service.events import ServiceDefined
from aggregates.service.state import SERVICE
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.visit.orders import CarryOverUse, RecordVisit, ReverseConsumption, SignVisit
from aggregates.visit.state import VISIT, Visit
from commands.desk import Desk
from commands.permissions import lacks_approval
from commands.spec import Reads, Spec, unknown_subscription
from ledger.calendar import local_date
from ledger.changed import changed
from ledger.codes import Refused
from ledger.decider import Context, Decision


def record_visit(desk: Desk, context: Context, order: RecordVisit) -> Decision:
    services = desk.services((line.service for line in order.lines), context.at)
    chart = chart_of(desk, desk.visit(order.visit), order.patient, services)
    chart = changed(chart, policies=desk.clinic().policies(context.on))
    if any(line.points for line in order.lines):
        chart = changed(chart, estimates=desk.estimates())
    return visits.record_visit(context, order, chart)


def chart_of(
    desk: Desk, visit: Visit, patient: str, services: Mapping[str, ServiceDefined]
) -> Chart:
    """What covering a visit of the patient needs to know, shared contracts included."""
    known = desk.patient(patient)
    contracts = desk.subscriptions(known.subscriptions)
    holders = {state.sold.patient for state in contracts.values() if state.sold is not None}
    others = {key: desk.patient(key) for key in sorted(holders - {patient})}
    return Chart(visit, known, contracts, services, others)


def carry_over_use(desk: Desk, context: Context, order: CarryOverUse) -> Decision:
    contract = desk.subscription(order.subscription)
    if contract.sold is None:
        return unknown_subscription(order.subscription)
    named = [line.service for line in order.lines if line.service is not None]
    services = desk.services((*carrying.services_of(contract), *named), context.at)
    patient = desk.patient(contract.sold.patient)
    chart = Chart(desk.visit(order.visit), patient, {}, services)
    return carrying.carry_over_use(context, order, contract, chart, desk.clinic())


def sign_visit(desk: Desk, context: Context, order: SignVisit) -> Decision:
    visit = desk.visit(order.visit)
    rows = () if visit.recorded is None else visit.recorded.coverage
    drawn = dict.fromkeys(part.subscription for row in rows for part in row.draws)
    return visits.sign_visit(context, order, visit, desk.subscriptions(drawn))


def place_hold(desk: Desk, context: Context, order: PlaceHold) -> Decision:
    booking = desk.booking(order.booking)
    before = booking.placed.subscriptions if booking.placed is not None else ()
    wanted = dict.fromkeys((*desk.patient(order.patient).subscriptions, *before))
    services = desk.services((line.service for line in order.lines), context.at)
    on = day_of(order.booked_for, desk.clinic().timezone)
    contracts = desk.subscriptions(wanted)
    return holding.place_hold(context, order, on, booking, contracts, frozenset(services))


def day_of(booked_for: date, timezone: str) -> date:
    """The local day of the booked visit; a datetime is a date, too."""
    if isinstance(booked_for, datetime):
        return local_date(booked_for, timezone)
    return booked_for


def release_hold(desk: Desk, context: Context, order: ReleaseHold) -> Decision:
    booking = desk.booking(order.booking)
    before = booking.placed.subscriptions if booking.placed is not None else ()
    return holding.release_hold(context, order, booking, desk.subscriptions(before))


def reverse_consumption(desk: Desk, context: Context, order: ReverseConsumption) -> Decision:
    visit = desk.visit(order.visit)
    rows = visit.recorded.coverage if visit.recorded is not None else ()
    drawn = dict.fromkeys(drawn.subscription for row in rows for drawn in row.draws)
    contracts = desk.subscriptions(drawn)
    patients = {state.sold.patient for state in contracts.values() if state.sold is not None}
    patient = visit.recorded.patient if visit.recorded is not None else ""
    for key in sorted(patients | {patient}):
        desk.patient(key)
    chart = Chart(visit, desk.patient(patient), contracts, {})
    decision = visits.reverse_consumption(context, order, chart)
    if isinstance(decision, Refused):
        return decision
    if order.approver is None and is_own_and_fresh(desk, context, visit):
        return decision
    return lacks_approval(context, "reverse_consumption", order.approver) or decision


def is_own_and_fresh(desk: Desk, context: Context, visit: Visit) -> bool:
    """Whoever recorded a visit may take it back within minutes (reliability.md 6.7)."""
    if visit.recorded_at is None or visit.actor != context.actor:
        return False
    minutes = desk.clinic().policy("reversal_minutes", context.today)
    return bool(context.now - visit.recorded_at <= timedelta(minutes=minutes))


def _visit_reads(desk: Desk, order: RecordVisit) -> Reads:
    yield VISIT, desk.name("visit", order.visit)
    yield PATIENT, desk.name("patient", order.patient)
    for line in order.lines:
        yield SERVICE, desk.name("service", line.service)


def _use_reads(desk: Desk, order: CarryOverUse) -> Reads:
    yield VISIT, desk.name("visit", order.visit)
    yield SUBSCRIPTION, desk.name("subscription", order.subscription)


def _use_then_reads(desk: Desk, order: CarryOverUse) -> Reads:
    contract = desk.subscription(order.subscription)
    if contract.sold is not None:
        yield PATIENT, desk.name("patient", contract.sold.patient)
    for key in carrying.services_of(contract):
        yield SERVICE, desk.name("service", key)


def _hold_reads(desk: Desk, order: PlaceHold) -> Reads:
    yield BOOKING, desk.name("booking", order.booking)
    yield PATIENT, desk.name("patient", order.patient)
    for line in order.lines:
        yield SERVICE, desk.name("service", line.service)


def _roster_reads(desk: Desk, order: RecordVisit | PlaceHold) -> Reads:
    for key in desk.patient(order.patient).subscriptions:
        yield SUBSCRIPTION, desk.name("subscription", key)


SPECS = (
    Spec(
        "record_visit", RecordVisit, record_visit, _visit_reads, _roster_reads, frozenset({"visit"})
    ),
    Spec(
        "carry_over_use",
        CarryOverUse,
        carry_over_use,
        _use_reads,
        _use_then_reads,
        frozenset({"visit"}),
    ),
    Spec("place_hold", PlaceHold, place_hold, _hold_reads, _roster_reads, frozenset({"booking"})),
    Spec("release_hold", ReleaseHold, release_hold),
    Spec("sign_visit", SignVisit, sign_visit),
    Spec("reverse_consumption", ReverseConsumption, reverse_consumption),
)
