"""The rebuttals a case supports: each a predicate over events (evidence.md 1.5)."""

from collections.abc import Callable
from dataclasses import dataclass

from aggregates.subscription import events as e
from projections.evidence.disclosure import Disclosure, disclosure
from projections.evidence.gather import Case, ContractFile, Message, Use
from projections.evidence.statement import Unused, counted

READ_BY_CHIP = ("chip", "contactless")


@dataclass(frozen=True, slots=True)
class Findings:
    """What is looked up once for a case and asked by several rules."""

    case: Case
    unused: Unused
    disclosures: tuple[Disclosure, ...]

    @property
    def disclosed(self) -> bool:
        """Whether the policy was properly disclosed on every contract of the charge."""
        return all(item.proper for item in self.disclosures)

    @property
    def uses(self) -> list[Use]:
        """The draws that took effect and were recorded before the dispute opened."""
        return [
            use
            for contract in self.case.contracts
            for use in contract.uses
            if counted(self.case, use.drawn.effective_on, use.drawn.position)
        ]

    @property
    def refunds(self) -> list[tuple[int, int]]:
        """Position and amount of what was paid back on the disputed charge's payments."""
        payments = {paid.payment for _, paid in self.case.payments}
        return [
            (row.position, part.amount)
            for contract in self.case.contracts
            for row, refund in contract.of(e.Refunded)
            if contract.state.refunds.get(refund.refund) is None
            or contract.state.refunds[refund.refund].paid
            for part in refund.payments
            if part.payment in payments and refund.to != "store_credit"
        ]

    def messages(self, kind: str, direction: str) -> list[Message]:
        """The communications of one kind and direction."""
        return [
            message
            for contract in self.case.contracts
            for message in contract.messages
            if message.state.logged
            if (message.state.logged.kind, message.state.logged.direction) == (kind, direction)
        ]


@dataclass(frozen=True, slots=True)
class Argument:
    """A rebuttal that holds: what it says, the events it rests on, the exhibits that show them."""

    argument: str
    words: str
    facts: tuple[int, ...]
    exhibits: tuple[str, ...]


def findings(case: Case, unused: Unused) -> Findings:
    """The case with what its rules ask for."""
    return Findings(case, unused, tuple(disclosure(contract) for contract in case.contracts))


def argue(found: Findings, wanted: tuple[str, ...]) -> list[Argument]:
    """The wanted rebuttals that hold, in their order."""
    arguments = []
    for name in wanted:
        words, exhibits, predicate = _ARGUMENTS[name]
        facts = predicate(found)
        if facts:
            arguments.append(Argument(name, words, tuple(facts), exhibits))
    return arguments


def _provided(found: Findings) -> list[int]:
    return [use.drawn.position for use in found.uses if use.draw.status == "completed"]


def _not_reached(found: Findings) -> list[int]:
    return [_sale(contract) for contract in found.case.contracts if open_units(found, contract)]


def open_units(found: Findings, contract: ContractFile) -> bool:
    """Whether units of the contract can still be used after the dispute opened."""
    lots = contract.state.lots.values()
    return any(
        lot.remaining > 0 and (lot.lapses is None or lot.lapses > found.case.as_of) for lot in lots
    )


def _not_paid(found: Findings) -> list[int]:
    return [_sale(contract) for contract in found.case.contracts if contract.state.owed > 0]


def _credited(found: Findings) -> list[int]:
    return [position for position, _ in found.refunds]


def _no_promise(found: Findings) -> list[int]:
    if found.refunds or found.messages("refund", "out"):
        return []
    return [_sale(contract) for contract in found.case.contracts]


def _disclosed(found: Findings) -> list[int]:
    rows = [item.consent for item in found.disclosures]
    return [row.position for row in rows if row] if found.disclosed else []


def _matches(found: Findings) -> list[int]:
    described = [item for item in found.case.contracts if item.sold.description]
    return [_sale(contract) for contract in described] if found.uses else []


def _imprint(found: Findings) -> list[int]:
    cards = [(row, paid.card) for row, paid in found.case.payments]
    return [row.position for row, card in cards if card and card.entry in READ_BY_CHIP]


def _identified(found: Findings) -> list[int]:
    accepted = [row for item in found.case.contracts for row, _ in item.of(e.ConsentRecorded)]
    return [row.position for row in accepted]


def _after_cancelling(found: Findings) -> list[int]:
    asked = [message.logged.effective_on for message in found.messages("cancellation", "in")]
    return [
        use.drawn.position for use in found.uses if asked and use.drawn.effective_on > min(asked)
    ]


def _not_recurring(found: Findings) -> list[int]:
    return [_sale(contract) for contract in found.case.contracts]


def _distinct(found: Findings) -> list[int]:
    """The other charges on the same contracts, unless one of them is the same obligation."""
    return [] if doubled(found) else [row.position for row, _ in found.case.payments]


def doubled(found: Findings) -> list[int]:
    """Payments that took more than was owed: a second capture or another tender."""
    payments = [pair for item in found.case.contracts for pair in item.of(e.PaymentReceived)]
    return [row.position for row, paid in payments if paid.excess]


def _sale(contract: ContractFile) -> int:
    return contract.history[0].position


Predicate = Callable[[Findings], list[int]]

#: Words for the letter, the exhibits that show it, and the predicate.
_ARGUMENTS: dict[str, tuple[str, tuple[str, ...], Predicate]] = {
    "services_provided": (
        "Services were provided on the dates shown",
        ("usage", "statement"),
        _provided,
    ),
    "services_provided_prior_to_cancellation_date": (
        "Services were provided before the dispute on the dates shown",
        ("usage", "statement"),
        _provided,
    ),
    "expected_date_not_reached": (
        "The package was still valid and could be booked when the charge was disputed",
        ("statement",),
        _not_reached,
    ),
    "balance_not_paid": (
        "The balance of the package was not paid",
        ("payments",),
        _not_paid,
    ),
    "credit_processed_correctly": ("A refund was paid to the card", ("refunds",), _credited),
    "no_credit_receipt_provided": (
        "No credit was promised in any recorded message",
        ("messages", "statement"),
        _no_promise,
    ),
    "limited_return_or_cancellation_policy_properly_disclosed": (
        "The refund and cancellation policy was shown before payment and accepted",
        ("agreement",),
        _disclosed,
    ),
    "terms_of_service_not_misrepresented": (
        "The terms were shown before payment and accepted",
        ("agreement",),
        _disclosed,
    ),
    "services_match_description": (
        "The services delivered are those of the offer as sold",
        ("agreement", "usage"),
        _matches,
    ),
    "evidence_of_imprint": (
        "The card was read by chip at the clinic's terminal",
        ("payments",),
        _imprint,
    ),
    "cardholder_identified": ("The buyer accepted the terms", ("agreement",), _identified),
    "services_used_after_cancellation_date": (
        "Services were used after the stated cancellation",
        ("usage", "messages"),
        _after_cancelling,
    ),
    "not_recurring": (
        "The package was sold for one price; nothing renews",
        ("agreement",),
        _not_recurring,
    ),
    "processing_error_incorrect": (
        "Each charge paid a different obligation",
        ("payments",),
        _distinct,
    ),
}
