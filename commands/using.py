"""Using: visits and their reversal."""

from datetime import timedelta

from aggregates import visits
from aggregates.patient.state import PATIENT
from aggregates.service.state import SERVICE
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.visit.orders import RecordVisit, ReverseConsumption
from aggregates.visit.state import VISIT, Visit
from aggregates.visits import Chart
from commands.desk import Desk
from commands.permissions import lacks_approval
from commands.spec import Reads, Spec
from ledger.codes import Refused
from ledger.decider import Context, Decision


def record_visit(desk: Desk, context: Context, order: RecordVisit) -> Decision:
    patient = desk.patient(order.patient)
    chart = Chart(
        desk.visit(order.visit),
        patient,
        desk.subscriptions(patient.subscriptions),
        desk.services((line.service for line in order.lines), context.at),
    )
    return visits.record_visit(context, order, chart)


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
    if order.approver is None and _is_own_and_fresh(desk, context, visit):
        return decision
    return lacks_approval(context, "reverse_consumption", order.approver) or decision


def _is_own_and_fresh(desk: Desk, context: Context, visit: Visit) -> bool:
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


def _roster_reads(desk: Desk, order: RecordVisit) -> Reads:
    for key in desk.patient(order.patient).subscriptions:
        yield SUBSCRIPTION, desk.name("subscription", key)


SPECS = (
    Spec(
        "record_visit", RecordVisit, record_visit, _visit_reads, _roster_reads, frozenset({"visit"})
    ),
    Spec("reverse_consumption", ReverseConsumption, reverse_consumption),
)
