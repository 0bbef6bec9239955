"""Unclaimed property: store credit grows dormant, the state is paid, or the owner comes back."""

from aggregates import dormant_credit, unclaimed
from aggregates.patient.orders import ClaimUnclaimed, CreditDormancy, RemitUnclaimed
from commands.desk import Desk
from commands.spec import Spec, unknown_subscription
from ledger.decider import Context, Decision


def reach_credit_dormancy(desk: Desk, context: Context, order: CreditDormancy) -> Decision:
    patient = desk.patient(order.patient)
    return dormant_credit.reach_credit_dormancy(context, order, patient, desk.clinic())


def remit_unclaimed(desk: Desk, context: Context, order: RemitUnclaimed) -> Decision:
    contracts = desk.subscriptions(dict.fromkeys(order.subscriptions))
    for key, state in contracts.items():
        if state.sold is None:
            return unknown_subscription(key)
    patients = {key: desk.patient(key) for key in dict.fromkeys(order.patients)}
    return unclaimed.remit_unclaimed(context, order, contracts, patients)


def claim_unclaimed(desk: Desk, context: Context, order: ClaimUnclaimed) -> Decision:
    patient = desk.patient(order.patient)
    contracts = desk.subscriptions(patient.subscriptions)
    return unclaimed.claim_unclaimed(context, order, patient, contracts)


SPECS = (
    Spec("credit_dormancy", CreditDormancy, reach_credit_dormancy),
    Spec("remit_unclaimed", RemitUnclaimed, remit_unclaimed),
    Spec("claim_unclaimed", ClaimUnclaimed, claim_unclaimed),
)
