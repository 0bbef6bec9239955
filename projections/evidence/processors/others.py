"""The evidence models of the other processors (evidence.md 3.2)."""

from typing import Any

from projections.evidence.case import Case
from projections.evidence.codes.table import Group
from projections.evidence.processors.answer import (
    PACKET,
    SERVED,
    Answer,
    cancellation_rebuttal,
    description,
    distinct_charges,
    other_charges,
    policy_disclosure,
    present,
    refund_refusal,
    service_dates,
)

Item = dict[str, Any]


def square(answer: Answer, case: Case) -> list[Item]:
    """Evidence items of Square's types; the text of each is short, the packet has the rest."""
    files = {
        "SERVICE_RECEIVED_DOCUMENTATION": answer.file("service", *SERVED),
        "AUTHORIZATION_DOCUMENTATION": answer.file("authorization", "payments", "signed"),
        "CARDHOLDER_COMMUNICATION": answer.file("communication", "messages", "communication"),
        "CANCELLATION_OR_REFUND_DOCUMENTATION": answer.file(
            "cancellation",
            "policy",
            "agreement",
            "cancellations",
            "cancellation",
            "refunds",
            "refund_requests",
            "refusal",
        ),
        "GENERIC_EVIDENCE": PACKET,
    }
    if answer.assessment.found.group == "duplicate":
        files["DUPLICATE_CHARGE_DOCUMENTATION"] = answer.file("duplicate", "payments", "receipt")
    texts = {
        "REBUTTAL_EXPLANATION": answer.short,
        "CARDHOLDER_INFORMATION": answer.texts.get("customer_name"),
    }
    items = [{"evidence_type": kind, "evidence_text": text} for kind, text in texts.items() if text]
    return items + [{"evidence_type": kind, "file": path} for kind, path in files.items() if path]


def braintree(answer: Answer, case: Case) -> list[Item]:
    """Text and file evidence with Braintree's categories."""
    priors = answer.assessment.found.ce3.priors
    texts = [
        ("GENERAL", answer.long),
        ("PURCHASER_NAME", answer.texts.get("customer_name")),
        ("PURCHASER_EMAIL_ADDRESS", answer.texts.get("customer_email_address")),
        ("PURCHASER_IP_ADDRESS", answer.texts.get("customer_purchase_ip")),
    ]
    items: list[Item] = [{"category": kind, "content": text} for kind, text in texts if text]
    for number, prior in enumerate(priors, start=1):
        arn = prior.card.arn if prior.card else None
        dated = [("PRIOR_NON_DISPUTED_TRANSACTION_DATE_TIME", prior.on.isoformat())]
        dated += [("PRIOR_NON_DISPUTED_TRANSACTION_ARN", arn)] if arn else []
        items += [
            {"category": kind, "content": text, "sequence_number": number} for kind, text in dated
        ]
    files = {
        "PROOF_OF_POSSESSION_OR_USAGE": answer.file("usage", *SERVED),
        "SIGNED_ORDER_FORM": answer.file("order", "signed", "agreement"),
        "GENERAL": PACKET,
    }
    return items + [{"category": kind, "file": path} for kind, path in files.items() if path]


#: The evidence that leads, by group; the packet goes with all of them.
_PAYPAL: dict[Group, str] = {
    "not_received": "PROOF_FOR_SOFTWARE_OR_SERVICE_DELIVERED",
    "recurring": "BILLING_AGREEMENT",
    "described": "ITEM_DESCRIPTION",
    "misrepresented": "COPY_OF_CONTRACT",
    "credit": "PROOF_OF_REFUND",
    "cancelled": "RETURN_POLICY",
    "duplicate": "PROOF_OF_RECEIPT_COPY",
}


def paypal(answer: Answer, case: Case) -> list[Item]:
    """One evidence with the packet and the notes; refunds by their ids."""
    kind = _PAYPAL.get(answer.assessment.found.group, "OTHER")
    refunds = [item["refund"] for item in answer.facts["refunds"] if item["paid"]]
    evidence: Item = {
        "evidence_type": kind,
        "documents": [{"name": PACKET}],
        "notes": answer.long,
    }
    if refunds:
        evidence["evidence_info"] = {"refund_ids": [{"refund_id": name} for name in refunds]}
    return [evidence]


def adyen(answer: Answer, case: Case) -> Item:
    """The documents to supply; which defence reason takes them Adyen itself answers.

    Each argument with its items and whether they are there helps to choose it.
    """
    documents = [{"defenseDocumentTypeCode": "DefenseMaterial", "file": PACKET}]
    return {
        "defenseDocuments": [{**item, "contentType": "application/pdf"} for item in documents],
        "arguments": [item.argument for item in answer.assessment.arguments],
        "items": [
            {
                "item": item.item,
                "requirementLevel": _LEVELS[item.level],
                "satisfied": item.satisfied,
            }
            for item in answer.assessment.items
        ],
    }


_LEVELS = {"required": "Required", "one_of": "OneOrMore", "optional": "Optional"}
#: Networks whose answer is a few files at most: the packet alone, which holds every exhibit.
_ONE_FILE = ("amex", "discover", "diners")


def checkout(answer: Answer, case: Case) -> Item:
    """Checkout.com's pairs of file and text."""
    dates = service_dates(answer)
    found: Item = {
        "proof_of_delivery_or_service_text": answer.short,
        "proof_of_delivery_or_service_date": dates[-1] if dates else None,
        "additional_evidence_file": PACKET,
        "additional_evidence_text": answer.short,
    }
    if answer.network in _ONE_FILE:
        return present(found)
    found |= {
        "proof_of_delivery_or_service_file": answer.file("service", *SERVED),
        "invoice_or_receipt_file": answer.file("receipt", "receipt", "payments"),
        "customer_communication_file": answer.file("communication", "messages", "communication"),
        "refund_or_cancellation_policy_file": answer.file("policy", "policy", "agreement"),
    }
    if answer.assessment.found.group == "duplicate":
        found["invoice_showing_distinct_transactions_file"] = answer.file("distinct", "payments")
    if answer.assessment.found.renews:
        found["recurring_transaction_agreement_file"] = answer.file(
            "recurring", "agreement", "signed"
        )
    return present(found)


def shopify(answer: Answer, case: Case) -> Item:
    """Shopify Payments: Stripe's model in its own names; it submits by itself on the due date."""
    first, _, last = (answer.texts.get("customer_name") or "").partition(" ")
    texts = {
        "cancellationPolicyDisclosure": policy_disclosure(answer),
        "cancellationRebuttal": cancellation_rebuttal(answer),
        "refundPolicyDisclosure": policy_disclosure(answer),
        "refundRefusalExplanation": refund_refusal(answer),
        "customerEmailAddress": answer.texts.get("customer_email_address"),
        "customerFirstName": first,
        "customerLastName": last,
        "productDescription": description(answer),
        "uncategorizedText": "\n\n".join(filter(None, (answer.letter, _paired(answer)))),
    }
    files = {
        "serviceDocumentationFile": answer.file("service", *SERVED),
        "customerCommunicationFile": answer.file("communication", "messages", "communication"),
        "cancellationPolicyFile": answer.file("policy", "policy", "agreement"),
        "uncategorizedFile": PACKET,
    }
    return present({**texts, **files})


def _paired(answer: Answer) -> str:
    paired = answer.assessment.found.group == "duplicate" and other_charges(answer)
    return distinct_charges(answer) if paired else ""
