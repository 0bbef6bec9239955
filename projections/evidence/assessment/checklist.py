"""The items of evidence a code asks for, and whether the events hold them (evidence.md 6.5, 10)."""

from collections.abc import Callable
from dataclasses import dataclass

from projections.evidence.assessment.findings import READ_BY_CHIP, Findings, doubled, open_units
from projections.evidence.assessment.predicates import authorised
from projections.evidence.codes.items import ORIGIN, Level, levels


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist, in the shape of the processor that models it best (3.2)."""

    item: str
    level: Level
    satisfied: bool


def checklist(found: Findings) -> tuple[Item, ...]:
    """Every item of the code with its level."""
    wanted = levels(found.group, renews=found.renews)
    return tuple(Item(item, level, HELD[item](found)) for item, level in wanted.items())


def missing(items: tuple[Item, ...]) -> list[str]:
    """Required items that are not there, and all of a group of which none is."""
    lacking = [item.item for item in items if item.level == "required" and not item.satisfied]
    group = [item for item in items if item.level == "one_of"]
    if group and not any(item.satisfied for item in group):
        lacking += [item.item for item in group]
    return lacking


def completeness(items: tuple[Item, ...]) -> tuple[int, int]:
    """How many of the needed items are there; a group of alternatives counts as one."""
    required = [item.satisfied for item in items if item.level == "required"]
    group = [item.satisfied for item in items if item.level == "one_of"]
    needed = [*required, any(group)] if group else required
    return sum(needed), len(needed)


def origin(item: str) -> str:
    """Where an item should have come from."""
    return ORIGIN[item]


def _authenticated(found: Findings) -> bool:
    """An answer that speaks for the buyer, not merely a check that was run."""
    good = ("match", "pass", "passed", "authenticated", "y")
    answers = [
        (answer or "").lower()
        for _, card in found.cards
        for answer in (card.three_ds, card.avs, card.cvc)
    ]
    programmes = (found.ce3.verdict, found.first_party.verdict)
    return "qualified" in programmes or any(answer in good for answer in answers)


def _invoiced(found: Findings) -> bool:
    """The sale itself itemises what was sold."""
    return bool(found.case.contracts)


HELD: dict[str, Callable[[Findings], bool]] = {
    "card_present": lambda found: any(card.entry in READ_BY_CHIP for _, card in found.cards),
    "authentication": _authenticated,
    "agreement": lambda found: bool(
        found.consents() or found.documents("agreement", "signed_agreement")
    ),
    "policy": lambda found: found.disclosed,
    "invoice": _invoiced,
    "identity": lambda found: bool(found.records("identity_checked", result="matched")),
    "usage": lambda found: bool(found.delivered or found.records("perk_used")),
    "attendance": lambda found: bool(
        any(use.attended for use in found.delivered)
        or found.bookings("checked_in")
        or found.documents("attendance", "sign_in")
    ),
    "availability": lambda found: bool(
        found.to_come or any(open_units(found, item) for item in found.case.contracts)
    ),
    "statement": lambda found: bool(found.case.payments),
    "cancellation_record": lambda found: bool(
        found.case.cancellations()
        or found.documents("cancellation_search", "cancellation")
        or found.records("cancellation_search", "account_closed_notice")
    ),
    "renewal_notice": lambda found: bool(
        found.messages("renewal", "out") and all(item.notice for item in found.renewals)
    ),
    "refund": lambda found: bool(found.refunds),
    "refusal": lambda found: bool(
        found.messages("refund", "out")
        or found.documents("refusal")
        or found.records("refund_request", state="denied")
    ),
    "communications": lambda found: bool(
        found.records("cardholder_withdrawal")
        or any(
            found.case.known(message.logged.position)
            for contract in found.case.contracts
            for message in contract.messages
        )
    ),
    "offer": lambda found: all(item.sold.description for item in found.case.contracts),
    "remedy": lambda found: bool(found.documents("remedy") or found.records("remedy", "complaint")),
    "prior_payments": lambda found: bool(found.case.priors),
    "paired_charges": lambda found: bool(found.case.payments) and not doubled(found),
    "approval": lambda found: bool(authorised(found)),
    "fee_acknowledged": lambda _: False,
}
