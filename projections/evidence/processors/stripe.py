"""Stripe's evidence fields, for the offline-service product type (evidence.md 3.1)."""

from collections.abc import Callable
from typing import Any

from projections.evidence.case import Case, Traced
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

_SERVICE = ("service_date", "service_documentation", "customer_signature")
_CANCELLATION = ("cancellation_policy", "cancellation_policy_disclosure", "cancellation_rebuttal")
_REFUND = ("refund_policy", "refund_policy_disclosure", "refund_refusal_explanation")
#: The fields of a group beside those that every answer has. Refund policies stay out of 13.3
#: and 13.5, which ignore them (evidence.md 0.8).
_FIELDS: dict[Group, tuple[str, ...]] = {
    "card_present": _SERVICE,
    "card_absent": _SERVICE,
    "not_received": _SERVICE,
    "recurring": (*_CANCELLATION, "service_date", "service_documentation"),
    "described": ("service_date", "service_documentation"),
    "misrepresented": ("customer_signature",),
    "credit": (*_REFUND, *_CANCELLATION),
    "cancelled": (*_CANCELLATION, *_REFUND, "service_date", "service_documentation"),
    "duplicate": (
        "duplicate_charge_id",
        "duplicate_charge_explanation",
        "duplicate_charge_documentation",
    ),
    "general": ("service_date", "service_documentation"),
}

_TEXTS: dict[str, Callable[[Answer], str]] = {
    "service_date": lambda answer: ", ".join(service_dates(answer)),
    "cancellation_policy_disclosure": policy_disclosure,
    "refund_policy_disclosure": policy_disclosure,
    "cancellation_rebuttal": cancellation_rebuttal,
    "refund_refusal_explanation": refund_refusal,
    "duplicate_charge_explanation": distinct_charges,
    "duplicate_charge_id": lambda answer: ", ".join(other_charges(answer)[:1]),
}
#: The sections and classes of document that fill a file field.
_FILES: dict[str, tuple[str, ...]] = {
    "receipt": ("receipt",),
    "service_documentation": SERVED,
    "customer_signature": ("signed", "identity"),
    "customer_communication": (
        "messages",
        "communication",
        "cancellations",
        "cancellation",
        "remedies",
        "refund_requests",
        "refusal",
    ),
    "cancellation_policy": ("policy", "agreement"),
    "refund_policy": ("policy", "agreement"),
    "duplicate_charge_documentation": ("payments", "receipt"),
}
_ALWAYS = ("receipt", "customer_communication")
#: Our names of the traces, in theirs.
_TRACES = {
    "ip": "customer_purchase_ip",
    "device": "customer_device_id",
    "device_fingerprint": "customer_device_fingerprint",
    "email": "customer_email_address",
    "account": "customer_account_id",
}


def fields(answer: Answer, case: Case) -> dict[str, Any]:
    """Texts, and for each file field the path of the file to upload."""
    return present(
        {
            **_named(answer),
            "product_description": description(answer),
            "uncategorized_text": answer.letter,
            "uncategorized_file": PACKET,
            **answer.texts,
            "enhanced_evidence": enhanced(answer, case),
        }
    )


def _named(answer: Answer) -> dict[str, str | None]:
    wanted = dict.fromkeys((*_ALWAYS, *_FIELDS.get(answer.assessment.found.group, ())))
    return {
        name: answer.file(name, *_FILES[name]) if name in _FILES else _TEXTS[name](answer)
        for name in wanted
    }


def enhanced(answer: Answer, case: Case) -> dict[str, Any]:
    """Visa Compelling Evidence 3.0 where the pair qualifies (evidence.md 4.1)."""
    found = answer.assessment.found.ce3
    if found.verdict != "qualified" or case.disputed is None:
        return {}
    names = found.elements
    words = description(answer)
    return {
        "visa_compelling_evidence_3": {
            "disputed_transaction": {
                **_traces(case.disputed, names),
                "merchandise_or_services": "services",
                "product_description": words,
            },
            "prior_undisputed_transactions": [
                {"charge": prior.charge, **_traces(prior, names), "product_description": words}
                for prior in found.priors
            ],
        }
    }


def _traces(payment: Traced, names: tuple[str, ...]) -> dict[str, str]:
    return {_TRACES[name]: payment.traces[name] for name in names}
