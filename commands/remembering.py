"""Answers from the command memory, and whom the texts of a command are about."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from aggregates.approval.orders import RequestApproval
from commands.desk import Desk
from commands.envelope import Envelope, Result, refused
from ledger.codes import Code, Refused
from ledger.events import Frozen
from ledger.personal import PersonalText
from ledger.store.store import Accepted


def answer(envelope: Envelope, request_hash: str, accepted: Accepted) -> Result:
    """The result of an accepted command; the same id with other content is refused for ever."""
    if request_hash != envelope.fingerprint:
        return conflicting(envelope)
    events = [
        {
            "position": ref.position,
            "type": ref.type,
            "stream": ref.stream,
            "version": ref.version,
        }
        for ref in accepted.events
    ]
    return Result(envelope.id, True, events, accepted.data, replayed=accepted.replayed)


def conflicting(envelope: Envelope) -> Result:
    """The refusal of an id that was accepted with other content."""
    problem = f"Command {envelope.id} was accepted with other content."
    return refused(envelope.id, Refused(Code.IDEMPOTENCY_CONFLICT, problem, "id"))


def about(desk: Desk, order: Frozen) -> str:
    """The patient a command concerns, else the clinic: whose erasure takes its texts along."""
    subject = order.command if isinstance(order, RequestApproval) else order
    for name, patient_of in _WAYS.items():
        key = getattr(subject, name, None)
        patient = patient_of(desk, key) if isinstance(key, str) else None
        if patient is not None:
            return patient
    return desk.clinic_id


def _of_contract(desk: Desk, subscription: str) -> str | None:
    sold = desk.subscription(subscription).sold
    return None if sold is None else sold.patient


def _of_visit(desk: Desk, visit: str) -> str | None:
    recorded = desk.visit(visit).recorded
    return None if recorded is None else recorded.patient


def _of_charge(desk: Desk, charge: str) -> str | None:
    parts = desk.charge(charge).parts
    return _of_contract(desk, parts[0].subscription) if parts else None


def _of_dispute(desk: Desk, dispute: str) -> str | None:
    opened = desk.dispute(dispute).opened
    return None if opened is None else _of_charge(desk, opened.charge)


#: How a command's fields lead to a patient, the most direct first.
_WAYS: dict[str, Callable[[Desk, str], str | None]] = {
    "patient": lambda _desk, patient: patient,
    "subscription": _of_contract,
    "visit": _of_visit,
    "charge": _of_charge,
    "dispute": _of_dispute,
}


def with_subject(
    desk: Desk, order: Frozen, texts: Sequence[PersonalText]
) -> tuple[PersonalText, ...]:
    """The texts with whom they are about."""
    if not texts:
        return ()
    subject = about(desk, order)
    return tuple(replace(text, subject=subject) for text in texts)
