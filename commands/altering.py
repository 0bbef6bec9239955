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
from commands.desk import Desk
from commands.permissions import lacks_approval
from commands.spec import Spec, unknown_subscription
from ledger.calendar import end_of_day
from ledger.codes import Code, Refused
from ledger.decider import Context, Decision


def _contract(desk: Desk, key: str) -> Subscription | Refused:
    """The contract, with its patient at hand for store credit."""
    contract = desk.subscription(key)
    if contract.sold is None:
        return unknown_subscription(key)
    desk.patient(contract.sold.patient)
    return contract


def pause(desk: Desk, context: Context, order: PauseContract) -> Decision:
    found = _contract(desk, order.subscription)
    return found if isinstance(found, Refused) else pausing.pause(context, order, found)


def resume(desk: Desk, context: Context, order: ResumeContract) -> Decision:
    found = _contract(desk, order.subscription)
    return found if isinstance(found, Refused) else pausing.resume(context, order, found)


def cancel(desk: Desk, context: Context, order: Cancel) -> Decision:
    found = _contract(desk, order.subscription)
    return found if isinstance(found, Refused) else cancelling.cancel(context, order, found)


def change_plan(desk: Desk, context: Context, order: ChangePlan) -> Decision:
    offer = desk.offer(order.offer).at(context.at, order.version)
    if offer is None:
        return Refused(Code.UNKNOWN_OFFER, f"No offer {order.offer} by then.", "data.offer")
    found = _contract(desk, order.subscription)
    if isinstance(found, Refused):
        return found
    services = desk.services(services_of(offer.lines), context.at)
    catalogue = Catalogue(desk.clinic(), offer, services)
    return replanning.change_plan(context, order, found, catalogue)


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
    found = _contract(desk, order.subscription)
    if isinstance(found, Refused):
        return found
    decision = modifying.modify(context, order, found, services)
    if isinstance(decision, Refused):
        return decision
    return lacks_approval(context, "modify_contract", order.approver) or decision


def apply_changes(desk: Desk, context: Context, order: ApplyChanges) -> Decision:
    found = _contract(desk, order.subscription)
    return found if isinstance(found, Refused) else arranged.apply_changes(context, order, found)


def end_contract(desk: Desk, context: Context, order: EndContract) -> Decision:
    found = _contract(desk, order.subscription)
    return found if isinstance(found, Refused) else arranged.end_contract(context, order, found)


SPECS = (
    Spec("pause", PauseContract, pause),
    Spec("resume", ResumeContract, resume),
    Spec("cancel", Cancel, cancel),
    Spec("change_plan", ChangePlan, change_plan),
    Spec("modify_contract", ModifyContract, modify_contract),
    Spec("apply_changes", ApplyChanges, apply_changes),
    Spec("end_contract", EndContract, end_contract),
)
