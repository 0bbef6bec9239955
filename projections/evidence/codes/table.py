"""Every reason code: its network, what it claims, the processor's category, and its group.

The network's code decides; the processor's own word is the fallback (evidence.md 1.1, 2.6).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Network = Literal["visa", "mastercard", "amex", "discover"]
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
    "amount",
    "authorisation",
    "compliance",
    "general",
]


@dataclass(frozen=True, slots=True)
class Code:
    """One row: `group` None means that how the card was used decides."""

    code: str
    network: Network
    claim: str
    category: str
    group: Group | None


_FRAUD, _UNKNOWN = "fraudulent", "unrecognized"
_NOT_RECEIVED, _UNACCEPTABLE = "product_not_received", "product_unacceptable"
_CREDIT, _RECURRING = "credit_not_processed", "subscription_canceled"
_DUPLICATE, _GENERAL = "duplicate", "general"

_VISA: tuple[tuple[str, str, str, Group | None], ...] = (
    ("10.1", "EMV liability shift, counterfeit", _FRAUD, "card_present"),
    ("10.2", "EMV liability shift, lost or stolen", _FRAUD, "card_present"),
    ("10.3", "Other fraud, card present", _FRAUD, "card_present"),
    ("10.4", "Other fraud, card absent", _FRAUD, "card_absent"),
    ("10.5", "Fraud monitoring programme", _FRAUD, "programme"),
    ("33", "Fraud analysis request", _FRAUD, None),
    ("11.1", "Card recovery bulletin", _GENERAL, "authorisation"),
    ("11.2", "Declined authorisation", _GENERAL, "authorisation"),
    ("11.3", "No authorisation", _GENERAL, "authorisation"),
    ("12.1", "Late presentment", _GENERAL, "general"),
    ("12.2", "Incorrect transaction code", _GENERAL, "general"),
    ("12.3", "Incorrect currency", _GENERAL, "general"),
    ("12.4", "Incorrect account number", _GENERAL, "general"),
    ("12.5", "Incorrect amount", _GENERAL, "amount"),
    ("12.6", "Duplicate, or paid by other means", _DUPLICATE, "duplicate"),
    ("12.6.1", "Duplicate processing", _DUPLICATE, "duplicate"),
    ("12.6.2", "Paid by other means", _DUPLICATE, "duplicate"),
    ("12.7", "Invalid data", _GENERAL, "general"),
    ("13.1", "Services not received", _NOT_RECEIVED, "not_received"),
    ("13.2", "Cancelled recurring transaction", _RECURRING, "recurring"),
    ("13.3", "Not as described or defective", _UNACCEPTABLE, "described"),
    ("13.4", "Counterfeit merchandise", _UNACCEPTABLE, "general"),
    ("13.5", "Misrepresentation", _UNACCEPTABLE, "misrepresented"),
    ("13.6", "Credit not processed", _CREDIT, "credit"),
    ("13.7", "Cancelled services", _CREDIT, "cancelled"),
    ("13.8", "Original credit not accepted", _GENERAL, "general"),
    ("13.9", "Cash or load not received", _NOT_RECEIVED, "general"),
)
_MASTERCARD: tuple[tuple[str, str, str, Group | None], ...] = (
    ("4807", "Warning bulletin file", _GENERAL, "authorisation"),
    ("4808", "Authorisation-related chargeback", _GENERAL, "authorisation"),
    ("4812", "Account number not on file", _GENERAL, "authorisation"),
    ("4831", "Transaction amount differs", _GENERAL, "amount"),
    ("4834", "Point-of-interaction error: duplicate or paid otherwise", _DUPLICATE, "duplicate"),
    ("4837", "No cardholder authorisation", _FRAUD, None),
    ("4841", "Cancelled recurring transaction", _RECURRING, "recurring"),
    ("4849", "Questionable merchant activity", _FRAUD, None),
    ("4853", "Cardholder dispute", _UNACCEPTABLE, "described"),
    ("4855", "Services not provided", _NOT_RECEIVED, "not_received"),
    ("4859", "No-show, addendum or installment", _GENERAL, "general"),
    ("4860", "Credit not processed", _CREDIT, "credit"),
    ("4863", "Cardholder does not recognise", _UNKNOWN, None),
    ("4870", "Chip liability shift", _FRAUD, "card_present"),
    ("4871", "Chip liability shift, lost or stolen", _FRAUD, "card_present"),
    ("6321", "Cardholder does not recognise", _UNKNOWN, None),
    ("6341", "Fraud investigation", _FRAUD, None),
)
_AMEX: tuple[tuple[str, str, str, Group | None], ...] = (
    ("A01", "Charge amount exceeds authorisation", _CREDIT, "authorisation"),
    ("A02", "No valid authorisation", _GENERAL, "authorisation"),
    ("A08", "Authorisation approval expired", _GENERAL, "authorisation"),
    ("C02", "Credit not processed", _CREDIT, "credit"),
    ("C04", "Goods or services returned or refused", _CREDIT, "cancelled"),
    ("C05", "Goods or services cancelled", _CREDIT, "cancelled"),
    ("C08", "Goods or services not received", _NOT_RECEIVED, "not_received"),
    ("C14", "Paid by other means", _DUPLICATE, "duplicate"),
    ("C18", "No-show or deposit cancelled", _CREDIT, "cancelled"),
    ("C28", "Cancelled recurring billing", _RECURRING, "recurring"),
    ("4544", "Cancelled recurring billing", _RECURRING, "recurring"),
    ("C31", "Not as described", _UNACCEPTABLE, "described"),
    ("C32", "Damaged or defective", _UNACCEPTABLE, "described"),
    ("F10", "Missing imprint", _FRAUD, "card_present"),
    ("F24", "No cardmember authorisation", _FRAUD, "card_present"),
    ("F29", "Card not present", _FRAUD, "card_absent"),
    ("F30", "EMV counterfeit", _FRAUD, "card_present"),
    ("F31", "EMV lost, stolen or not received", _FRAUD, "card_present"),
    ("FR2", "Fraud full recourse programme", _FRAUD, "programme"),
    ("FR4", "Immediate chargeback programme", _FRAUD, "programme"),
    ("FR5", "Fraud programme", _FRAUD, "programme"),
    ("FR6", "Partial immediate chargeback programme", _FRAUD, "programme"),
    ("M10", "Vehicle rental", _GENERAL, "general"),
    ("P01", "Unassigned card number", _GENERAL, "authorisation"),
    ("P03", "Credit processed as charge", _CREDIT, "credit"),
    ("P04", "Charge processed as credit", _GENERAL, "general"),
    ("P05", "Incorrect charge amount", _CREDIT, "amount"),
    ("P07", "Late submission", _GENERAL, "general"),
    ("P08", "Duplicate charge", _DUPLICATE, "duplicate"),
    ("P22", "Card number mismatch", _GENERAL, "general"),
    ("P23", "Currency discrepancy", _GENERAL, "general"),
    ("R03", "Insufficient reply", _GENERAL, "general"),
    ("R13", "No reply", _GENERAL, "general"),
    ("127", "Not recognised", _UNKNOWN, None),
    ("176", "Not recognised", _UNKNOWN, None),
    ("691", "Not recognised", _UNKNOWN, None),
)
_DISCOVER: tuple[tuple[str, str, str, Group | None], ...] = (
    ("UA01", "Fraud, card present", _FRAUD, "card_present"),
    ("UA02", "Fraud, card not present", _FRAUD, "card_absent"),
    ("UA05", "Fraud, chip counterfeit", _FRAUD, "card_present"),
    ("UA06", "Fraud, chip and PIN", _FRAUD, "card_present"),
    ("AA", "Does not recognise", _UNKNOWN, None),
    ("AP", "Recurring payments", _RECURRING, "recurring"),
    ("DP", "Duplicate processing", _DUPLICATE, "duplicate"),
    ("PM", "Paid by other means", _DUPLICATE, "duplicate"),
    ("RG", "Non-receipt of goods or services", _NOT_RECEIVED, "not_received"),
    ("RM", "Quality of goods or services", _UNACCEPTABLE, "described"),
    ("RN2", "Credit not processed", _CREDIT, "credit"),
    ("8002", "Credit not processed", _CREDIT, "credit"),
    ("4534", "Duplicate processing", _DUPLICATE, "duplicate"),
    ("4865", "Paid by other means", _DUPLICATE, "duplicate"),
    ("4866", "Fraud, chip counterfeit", _FRAUD, "card_present"),
    ("4867", "Fraud, chip and PIN", _FRAUD, "card_present"),
    ("6041", "Fraud", _FRAUD, None),
    ("7010", "Fraud, card present", _FRAUD, "card_present"),
    ("7030", "Fraud, card not present", _FRAUD, "card_absent"),
    ("4755", "Non-receipt of goods or services", _NOT_RECEIVED, "not_received"),
    ("4864", "Non-receipt of goods or services", _NOT_RECEIVED, "not_received"),
    ("4541", "Recurring payments", _RECURRING, "recurring"),
    # These two arrive as general (evidence.md 2.6).
    ("4553", "Quality of goods or services", _GENERAL, "described"),
    ("4752", "Does not recognise", _GENERAL, None),
)


def _rows(network: Network, rows: Iterable[tuple[str, str, str, Group | None]]) -> list[Code]:
    return [Code(code, network, claim, category, group) for code, claim, category, group in rows]


CODES: dict[str, Code] = {
    row.code: row
    for row in (
        *_rows("visa", _VISA),
        *_rows("mastercard", _MASTERCARD),
        *_rows("amex", _AMEX),
        *_rows("discover", _DISCOVER),
    )
}

_OF_CATEGORY: dict[str, Group] = {
    _CREDIT: "credit",
    _DUPLICATE: "duplicate",
    _NOT_RECEIVED: "not_received",
    _UNACCEPTABLE: "described",
    _RECURRING: "recurring",
    "noncompliant": "compliance",
}
#: Mastercard sends every consumer dispute as 4853; what the cardholder states tells them apart.
_CARDHOLDER_DISPUTE = "4853"
_OF_CLAIM: dict[str, Group] = {
    "permission_withdrawn_date": "recurring",
    "last_expected_receipt_date": "not_received",
    "credit_expected_date": "credit",
    "cancellation_date": "cancelled",
}


def category(code: str | None, reason: str | None) -> str:
    """The processor's category of a dispute."""
    row = CODES.get(code or "")
    return row.category if row else reason or _GENERAL


def claim_words(code: str | None, reason: str | None) -> str:
    """What the cardholder asserts, in a reviewer's words."""
    row = CODES.get(code or "")
    return row.claim if row else (reason or _GENERAL).replace("_", " ")


def group(
    code: str | None, reason: str | None, card_present: bool, claimed: Iterable[str] = ()
) -> Group:
    """The group of codes that are answered alike; `claimed` names what the cardholder stated."""
    row = CODES.get(code or "")
    if row is not None and row.code == _CARDHOLDER_DISPUTE:
        stated = set(claimed)
        named = (kind for field, kind in _OF_CLAIM.items() if field in stated)
        return next(named, "described")
    if row is not None and row.group is not None:
        return row.group
    bucket = category(code, reason)
    if row is not None or bucket in (_FRAUD, _UNKNOWN):
        return "card_present" if card_present else "card_absent"
    return _OF_CATEGORY.get(bucket, "general")
