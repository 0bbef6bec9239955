"""The facts of a case as the dispute found them; what was recorded later is marked `late`."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from projections.evidence.assessment.gates import Assessment
from projections.evidence.case import Case, ContractFile
from projections.evidence.codes.table import category, claim_words
from projections.evidence.facts import captured, record
from projections.evidence.facts import contract as sold
from projections.evidence.statement import statement

Fact = dict[str, Any]
_MAYBE_LATE = (
    "consents",
    "visits",
    "communications",
    "refunds",
    "extensions",
    "documents",
    "bookings",
    "evidence",
)


def facts(case: Case, assessment: Assessment, stored: Collection[str]) -> dict[str, Any]:
    """Everything that is known, before a profile says what may be shown (`profile.project`).

    `stored` are the digests of the documents whose bytes are at hand.
    """
    found: dict[str, Any] = {
        "as_of": case.as_of.isoformat(),
        "identifiers": identifiers(case),
        "claim": record.claim(case),
        "sale": _each(case, lambda case, item: [sold.sale(case, item)]),
        "consents": _each(case, sold.consents),
        "disclosure": [sold.disclosed(item) for item in assessment.found.disclosures],
        "payments": _each(case, sold.payments),
        "charge_statement": {
            "lots": statement(case),
            "unused_value": assessment.found.unused.data(),
        },
        "visits": _each(case, record.visits),
        "communications": _each(case, record.messages),
        "cancellations": record.cancellations(case),
        "refunds": _each(case, sold.refunds),
        "extensions": _each(case, sold.extensions),
        "documents": record.documents(case, stored),
        "bookings": captured.bookings(case),
        "evidence": captured.evidence(case),
        "submissions": captured.submissions(case),
    }
    for section in _MAYBE_LATE:
        for fact in found[section]:
            fact["late"] = not case.bears(fact["position"], fact.get("kind", section))
    return found


def identifiers(case: Case) -> Fact:
    """Who, which charge, which dispute; of the card its brand and last four digits."""
    row, paid = case.payments[0]
    opened, card = case.opened, paid.card
    code, reason = (opened.network_reason_code, opened.reason) if opened else (None, None)
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
        "reason": reason,
        "network_reason_code": code,
        "claim": claim_words(code, reason),
        "category": category(code, reason),
        "case_type": opened.case_type if opened else None,
        "opened_at": opened.opened_at.isoformat() if opened else None,
        "due_by": opened.due_by.isoformat() if opened and opened.due_by else None,
        "timezone": case.profile.timezone,
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
        if key in ("position", "visit_position", "notice") and isinstance(item, int):
            yield item
        elif key in ("facts", "late_entries"):
            yield from item
        else:
            yield from _positions(item)


def _each(case: Case, section: Callable[[Case, ContractFile], list[Fact]]) -> list[Fact]:
    return [fact for contract in case.contracts for fact in section(case, contract)]
