"""Altering: pauses, cancellation, another plan, a modification, and what was arranged of them."""

from aggregates import arranged, cancelling, modifying, pausing, replanning
from aggregates.selling import Catalogue, services_of
from aggregates.subscription.change_orders import (
    ApplyChanges,
    Cancel,
    ChangePlan,
    EndContract,
    ModifyContract,
    PauseContract,
    ResumeContract,
)
from aggregates.subscription.state import Subscription
from commands.contracts import approved, on_contract
from commands.desk import Desk
from commands.selling import estimates_for
from commands.spec import Spec
from ledger.calendar import end_of_day
from ledger.codes import Code, Refused
from ledger.decider import Context, Decision


def change_plan(desk: Desk, context: Context, order: ChangePlan) -> Decision:
    offer = desk.offer(order.offer).at(context.at, order.version)
    if offer is None:
        return Refused(Code.UNKNOWN_OFFER, f"No offer {order.offer} by then.", "data.offer")

    def decide(context: Context, order: ChangePlan, contract: Subscription) -> Decision:
        services = desk.services(services_of(offer.lines), context.at)
        catalogue = Catalogue(desk.clinic(), offer, services, estimates_for(desk, offer))
        return replanning.change_plan(context, order, contract, catalogue)

    return on_contract(decide, with_patient=True)(desk, context, order)


def modify_contract(desk: Desk, context: Context, order: ModifyContract) -> Decision:
    contract = desk.subscription(order.subscription)
    asked = services_of(tuple(line.new_line() for line in order.lines if line.kind is not None))
    known = [term.service for lot in contract.lots.values() for term in lot.services]
    at = context.at
    if order.effective < context.on:
        at = end_of_day(order.effective, desk.clinic().timezone)
    services = desk.services((*asked, *known), at)
    missing = next((name for name in asked if name not in services), None)
    if missing is not None:
        return Refused(Code.UNKNOWN_SERVICE, f"No service {missing} by then.", "data.lines")

    def decide(context: Context, order: ModifyContract, contract: Subscription) -> Decision:
        return modifying.modify(context, order, contract, services)

    return on_contract(decide, with_patient=True)(desk, context, order)


SPECS = (
    Spec("pause", PauseContract, on_contract(pausing.pause, with_patient=True)),
    Spec("resume", ResumeContract, on_contract(pausing.resume, with_patient=True)),
    Spec("cancel", Cancel, on_contract(cancelling.cancel, with_patient=True)),
    Spec("change_plan", ChangePlan, change_plan),
    Spec("modify_contract", ModifyContract, approved("modify_contract", modify_contract)),
    Spec("apply_changes", ApplyChanges, on_contract(arranged.apply_changes, with_patient=True)),
    Spec("end_contract", EndContract, on_contract(arranged.end_contract, with_patient=True)),
)
