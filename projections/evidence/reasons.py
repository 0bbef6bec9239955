"""Reason codes as data: what a code asserts, what answers it, what must be shown.

The network's code decides; the processor's own word is the fallback (evidence.md 1.1, 2.6).
"""

from dataclasses import dataclass
from typing import Literal

Group = Literal[
    "card_present",
    "card_absent",
    "programme",
    "not_received",
    "recurring",
    "described",
    "misrepresented",
    "credit",
    "cancelled",
    "duplicate",
    "general",
]

_CATEGORIES: dict[str, str] = {
    "credit_not_processed": "13.6 13.7 4860 A01 C02 C04 C05 C18 P03 P05 8002 RN2",
    "duplicate": "12.6 12.6.1 12.6.2 4834 C14 P08 4534 4865 DP PM",
    "fraudulent": "10.1 10.2 10.3 10.4 10.5 33 4837 4849 4870 4871 6341 F10 F24 F29 F30 F31"
    " FR2 FR4 FR5 FR6 4866 4867 6041 7010 7030 UA01 UA02 UA05 UA06",
    "product_not_received": "13.1 13.9 4855 C08 4755 4864 RG",
    "product_unacceptable": "13.3 13.4 13.5 4853 C31 C32 RM",
    "subscription_canceled": "13.2 4841 C28 4541 AP",
    "unrecognized": "6321 4863 127 176 691 AA",
}
CATEGORY: dict[str, str] = {
    code: category for category, codes in _CATEGORIES.items() for code in codes.split()
}

_GROUPS: dict[Group, str] = {
    "card_present": "10.1 10.2 10.3 4870 4871 F10 F24 F30 F31 UA01 UA05 UA06",
    "card_absent": "10.4 F29 UA02",
    "programme": "10.5",
    "not_received": "13.1 4855 C08 RG",
    "recurring": "13.2 4841 C28 AP",
    "described": "13.3 4853 C31 C32 RM",
    "misrepresented": "13.5",
    "credit": "13.6 4860 C02 RN2",
    "cancelled": "13.7 C04 C05",
    "duplicate": "12.6 12.6.1 12.6.2 4834 C14 P08 DP PM",
}
_GROUP_OF_CODE: dict[str, Group] = {
    code: group for group, codes in _GROUPS.items() for code in codes.split()
}
_GROUP_OF_CATEGORY: dict[str, Group] = {
    "credit_not_processed": "credit",
    "duplicate": "duplicate",
    "product_not_received": "not_received",
    "product_unacceptable": "described",
    "subscription_canceled": "recurring",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How a group is answered.

    `arguments` are tried in this order; `required` are the items of evidence.md 10, one of
    each tuple; `texts` and `files` are the processor's fields beside those every answer has.
    """

    answer: str
    arguments: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]
    files: tuple[str, ...]


_POLICY_TEXTS = (
    "cancellation_policy_disclosure",
    "refund_policy_disclosure",
    "cancellation_rebuttal",
    "refund_refusal_explanation",
)
_POLICY_FILES = ("cancellation_policy", "refund_policy", "customer_communication")
_SERVICE_FILES = ("service_documentation", "customer_signature", "customer_communication")
_CREDIT = "credit_processed_correctly"

RULES: dict[Group, Rule] = {
    "card_present": Rule(
        "The card was read at the clinic's terminal.",
        ("evidence_of_imprint", "services_provided", _CREDIT),
        (("card_present",),),
        ("service_date",),
        _SERVICE_FILES,
    ),
    "card_absent": Rule(
        "The buyer is linked to the card and used what was bought.",
        ("services_provided", "cardholder_identified", _CREDIT),
        (("agreement", "usage", "attendance"),),
        ("service_date",),
        _SERVICE_FILES,
    ),
    "programme": Rule("The network offers no answer to this code.", (), (), (), ()),
    "not_received": Rule(
        "The services were provided as recorded below.",
        ("services_provided", "expected_date_not_reached", "balance_not_paid", _CREDIT),
        (("usage", "attendance", "availability", "refund"),),
        ("service_date",),
        _SERVICE_FILES,
    ),
    "recurring": Rule(
        "The charge was agreed and no earlier withdrawal of permission is on record.",
        ("not_recurring", "services_used_after_cancellation_date", _CREDIT),
        (("agreement",), ("policy",), ("cancellation_record",)),
        ("service_date", *_POLICY_TEXTS[:1], _POLICY_TEXTS[2]),
        ("cancellation_policy", *_SERVICE_FILES),
    ),
    "described": Rule(
        "What was delivered is what was offered.",
        ("services_match_description", "services_provided", _CREDIT),
        (("offer",),),
        ("service_date",),
        ("customer_communication", "refund_policy"),
    ),
    "misrepresented": Rule(
        "The terms were shown and accepted before payment.",
        ("terms_of_service_not_misrepresented", "services_match_description", _CREDIT),
        (("agreement",), ("offer",)),
        (),
        ("customer_communication",),
    ),
    "credit": Rule(
        "The credits that were due are recorded below.",
        (_CREDIT, "no_credit_receipt_provided"),
        (("refund", "policy"),),
        _POLICY_TEXTS,
        _POLICY_FILES,
    ),
    "cancelled": Rule(
        "The accepted policy was shown before payment and is applied below.",
        (
            "limited_return_or_cancellation_policy_properly_disclosed",
            "services_provided_prior_to_cancellation_date",
            _CREDIT,
        ),
        (("agreement",), ("policy",), ("cancellation_record",)),
        ("service_date", *_POLICY_TEXTS),
        (*_POLICY_FILES, "service_documentation"),
    ),
    "duplicate": Rule(
        "The charges are for different obligations.",
        ("processing_error_incorrect", _CREDIT),
        (("distinct_charges",),),
        ("duplicate_charge_explanation",),
        ("duplicate_charge_documentation",),
    ),
    "general": Rule(
        "The charge is for the package described below.",
        ("services_provided", _CREDIT),
        (),
        ("service_date",),
        ("service_documentation",),
    ),
}

#: Where an item that is missing should have come from.
ORIGIN: dict[str, str] = {
    "card_present": "record_payment (card: entry, emv)",
    "agreement": "record_consent or attach_document (agreement)",
    "policy": "record_consent (shown, clauses, copy)",
    "usage": "record_visit",
    "attendance": "record_visit (attendance)",
    "availability": "sell_package (term)",
    "refund": "refund",
    "cancellation_record": "log_communication (cancellation) or attach_document (search)",
    "offer": "publish_offer (description)",
    "distinct_charges": "record_payment",
}

#: The document kinds that fill a processor's file field.
FILE_KINDS: dict[str, tuple[str, ...]] = {
    "receipt": ("receipt", "invoice"),
    "refund_policy": ("refund_policy", "policy", "terms"),
    "cancellation_policy": ("cancellation_policy", "policy", "terms"),
    "customer_signature": ("signature", "signed_agreement", "agreement"),
    "customer_communication": ("communication", "cancellation_search", "refusal"),
    "service_documentation": ("service_documentation", "attendance", "sign_in"),
    "duplicate_charge_documentation": ("duplicate_charge", "invoice", "receipt"),
}


def category(code: str | None, reason: str | None) -> str:
    """The processor's category of a dispute."""
    return CATEGORY.get(code or "", reason or "general")


def group(code: str | None, reason: str | None, card_present: bool) -> Group:
    """The group of codes that are answered alike; 4837 and the like go by how the card was used."""
    if code in _GROUP_OF_CODE:
        return _GROUP_OF_CODE[code]
    bucket = category(code, reason)
    if bucket in ("fraudulent", "unrecognized"):
        return "card_present" if card_present else "card_absent"
    return _GROUP_OF_CATEGORY.get(bucket, "general")
