"""The rebuttals a case supports: each a predicate over events (evidence.md 1.5)."""

from collections.abc import Callable
from dataclasses import dataclass

from projections.evidence.assessment import predicates as when
from projections.evidence.assessment.findings import Findings


@dataclass(frozen=True, slots=True)
class Argument:
    """A rebuttal that holds: what it says, the events it rests on, the exhibits that show them."""

    argument: str
    words: str
    facts: tuple[int, ...]
    exhibits: tuple[str, ...]


def argue(found: Findings, wanted: tuple[str, ...]) -> list[Argument]:
    """The wanted rebuttals that hold, in their order."""
    arguments = []
    for name in wanted:
        words, exhibits, predicate = ARGUMENTS[name]
        facts = predicate(found)
        if facts:
            arguments.append(Argument(name, words, tuple(dict.fromkeys(facts)), exhibits))
    return arguments


Predicate = Callable[[Findings], list[int]]
_PROVIDED = ("usage", "perks", "statement")

#: Words for the letter, the exhibits that show it, and the predicate.
ARGUMENTS: dict[str, tuple[str, tuple[str, ...], Predicate]] = {
    "services_provided": ("Services were provided", _PROVIDED, when.provided),
    "services_provided_prior_to_cancellation_date": (
        "Services were provided before the cancellation",
        _PROVIDED,
        when.before_cancelling,
    ),
    "cardholder_canceled_before_expected_services_receipt_date": (
        "The cardholder cancelled before the date on which services were expected",
        ("cancellations", "messages", "cancellation"),
        when.cancelled_before_expected,
    ),
    "expected_date_not_reached": (
        "The package was still valid and could be booked when the charge was disputed",
        ("statement", "appointments"),
        when.not_reached,
    ),
    "dispute_is_for_quality": (
        "The claim is about a result; the services themselves were received",
        ("usage",),
        when.quality,
    ),
    "balance_of_partial_prepayment_not_paid": (
        "The balance of the package was not paid",
        ("payments",),
        when.not_paid,
    ),
    "cardholder_canceled_different_date": (
        "The cancellation on record is of another date than stated, after the charge",
        ("cancellations", "messages", "cancellation"),
        when.other_date,
    ),
    "services_used_after_cancellation_date": (
        "Services were used after the stated cancellation",
        ("usage", "messages"),
        when.after_cancelling,
    ),
    "merchant_not_notified_of_closed_account": (
        "No notice of a closed account reached the clinic before the charge",
        ("cancellations", "cancellation"),
        when.account_open,
    ),
    "transaction_was_installment": (
        "The charge is an instalment of one agreed price, not a renewal",
        ("agreement", "payments"),
        when.installment,
    ),
    "not_recurring": (
        "The package was sold for one price; nothing renews",
        ("agreement",),
        when.not_recurring,
    ),
    "cardholder_did_not_cancel_according_to_policy": (
        "No cancellation was received by any channel; the search is shown",
        ("cancellations", "cancellation", "agreement"),
        when.not_by_policy,
    ),
    "services_match_description": (
        "The services delivered are those of the offer as sold",
        ("agreement", "usage"),
        when.matches,
    ),
    "terms_of_service_not_misrepresented": (
        "The terms were shown before payment and accepted",
        ("agreement", "policy"),
        when.disclosed,
    ),
    "no_credit_receipt_provided": (
        "No credit was promised in any recorded message",
        ("messages", "statement"),
        when.no_promise,
    ),
    "credit_processed_correctly": ("A refund was paid to the card", ("refunds",), when.credited),
    "limited_return_or_cancellation_policy_properly_disclosed": (
        "The refund and cancellation policy was shown before payment and accepted",
        ("agreement", "policy"),
        when.disclosed,
    ),
    "processing_error_incorrect": (
        "Each charge paid a different obligation",
        ("payments",),
        when.distinct,
    ),
    "evidence_of_imprint": (
        "The card was read by chip at the clinic's terminal",
        ("payments",),
        when.imprint,
    ),
    "prior_undisputed_non_fraud_transactions": (
        "Two earlier undisputed payments share the buyer's address or device",
        ("payments",),
        when.undisputed,
    ),
    "recurring_transaction_with_binding_contract_or_previous_undisputed_transaction": (
        "The contract was accepted, and an earlier payment under it was not disputed",
        ("agreement", "payments"),
        when.bound,
    ),
    "first_party_trust": (
        "The buyer's device, contact and account are on record with the charge",
        ("payments",),
        when.tied,
    ),
    "merchandise_use": (
        "The buyer accepted the terms, and what was bought was used",
        ("agreement", "usage"),
        when.used_remotely,
    ),
    "cardholder_identified": (
        "The buyer accepted the terms, or showed who he was",
        ("agreement", "identity"),
        when.identified,
    ),
    "amount_as_agreed": (
        "The amount is the accepted total",
        ("agreement", "payments"),
        when.agreed,
    ),
    "charge_was_authorised": (
        "The issuer approved the charge under the code shown",
        ("payments", "authorisations"),
        when.authorised,
    ),
    "cardholder_no_longer_disputes": (
        "The cardholder has withdrawn the dispute in writing",
        ("cancellations", "cancellation"),
        when.withdrawn,
    ),
}
