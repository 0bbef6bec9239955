"""How each group of codes is answered: the network's question, our sentence, what argues it."""

from dataclasses import dataclass

from projections.evidence.codes.table import Group


@dataclass(frozen=True, slots=True)
class Rule:
    """How a group is answered.

    `question` is what the network asks, `answer` the sentence that opens the letter. Of the
    `arguments`, those that hold are told in this order; `exhibits` is the order of weight
    (evidence.md 6.1): generated sections, and classes of attached documents.
    """

    question: str
    answer: str
    arguments: tuple[str, ...]
    exhibits: tuple[str, ...]


_SETTLED = ("credit_processed_correctly", "cardholder_no_longer_disputes")
_REST = (
    "usage",
    "attendance",
    "appointments",
    "perks",
    "agreement",
    "signed",
    "presented",
    "messages",
    "cancellations",
    "cancellation",
    "communication",
    "remedies",
    "refunds",
    "refund_requests",
    "refusal",
    "payments",
    "authorisations",
    "identity",
    "receipt",
    "policy",
)


def _order(*first: str) -> tuple[str, ...]:
    return (*first, *(key for key in _REST if key not in first))


RULES: dict[Group, Rule] = {
    "card_present": Rule(
        "Was the card read at the terminal, and was its holder there?",
        "The card was read by its chip at the clinic's terminal.",
        ("evidence_of_imprint", "services_provided", *_SETTLED),
        _order(
            "payments", "authorisations", "receipt", "signed", "identity", "usage", "attendance"
        ),
    ),
    "card_absent": Rule(
        "Is the buyer linked to the holder of the card?",
        "The buyer is linked to the card and used what was bought.",
        (
            "prior_undisputed_non_fraud_transactions",
            "first_party_trust",
            "recurring_transaction_with_binding_contract_or_previous_undisputed_transaction",
            "merchandise_use",
            "cardholder_identified",
            *_SETTLED,
        ),
        _order("payments", "agreement", "signed", "identity", "usage", "perks", "attendance"),
    ),
    "programme": Rule(
        "Was the charge part of the network's fraud programme?",
        "The network offers no answer to this code.",
        (),
        _order(),
    ),
    "not_received": Rule(
        "Were the services provided, or is the agreed time still ahead?",
        "Services were provided to the cardholder on the dates below.",
        (
            "services_provided",
            "expected_date_not_reached",
            "cardholder_canceled_before_expected_services_receipt_date",
            "dispute_is_for_quality",
            "balance_of_partial_prepayment_not_paid",
            *_SETTLED,
        ),
        _order("usage", "attendance", "perks", "signed", "appointments", "messages", "agreement"),
    ),
    "recurring": Rule(
        "Was permission to charge withdrawn before this charge?",
        "The charge was agreed, and no earlier withdrawal of permission is on record.",
        (
            "cardholder_canceled_different_date",
            "services_used_after_cancellation_date",
            "cardholder_did_not_cancel_according_to_policy",
            "merchant_not_notified_of_closed_account",
            "transaction_was_installment",
            "not_recurring",
            *_SETTLED,
        ),
        _order(
            "cancellations",
            "cancellation",
            "agreement",
            "signed",
            "policy",
            "messages",
            "usage",
            "receipt",
        ),
    ),
    "described": Rule(
        "Was what was delivered what was offered?",
        "What was delivered is what was offered.",
        ("services_match_description", "services_provided", *_SETTLED),
        _order("agreement", "signed", "usage", "attendance", "remedies", "messages"),
    ),
    "misrepresented": Rule(
        "Were the terms of sale shown before payment?",
        "The terms were shown and accepted before payment.",
        ("terms_of_service_not_misrepresented", "services_match_description", *_SETTLED),
        _order("agreement", "signed", "presented", "policy", "messages", "usage"),
    ),
    "credit": Rule(
        "Was a credit due, and was it paid?",
        "The credits that were due are recorded below.",
        (
            "credit_processed_correctly",
            "no_credit_receipt_provided",
            "limited_return_or_cancellation_policy_properly_disclosed",
            "cardholder_no_longer_disputes",
        ),
        _order("refunds", "refund_requests", "agreement", "policy", "refusal", "messages"),
    ),
    "cancelled": Rule(
        "Was the cancellation policy disclosed before payment, and applied?",
        "The accepted policy was shown before payment and is applied below.",
        (
            "limited_return_or_cancellation_policy_properly_disclosed",
            "services_provided_prior_to_cancellation_date",
            "cardholder_did_not_cancel_according_to_policy",
            "cardholder_canceled_different_date",
            *_SETTLED,
        ),
        _order(
            "agreement", "policy", "signed", "cancellations", "cancellation", "usage", "messages"
        ),
    ),
    "duplicate": Rule(
        "Do two charges pay for one obligation?",
        "Each charge paid a different obligation.",
        ("processing_error_incorrect", *_SETTLED),
        _order("payments", "receipt", "agreement", "usage"),
    ),
    "amount": Rule(
        "Is the charge the amount that was agreed?",
        "The charge is the amount that was agreed.",
        ("amount_as_agreed", *_SETTLED),
        _order("agreement", "signed", "payments", "receipt"),
    ),
    "authorisation": Rule(
        "Did the issuer approve the charge?",
        "The issuer approved the charge.",
        ("charge_was_authorised", *_SETTLED),
        _order("payments", "authorisations", "receipt"),
    ),
    "compliance": Rule(
        "Was a rule of the network broken?",
        "The clinic answers the stated breach below.",
        _SETTLED,
        _order("agreement", "payments"),
    ),
    "general": Rule(
        "What was the charge for?",
        "The charge is for the package described below.",
        ("services_provided", *_SETTLED),
        _order(),
    ),
}

#: The class, in the orders above, of each kind of document that may go to an issuer. Others,
#: such as charts, photos and laboratory results, stay with the clinic (evidence.md 7).
DOCUMENTS: dict[str, str] = {
    "receipt": "receipt",
    "invoice": "receipt",
    "duplicate_charge": "receipt",
    "terminal_receipt": "receipt",
    "agreement": "signed",
    "signed_agreement": "signed",
    "signature": "signed",
    "policy": "policy",
    "terms": "policy",
    "refund_policy": "policy",
    "cancellation_policy": "policy",
    "cancellation_search": "cancellation",
    "cancellation": "cancellation",
    "cardholder_withdrawal": "cancellation",
    "communication": "communication",
    "refusal": "refusal",
    "remedy": "communication",
    "attendance": "attendance",
    "sign_in": "attendance",
    "service_documentation": "attendance",
}
#: Documents that state terms: only the version the contract was sold under may be shown.
TERMS = frozenset({"policy", "terms", "refund_policy", "cancellation_policy"})
