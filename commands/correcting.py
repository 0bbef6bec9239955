"""Correcting and sharing: moves, transfers, goodwill, members, reinstatement, write-off."""

from aggregates import (
    assessing,
    goodwill,
    moving,
    reinstating,
    sharing,
    store_credit,
    transferring,
    writing_off,
)
from aggregates.covering.holdings import Chart, holder_of
from aggregates.subscription.correction_orders import (
    AssessContract,
    GrantGoodwill,
    Reinstate,
    Share,
    TransferUnits,
    UsedFor,
    UseStoreCredit,
    WriteOff,
)
from aggregates.subscription.state import Subscription, sale_of
from aggregates.visit.orders import MoveConsumption
from commands.contracts import on_contract
from commands.desk import Desk
from commands.permissions import lacks_approval
from commands.spec import Spec
from commands.using import is_own_and_fresh
from ledger.codes import Code, Refused
from ledger.decider import Context, Decision


def move_consumption(desk: Desk, context: Context, order: MoveConsumption) -> Decision:
    visit = desk.visit(order.visit)
    rows = () if visit.recorded is None else visit.recorded.coverage
    moved = [row for row in rows if row.line == order.line]
    drawn = dict.fromkeys(drawn.subscription for row in moved for drawn in row.draws)
    contracts = desk.subscriptions(dict.fromkeys((*drawn, order.to_subscription)))
    known = [state for state in contracts.values() if state.sold is not None]
    holders = {key: desk.patient(key) for key in sorted({holder_of(state) for state in known})}
    services = desk.services((row.service for row in moved), visit.effective_at or context.at)
    patient = desk.patient(visit.recorded.patient if visit.recorded is not None else "")
    policies = desk.clinic().policies(visit.took_place or context.on)
    chart = Chart(visit, patient, contracts, services, holders, policies=policies)
    decision = moving.move_consumption(context, order, chart)
    if isinstance(decision, Refused):
        return decision
    if order.approver is None and is_own_and_fresh(desk, context, visit):
        return decision
    return lacks_approval(context, "move_consumption", order.approver) or decision


def transfer_units(desk: Desk, context: Context, order: TransferUnits) -> Decision:
    def decide(context: Context, order: TransferUnits, giver: Subscription) -> Decision:
        desk.patient(order.to_patient)
        target = desk.subscription(order.to_subscription)
        return transferring.transfer_units(context, order, giver, target)

    return on_contract(decide)(desk, context, order)


def grant_goodwill(desk: Desk, context: Context, order: GrantGoodwill) -> Decision:
    service = desk.services([order.service], context.at).get(order.service)
    if service is None:
        return Refused(
            Code.UNKNOWN_SERVICE, f"No service {order.service} was defined by then.", "data.service"
        )
    desk.patient(order.patient)
    key = order.subscription or context.command
    gift = goodwill.Gift(key, desk.subscription(key), desk.clinic(), service)
    return goodwill.grant_goodwill(context, order, gift)


def share(desk: Desk, context: Context, order: Share) -> Decision:
    desk.patient(order.patient)
    return on_contract(sharing.share)(desk, context, order)


def reinstate(desk: Desk, context: Context, order: Reinstate) -> Decision:
    def decide(context: Context, order: Reinstate, state: Subscription) -> Decision:
        patient = desk.patient(sale_of(state).patient)
        return reinstating.reinstate(context, order, state, patient)

    return on_contract(decide)(desk, context, order)


def use_store_credit(desk: Desk, context: Context, order: UseStoreCredit) -> Decision:
    paid = order.purpose.visit if isinstance(order.purpose, UsedFor) else ""
    patient = desk.patient(order.patient)
    known = desk.credit_use(order.use)
    return store_credit.use_store_credit(context, order, patient, desk.visit(paid), known)


SPECS = (
    Spec("move_consumption", MoveConsumption, move_consumption),
    Spec("transfer_units", TransferUnits, transfer_units),
    Spec("grant_goodwill", GrantGoodwill, grant_goodwill),
    Spec("share", Share, share),
    Spec("reinstate", Reinstate, reinstate),
    Spec("write_off", WriteOff, on_contract(writing_off.write_off)),
    Spec("use_store_credit", UseStoreCredit, use_store_credit),
    Spec(
        "assess_contract", AssessContract, on_contract(assessing.assess_contract, with_patient=True)
    ),
)
