"""What was sold, accepted and paid, as it was then."""

from typing import Any

from aggregates.subscription import events as e
from aggregates.subscription.financed import interest_in
from aggregates.subscription.line import SoldLine
from ledger.quantity import text_of
from projections.evidence.assessment.disclosure import Disclosure
from projections.evidence.case import NEUTRAL, Case, ContractFile
from projections.evidence.unused import LABELS, method

Fact = dict[str, Any]
_PLANS = {"once": "one_time", "plan": "installment", "recurring": "recurring"}


def sale(case: Case, contract: ContractFile) -> Fact:
    """The sale from its own event: later offers, prices and policies do not reach it."""
    sold = contract.sold
    return {
        "subscription": contract.key,
        "name": sold.name,
        "description": case.words.get(sold.description or ""),
        "description_sha256": sold.description,
        "sold_on": sold.sold_on.isoformat(),
        "starts": sold.starts.isoformat(),
        "expires": sold.expires.isoformat() if sold.expires else None,
        "price": sold.price + interest_in(sold.financing),
        "tax": sold.tax,
        "currency": sold.currency,
        "plan": _PLANS[sold.billing.kind],
        "invoice": sold.invoice,
        "channel": sold.channel,
        "present": sold.present,
        "refund_formula": method(contract),
        "refund_fee": sold.refund.fee,
        "terms": sold.terms.model_dump() if sold.terms else None,
        "lines": [
            {
                "label": line_label(contract, line),
                "quantity": None if line.quantity is None else text_of(line.quantity),
                "allocated": line.allocated,
            }
            for line in sold.lines
        ],
        "position": contract.of(e.PackageSold)[0][0].position,
    }


def line_label(contract: ContractFile, line: SoldLine) -> str:
    """A line as an issuer may see it."""
    if line.kind == "access":
        return "Access"
    labels = dict.fromkeys(contract.label(term.service) for term in line.services)
    return ", ".join(labels) if 0 < len(labels) <= LABELS else NEUTRAL


def consents(case: Case, contract: ContractFile) -> list[Fact]:
    """What was accepted, how, and where it was shown."""
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


def disclosed(item: Disclosure) -> Fact:
    """The five conditions of evidence.md 2.4."""
    return {
        "proper": item.proper,
        "identified": item.identified,
        "before_payment": item.before_payment,
        "position_counts": item.position,
        "accepted": item.accepted,
        "copy_delivered": item.copy_delivered,
        "position": item.consent.position if item.consent else None,
    }


def payments(case: Case, contract: ContractFile) -> list[Fact]:
    """Every payment of the contract; of a card its last four digits and how it was read."""
    return [
        {
            "payment": paid.payment,
            "on": row.effective_on.isoformat(),
            "amount": paid.amount,
            "tender": paid.tender,
            "charge": paid.charge,
            "card": _card(paid),
            "disputed": paid.charge == case.charge,
            "position": row.position,
        }
        for row, paid in contract.of(e.PaymentReceived)
    ]


def _card(paid: e.PaymentReceived) -> Fact | None:
    if paid.card is None:
        return None
    hidden = {"fingerprint", "mandate"}
    return paid.card.model_dump(mode="json", exclude_none=True, exclude=hidden)


def extensions(case: Case, contract: ContractFile) -> list[Fact]:
    """Each longer validity that was granted."""
    return [
        {
            "on": row.effective_on.isoformat(),
            "until": extended.until.isoformat(),
            "position": row.position,
        }
        for row, extended in contract.of(e.LotExtended)
    ]


def refunds(case: Case, contract: ContractFile) -> list[Fact]:
    """Each refund, and whether the money has left."""
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
