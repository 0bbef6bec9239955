"""The normalised facts of a case: each with its event's position, none with personal text."""

from collections.abc import Callable, Iterator
from typing import Any

from aggregates.document.events import DocumentAttached
from aggregates.subscription import events as e
from aggregates.subscription.line import SoldLine
from aggregates.visit.events import VisitRecorded
from ledger.quantity import text_of
from projections.evidence.assess import Assessment
from projections.evidence.disclosure import Disclosure
from projections.evidence.gather import Case, ContractFile
from projections.evidence.reasons import category
from projections.evidence.statement import statement

Fact = dict[str, Any]
PROFILE = "issuer_min"


def facts(case: Case, assessment: Assessment) -> dict[str, Any]:
    """The facts as the dispute found them; what was recorded later is marked `late`."""
    late = set(assessment.late)
    found: dict[str, Any] = {
        "profile": PROFILE,
        "as_of": case.as_of.isoformat(),
        "identifiers": identifiers(case),
        "sale": [_sale(contract) for contract in case.contracts],
        "consents": _each(case, _consents),
        "disclosure": [_disclosure(item) for item in assessment.found.disclosures],
        "payments": _payments(case),
        "charge_statement": {
            "lots": statement(case),
            "unused_value": assessment.found.unused.data(),
        },
        "visits": _each(case, _visits),
        "communications": _each(case, _messages),
        "refunds": _each(case, _refunds),
        "extensions": _each(case, _extensions),
        "documents": _documents(case),
    }
    for section in ("consents", "visits", "communications", "refunds", "extensions", "documents"):
        for fact in found[section]:
            fact["late"] = fact["position"] in late
    return found


def identifiers(case: Case) -> Fact:
    """Who, which charge, which dispute; of the card its brand and last four digits."""
    row, paid = case.payments[0]
    opened = case.opened
    card = paid.card
    code = opened.network_reason_code if opened else None
    return {
        "clinic": case.profile.defined.name if case.profile.defined else case.clinic,
        "charge": case.charge,
        "charge_amount": case.charged,
        "transaction_date": row.effective_on.isoformat(),
        "processor": paid.processor,
        "card": {"brand": card.brand, "last4": card.last4, "entry": card.entry} if card else None,
        "network": card.network if card else None,
        "arn": card.arn if card else None,
        "dispute": opened.dispute if opened else None,
        "amount": case.amount,
        "currency": opened.currency if opened else case.contracts[0].sold.currency,
        "reason": opened.reason if opened else None,
        "network_reason_code": code,
        "category": category(code, opened.reason if opened else None),
        "case_type": opened.case_type if opened else None,
        "opened_at": opened.opened_at.isoformat() if opened else None,
        "due_by": opened.due_by.isoformat() if opened and opened.due_by else None,
        "position": case.opening.position if case.opening else row.position,
    }


def cited(found: dict[str, Any]) -> list[int]:
    """Every event position named anywhere in the facts, in order."""
    return sorted(set(_positions(found)))


def _positions(value: object) -> Iterator[int]:
    if isinstance(value, list):
        for item in value:
            yield from _positions(item)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key in ("position", "visit_position") and isinstance(item, int):
            yield item
        elif key in ("facts", "late_entries"):
            yield from item
        else:
            yield from _positions(item)


def _each(case: Case, section: Callable[[ContractFile], list[Fact]]) -> list[Fact]:
    return [fact for contract in case.contracts for fact in section(contract)]


def _sale(contract: ContractFile) -> Fact:
    sold = contract.sold
    return {
        "subscription": contract.key,
        "name": sold.name,
        "sold_on": sold.sold_on.isoformat(),
        "starts": sold.starts.isoformat(),
        "expires": sold.expires.isoformat() if sold.expires else None,
        "price": sold.price,
        "tax": sold.tax,
        "currency": sold.currency,
        "plan": "one_time",
        "invoice": sold.invoice,
        "channel": sold.channel,
        "present": sold.present,
        "refund_formula": sold.refund.formula,
        "refund_fee": sold.refund.fee,
        "terms": sold.terms.model_dump() if sold.terms else None,
        "description_sha256": sold.description,
        "lines": [
            {
                "label": "Access" if line.kind == "access" else _line_label(contract, line),
                "quantity": None if line.quantity is None else text_of(line.quantity),
                "allocated": line.allocated,
            }
            for line in sold.lines
        ],
        "position": contract.history[0].position,
    }


def _line_label(contract: ContractFile, line: SoldLine) -> str:
    return ", ".join(dict.fromkeys(contract.labels[term.service] for term in line.services))


def _consents(contract: ContractFile) -> list[Fact]:
    return [
        {
            "kind": consent.kind,
            "document": consent.document.id,
            "version": consent.document.version,
            "sha256": consent.document.sha256,
            "method": consent.method,
            "signed_at": consent.signed_at.isoformat(),
            "shown_before_payment": consent.shown_before_payment,
            "shown": consent.shown.model_dump(mode="json") if consent.shown else None,
            "clauses": list(consent.clauses),
            "signer_relation": consent.signer_relation,
            "position": row.position,
        }
        for row, consent in contract.of(e.ConsentRecorded)
    ]


def _disclosure(item: Disclosure) -> Fact:
    return {
        "proper": item.proper,
        "identified": item.identified,
        "before_payment": item.before_payment,
        "position_counts": item.position,
        "accepted": item.accepted,
        "copy_delivered": item.copy_delivered,
        "position": item.consent.position if item.consent else None,
    }


def _payments(case: Case) -> list[Fact]:
    return [
        {
            "payment": paid.payment,
            "on": row.effective_on.isoformat(),
            "amount": paid.amount,
            "tender": paid.tender,
            "card": paid.card.model_dump(mode="json", exclude_none=True) if paid.card else None,
            "disputed": paid.charge == case.charge,
            "position": row.position,
        }
        for contract in case.contracts
        for row, paid in contract.of(e.PaymentReceived)
    ]


def _visits(contract: ContractFile) -> list[Fact]:
    return [
        {
            "visit": use.draw.visit,
            "on": use.drawn.effective_on.isoformat(),
            "status": use.draw.status,
            "label": contract.labels.get(use.draw.service, "Package visit"),
            "quantity": text_of(use.draw.quantity),
            "location": use.draw.location,
            "checked_in_at": _checked_in(use.visit),
            "signature_sha256": _signature(use.visit),
            "recorded_at": use.drawn.recorded_at.isoformat(),
            "recorded_by": use.drawn.role,
            "visit_position": use.visit_position,
            "position": use.drawn.position,
        }
        for use in contract.uses
    ]


def _checked_in(visit: VisitRecorded | None) -> str | None:
    return visit.attendance.checked_in_at.isoformat() if visit and visit.attendance else None


def _signature(visit: VisitRecorded | None) -> str | None:
    return visit.attendance.signature_sha256 if visit and visit.attendance else None


def _messages(contract: ContractFile) -> list[Fact]:
    return [
        {
            "kind": logged.kind,
            "direction": logged.direction,
            "channel": logged.channel,
            "sent_at": logged.sent_at.isoformat(),
            "status": message.state.status,
            "sha256": logged.sha256,
            "position": message.logged.position,
        }
        for message in contract.messages
        if (logged := message.state.logged) is not None and not logged.clinical
    ]


def _refunds(contract: ContractFile) -> list[Fact]:
    return [
        {
            "refund": refund.refund,
            "on": row.effective_on.isoformat(),
            "amount": refund.amount,
            "to": refund.to,
            "paid": refund.paid,
            "formula": refund.formula,
            "position": row.position,
        }
        for row, refund in contract.of(e.Refunded)
    ]


def _extensions(contract: ContractFile) -> list[Fact]:
    return [
        {
            "on": row.effective_on.isoformat(),
            "until": extended.until.isoformat(),
            "position": row.position,
        }
        for row, extended in contract.of(e.LotExtended)
    ]


def _documents(case: Case) -> list[Fact]:
    return [
        {
            "document": attached.document,
            "kind": attached.kind,
            "media_type": attached.media_type,
            "sha256": attached.sha256,
            "available": attached.sha256 in case.contents,
            "position": row.position,
        }
        for row in case.documents
        if isinstance(attached := row.event, DocumentAttached)
    ]
