"""Store credit spent otherwise than on a contract: a visit's bill, a payout (row 34a)."""

from aggregates.patient.events import StoreCreditUsed
from aggregates.patient.state import Patient
from aggregates.payment.events import CreditUseRegistered
from aggregates.payment.state import CreditUse
from aggregates.sales import on_patient
from aggregates.subscription.correction_orders import UsedFor, UseStoreCredit
from aggregates.visit.state import Visit
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream


def use_store_credit(
    context: Context, order: UseStoreCredit, patient: Patient, visit: Visit, existing: CreditUse
) -> Decision:
    """Pays a visit of the patient, or pays the credit out; `visit` is empty for a payout."""
    paid = order.purpose.visit if isinstance(order.purpose, UsedFor) else None
    recorded = visit.recorded
    if paid is not None and (recorded is None or recorded.patient != order.patient):
        return Refused(
            Code.UNKNOWN_VISIT, f"{order.patient} has no visit {paid}.", "data.for.visit"
        )
    if existing.registered is not None:
        return Refused(Code.DUPLICATE, f"Use {order.use} is recorded.", "data.use")
    if order.amount > patient.store_credit:
        return Refused(
            Code.NOT_ENOUGH_CREDIT,
            f"The patient has {patient.store_credit} of store credit.",
            "data.amount",
            {"store_credit": patient.store_credit},
        )
    used = StoreCreditUsed(
        use=order.use,
        amount=order.amount,
        purpose="payout" if paid is None else "visit",
        visit=paid,
        reason=order.reason,
        location=None if recorded is None else recorded.location,
        provider=None if recorded is None else recorded.provider,
    )
    left = patient.store_credit - order.amount
    registered = CreditUseRegistered(use=order.use, patient=order.patient)
    events = (
        on_patient(context, order.patient, used),
        NewEvent(stream(context.clinic, "credit_use", order.use), registered),
    )
    return Decided(events, {"use": order.use, "store_credit": left})
