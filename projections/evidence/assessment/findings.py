"""What is looked up once for a case, and asked by arguments, items and gates."""

from dataclasses import dataclass
from datetime import date, datetime

from aggregates.booking.events import BookingRecorded, Status
from aggregates.document.events import DocumentAttached
from aggregates.evidence.events import Kind
from aggregates.subscription import events as e
from aggregates.subscription.card import Card
from projections.evidence.assessment.compelling import Compelling, compelling
from projections.evidence.assessment.disclosure import Disclosure, disclosure
from projections.evidence.assessment.first_party import FirstParty, first_party
from projections.evidence.assessment.renewal import RenewalCheck, renewal_checks
from projections.evidence.case import Case, ContractFile, Message, Use
from projections.evidence.codes.table import Group, group
from projections.evidence.unused import Unused, unused_value

READ_BY_CHIP = ("chip", "contactless")


@dataclass(frozen=True, slots=True)
class Findings:
    """A case with what its rules ask for; late entries are left out throughout."""

    case: Case
    group: Group
    unused: Unused
    disclosures: tuple[Disclosure, ...]
    ce3: Compelling
    first_party: FirstParty
    renewals: tuple[RenewalCheck, ...]

    @property
    def disclosed(self) -> bool:
        """Whether the policy was properly disclosed on every contract of the charge."""
        return all(item.proper for item in self.disclosures)

    @property
    def renews(self) -> bool:
        """Whether any contract of the charge renews by itself."""
        return any(contract.sold.is_recurring for contract in self.case.contracts)

    @property
    def cards(self) -> list[tuple[int, Card]]:
        """The card of each payment of the charge, with its position."""
        return [(row.position, paid.card) for row, paid in self.case.payments if paid.card]

    @property
    def charged_on(self) -> date:
        """The day of the charge."""
        return min(row.effective_on for row, _ in self.case.payments)

    @property
    def charged_at(self) -> datetime:
        """The moment of the charge."""
        return min(row.effective_at for row, _ in self.case.payments)

    @property
    def uses(self) -> list[Use]:
        """The draws that took effect and were recorded before the dispute opened."""
        return [
            use
            for contract in self.case.contracts
            for use in contract.uses
            if self.case.counts(use.drawn)
        ]

    @property
    def delivered(self) -> list[Use]:
        """The uses of visits that took place."""
        return [use for use in self.uses if use.draw.status == "completed"]

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

    @property
    def refunded(self) -> int:
        """How much of the charge went back."""
        return sum(amount for _, amount in self.refunds)

    def messages(self, kind: str, direction: str) -> list[Message]:
        """The communications of one kind and direction that were recorded in time."""
        return [
            message
            for contract in self.case.contracts
            for message in contract.messages
            if message.is_a(kind, direction) and self.case.known(message.logged.position)
        ]

    def documents(self, *kinds: str) -> list[int]:
        """The positions of the attached documents of these kinds, recorded in time."""
        return [
            row.position
            for row in self.case.documents
            if isinstance(row.event, DocumentAttached) and row.event.kind in kinds
            if self.case.bears(row.position, row.event.kind)
        ]

    def records(self, *kinds: Kind, **fields: object) -> list[int]:
        """The positions of the evidence of these kinds that says so in its fields."""
        return [
            row.position
            for kind in kinds
            for row, told in self.case.records(kind)
            if all(told.fields.get(name) == value for name, value in fields.items())
        ]

    def bookings(self, *statuses: Status) -> list[tuple[int, BookingRecorded]]:
        """The last word on each booking, where it is one of these."""
        last = {
            row.event.booking: (row.position, row.event)
            for row in self.case.bookings
            if isinstance(row.event, BookingRecorded) and self.case.known(row.position)
        }
        return [found for found in last.values() if found[1].status in statuses]

    @property
    def to_come(self) -> list[int]:
        """Appointments after the day on which the charge was disputed."""
        ahead = self.bookings("booked", "confirmed", "rescheduled")
        return [position for position, told in ahead if told.booked_on > self.case.as_of]

    def consents(self) -> list[int]:
        """The positions of what was accepted in time."""
        return [
            row.position
            for contract in self.case.contracts
            for row, _ in contract.of(e.ConsentRecorded)
            if self.case.known(row.position)
        ]


def findings(case: Case) -> Findings:
    """The case with what its rules ask for."""
    opened = case.opened
    present = any(paid.card and paid.card.present for _, paid in case.payments)
    code, reason = (opened.network_reason_code, opened.reason) if opened else (None, None)
    kind = group(code, reason, card_present=present, claimed=case.claim)
    if opened is not None and opened.case_type == "compliance":
        kind = "compliance"
    return Findings(
        case=case,
        group=kind,
        unused=unused_value(case),
        disclosures=tuple(disclosure(case, contract) for contract in case.contracts),
        ce3=compelling(case),
        first_party=first_party(case),
        renewals=renewal_checks(case),
    )


def open_units(found: Findings, contract: ContractFile) -> bool:
    """Whether units of the contract can still be used after the dispute opened."""
    lots = contract.state.lots.values()
    return any(
        lot.remaining > 0 and (lot.lapses is None or lot.lapses > found.case.as_of) for lot in lots
    )


def doubled(found: Findings) -> list[int]:
    """Payments that took more than was owed: a second capture or another tender."""
    return [
        row.position
        for contract in found.case.contracts
        for row, paid in contract.of(e.PaymentReceived)
        if paid.excess
    ]
