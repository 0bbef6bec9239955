"""The rebuttals a case supports: each a predicate over events (evidence.md 1.5)."""

from collections.abc import Callable
from dataclasses import dataclass

from aggregates.subscription import events as e
from projections.evidence.assessment.findings import READ_BY_CHIP, Findings, doubled, open_units
from projections.evidence.case import ContractFile


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


def _provided(found: Findings) -> list[int]:
    return [use.drawn.position for use in found.delivered]


def _before_cancelling(found: Findings) -> list[int]:
    """Services before the cancellation on record or, without one, before the dispute."""
    asked = found.case.cancellations()
    day = asked[0].on if asked else found.case.as_of
    return [use.drawn.position for use in found.delivered if use.drawn.effective_on <= day]


def _cancelled_before_expected(found: Findings) -> list[int]:
    expected = found.case.claimed("last_expected_receipt_date")
    asked = found.case.cancellations()
    return [item.position for item in asked if expected and item.on < expected]


def _not_reached(found: Findings) -> list[int]:
    return [_sale(contract) for contract in found.case.contracts if open_units(found, contract)]


def _quality(found: Findings) -> list[int]:
    """The cardholder describes a result: that is 13.3, and something was received."""
    return _provided(found) if "what_differs" in found.case.claim else []


def _not_paid(found: Findings) -> list[int]:
    return [
        _sale(contract)
        for contract in found.case.contracts
        if contract.state.owed > 0 and contract.sold.billing.kind == "plan"
    ]


def _credited(found: Findings) -> list[int]:
    return [position for position, _ in found.refunds]


def _no_promise(found: Findings) -> list[int]:
    if found.refunds or found.messages("refund", "out"):
        return []
    return _sales(found)


def _disclosed(found: Findings) -> list[int]:
    rows = [item.consent for item in found.disclosures]
    return [row.position for row in rows if row] if found.disclosed else []


def _matches(found: Findings) -> list[int]:
    """What was drawn are services of the lines as sold, described then."""
    described = [item for item in found.case.contracts if item.sold.description]
    if not found.delivered or len(described) < len(found.case.contracts):
        return []
    return [*_sales(found), *_provided(found)]


def _imprint(found: Findings) -> list[int]:
    return [position for position, card in found.cards if card.entry in READ_BY_CHIP]


def _identified(found: Findings) -> list[int]:
    return found.consents()


def _used_remotely(found: Findings) -> list[int]:
    """Use of what the charge bought, by the person who agreed to it."""
    return [*found.consents(), *_provided(found)] if found.consents() else []


def _bound(found: Findings) -> list[int]:
    """An earlier undisputed payment on an accepted contract that renews."""
    earlier = [prior.position for prior in found.case.priors]
    return [*found.consents(), *earlier] if found.renews and earlier else []


def _undisputed(found: Findings) -> list[int]:
    if found.ce3.verdict not in ("qualified", "borderline"):
        return []
    return [prior.position for prior in found.ce3.priors]


def _after_cancelling(found: Findings) -> list[int]:
    """Use after the withdrawal that the cardholder states, or the one on record."""
    asked = [item.on for item in found.case.cancellations()]
    stated = found.case.claimed("permission_withdrawn_date")
    day = stated or (min(asked) if asked else None)
    return [use.drawn.position for use in found.delivered if day and use.drawn.effective_on > day]


def _other_date(found: Findings) -> list[int]:
    """The cancellation on record is not the stated one, and came after the charge."""
    stated = found.case.claimed("permission_withdrawn_date") or found.case.claimed(
        "cancellation_date"
    )
    return [
        item.position
        for item in found.case.cancellations()
        if stated and item.on != stated and item.on > found.charged_on
    ]


def _not_by_policy(found: Findings) -> list[int]:
    """No cancellation came by any channel, and a search of all of them says so."""
    searched = found.documents("cancellation_search")
    return searched if searched and not found.case.cancellations() and found.disclosed else []


def _account_open(found: Findings) -> list[int]:
    claim = found.case.claim
    if claim.get("withdrawal_target") != "account" or found.case.cancellations():
        return []
    return found.documents("cancellation_search")


def _installment(found: Findings) -> list[int]:
    plans = [item for item in found.case.contracts if item.sold.billing.kind == "plan"]
    return [_sale(contract) for contract in plans]


def _not_recurring(found: Findings) -> list[int]:
    once = [item for item in found.case.contracts if item.sold.billing.kind == "once"]
    return [_sale(contract) for contract in once]


def _distinct(found: Findings) -> list[int]:
    """The charge's own payments, unless one of the contract's is the same obligation."""
    return [] if doubled(found) else [row.position for row, _ in found.case.payments]


def _agreed(found: Findings) -> list[int]:
    return [] if doubled(found) or not found.consents() else [*found.consents(), *_sales(found)]


def _authorised(found: Findings) -> list[int]:
    return [position for position, card in found.cards if card.auth_code]


def _withdrawn(found: Findings) -> list[int]:
    return found.documents("cardholder_withdrawal")


def _sales(found: Findings) -> list[int]:
    return [_sale(contract) for contract in found.case.contracts]


def _sale(contract: ContractFile) -> int:
    return contract.of(e.PackageSold)[0][0].position


Predicate = Callable[[Findings], list[int]]
_PROVIDED = ("usage", "statement")

#: Words for the letter, the exhibits that show it, and the predicate.
ARGUMENTS: dict[str, tuple[str, tuple[str, ...], Predicate]] = {
    "services_provided": ("Services were provided", _PROVIDED, _provided),
    "services_provided_prior_to_cancellation_date": (
        "Services were provided before the cancellation",
        _PROVIDED,
        _before_cancelling,
    ),
    "cardholder_canceled_before_expected_services_receipt_date": (
        "The cardholder cancelled before the date on which services were expected",
        ("messages", "cancellation"),
        _cancelled_before_expected,
    ),
    "expected_date_not_reached": (
        "The package was still valid and could be booked when the charge was disputed",
        ("statement",),
        _not_reached,
    ),
    "dispute_is_for_quality": (
        "The claim is about a result; the services themselves were received",
        ("usage",),
        _quality,
    ),
    "balance_of_partial_prepayment_not_paid": (
        "The balance of the package was not paid",
        ("payments",),
        _not_paid,
    ),
    "cardholder_canceled_different_date": (
        "The cancellation on record is of another date than stated, after the charge",
        ("messages", "cancellation"),
        _other_date,
    ),
    "services_used_after_cancellation_date": (
        "Services were used after the stated cancellation",
        ("usage", "messages"),
        _after_cancelling,
    ),
    "merchant_not_notified_of_closed_account": (
        "No notice of a closed account reached the clinic before the charge",
        ("cancellation",),
        _account_open,
    ),
    "transaction_was_installment": (
        "The charge is an instalment of one agreed price, not a renewal",
        ("agreement", "payments"),
        _installment,
    ),
    "not_recurring": (
        "The package was sold for one price; nothing renews",
        ("agreement",),
        _not_recurring,
    ),
    "cardholder_did_not_cancel_according_to_policy": (
        "No cancellation was received by any channel; the search is shown",
        ("cancellation", "agreement"),
        _not_by_policy,
    ),
    "services_match_description": (
        "The services delivered are those of the offer as sold",
        ("agreement", "usage"),
        _matches,
    ),
    "terms_of_service_not_misrepresented": (
        "The terms were shown before payment and accepted",
        ("agreement", "policy"),
        _disclosed,
    ),
    "no_credit_receipt_provided": (
        "No credit was promised in any recorded message",
        ("messages", "statement"),
        _no_promise,
    ),
    "credit_processed_correctly": ("A refund was paid to the card", ("refunds",), _credited),
    "limited_return_or_cancellation_policy_properly_disclosed": (
        "The refund and cancellation policy was shown before payment and accepted",
        ("agreement", "policy"),
        _disclosed,
    ),
    "processing_error_incorrect": (
        "Each charge paid a different obligation",
        ("payments",),
        _distinct,
    ),
    "evidence_of_imprint": (
        "The card was read by chip at the clinic's terminal",
        ("payments",),
        _imprint,
    ),
    "prior_undisputed_non_fraud_transactions": (
        "Two earlier undisputed payments share the buyer's address or device",
        ("payments",),
        _undisputed,
    ),
    "recurring_transaction_with_binding_contract_or_previous_undisputed_transaction": (
        "The contract was accepted, and an earlier payment under it was not disputed",
        ("agreement", "payments"),
        _bound,
    ),
    "merchandise_use": (
        "The buyer accepted the terms, and what was bought was used",
        ("agreement", "usage"),
        _used_remotely,
    ),
    "cardholder_identified": ("The buyer accepted the terms", ("agreement",), _identified),
    "amount_as_agreed": ("The amount is the accepted total", ("agreement", "payments"), _agreed),
    "charge_was_authorised": (
        "The issuer approved the charge under the code shown",
        ("payments",),
        _authorised,
    ),
    "cardholder_no_longer_disputes": (
        "The cardholder has withdrawn the dispute in writing",
        ("cancellation",),
        _withdrawn,
    ),
}
