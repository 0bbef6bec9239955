"""What is due to the state leaves the books, or goes back to its owner (rows 22, 23; 7.8)."""

from collections.abc import Mapping

from aggregates.patient.events import StoreCreditRemitted, StoreCreditReturned
from aggregates.patient.orders import ClaimUnclaimed, RemitUnclaimed
from aggregates.patient.state import Patient
from aggregates.sales import on_contract, on_patient
from aggregates.subscription.dormancy_events import (
    RefundBack,
    UnclaimedRemitted,
    UnclaimedReturned,
)
from aggregates.subscription.refund import RefundGiven
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import Share
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent


def unclaimed_refunds(state: Subscription) -> list[RefundGiven]:
    """The refunds due to the state that it was not paid yet."""
    return [one for one in state.refunds.values() if one.unclaimed and not one.remitted]


def unclaimed_of(state: Subscription) -> int:
    """What of a contract stands in 2300."""
    lots = sum(lot.unclaimed for lot in state.lots.values())
    return lots + sum(one.unclaimed for one in unclaimed_refunds(state))


def remit_unclaimed(
    context: Context,
    order: RemitUnclaimed,
    contracts: Mapping[str, Subscription],
    patients: Mapping[str, Patient],
) -> Decision:
    """Pays the state all that is due to it of these contracts and patients (row 22).

    The amount paid must be what the books say is due, to the cent.
    """
    of_contracts = {key: amount for key, one in contracts.items() if (amount := unclaimed_of(one))}
    of_patients = {key: one.unclaimed for key, one in patients.items() if one.unclaimed}
    due = sum(of_contracts.values()) + sum(of_patients.values())
    if order.amount != due:
        message = f"Of these, {due} is due to the state."
        return Refused(Code.AMOUNT_MISMATCH, message, "data.amount", {"due": due})
    events = [
        on_contract(context, key, _remitted(order, amount, contracts[key]))
        for key, amount in of_contracts.items()
    ]
    events += [
        on_patient(context, key, StoreCreditRemitted(remittance=order.remittance, amount=amount))
        for key, amount in of_patients.items()
    ]
    owners = len(of_contracts) + len(of_patients)
    return Decided(tuple(events), {"remittance": order.remittance, "owners": owners})


def _remitted(order: RemitUnclaimed, amount: int, state: Subscription) -> UnclaimedRemitted:
    return UnclaimedRemitted(remittance=order.remittance, amount=amount, sale=state.sale)


def claim_unclaimed(
    context: Context, order: ClaimUnclaimed, patient: Patient, contracts: Mapping[str, Subscription]
) -> Decision:
    """The owner came back before the state was paid (row 23): everything of his is held for him
    again, to be reinstated, cashed or spent.
    """
    own = {key: one for key, one in contracts.items() if sale_of(one).patient == order.patient}
    due = {key: amount for key, one in own.items() if (amount := unclaimed_of(one))}
    events: list[NewEvent] = [on_contract(context, key, returned(own[key])) for key in due]
    if patient.unclaimed:
        back = StoreCreditReturned(amount=patient.unclaimed)
        events.append(on_patient(context, order.patient, back))
    if not events:
        message = "Nothing of the patient's is due to the state."
        return Refused(Code.CONFLICT, message, "data.patient")
    amount = patient.unclaimed + sum(due.values())
    return Decided(tuple(events), {"patient": order.patient, "amount": amount})


def returned(state: Subscription, only: str | None = None) -> UnclaimedReturned:
    """What of a contract goes back to its owner: all of it, or `only` one refund."""
    lots = [lot for lot in state.lots.values() if lot.unclaimed and only is None]
    shares = tuple(
        Share(line=lot.line, grant=lot.grant, liability=lot.liability, amount=lot.unclaimed)
        for lot in lots
    )
    refunds = tuple(
        RefundBack(refund=one.refund, amount=one.unclaimed)
        for one in unclaimed_refunds(state)
        if only in (None, one.refund)
    )
    amount = sum(part.amount for part in shares) + sum(part.amount for part in refunds)
    return UnclaimedReturned(amount=amount, shares=shares, refunds=refunds, sale=state.sale)
