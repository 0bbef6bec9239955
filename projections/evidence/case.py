"""A disputed charge and all that bears on it, as it was read: nothing here asks the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from aggregates.clinic.state import Clinic
from aggregates.communication.state import Communication
from aggregates.dispute.events import DisputeOpened
from aggregates.dispute.state import Dispute
from aggregates.evidence.events import EvidenceRecorded
from aggregates.evidence.events import Kind as EvidenceKind
from aggregates.subscription import events as e
from aggregates.subscription.card import Card
from aggregates.subscription.change_events import CancellationRequested
from aggregates.subscription.state import Subscription
from aggregates.visit.events import VisitRecorded
from ledger.calendar import local_date
from ledger.events import Event, Recorded
from ledger.store.rows import Head
from projections.balances.report import sale_of
from projections.evidence.codes.captured import AFTERWARDS

Kind = TypeVar("Kind", bound=Event)
#: What stands for a service whose definition at the sale is not known.
NEUTRAL = "Package visit"


@dataclass(frozen=True, slots=True)
class Use:
    """A draw that was not given back, with the visit it belongs to."""

    drawn: Recorded
    draw: e.UnitsDrawn
    visit: VisitRecorded | None
    visit_position: int | None

    @property
    def attended(self) -> bool:
        """Whether somebody recorded how the patient was there."""
        return self.visit is not None and self.visit.attendance is not None


@dataclass(frozen=True, slots=True)
class Message:
    """A communication with its last status."""

    logged: Recorded
    state: Communication
    on: date

    def is_a(self, kind: str, direction: str) -> bool:
        """Whether it is of that kind and direction."""
        logged = self.state.logged
        return logged is not None and (logged.kind, logged.direction) == (kind, direction)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A request to cancel that is on record."""

    on: date
    position: int
    channel: str


@dataclass(frozen=True, slots=True)
class ContractFile:
    """One contract the charge paid for; `state` is frozen as it was when the dispute opened."""

    key: str
    history: tuple[Recorded, ...]
    state: Subscription
    uses: tuple[Use, ...]
    messages: tuple[Message, ...]
    labels: dict[str, str]

    def of(self, kind: type[Kind]) -> list[tuple[Recorded, Kind]]:
        """The contract's events of one kind."""
        return [(row, row.event) for row in self.history if isinstance(row.event, kind)]

    def of_payments(self, charge: str) -> list[tuple[Recorded, e.PaymentReceived]]:
        """The payments of this contract that a charge made."""
        return [pair for pair in self.of(e.PaymentReceived) if pair[1].charge == charge]

    def label(self, service: str) -> str:
        """A service as an issuer may see it, by its definition at the sale."""
        return self.labels.get(service, NEUTRAL)

    @property
    def sold(self) -> e.PackageSold:
        """The sale as it was then."""
        return sale_of(self.state)


@dataclass(frozen=True, slots=True)
class Traced:
    """A payment with the texts of its traces, as far as they are not erased.

    `traces` has the names of `Payer`: ip, device, device_fingerprint, email, account.
    """

    charge: str
    on: date
    amount: int
    card: Card | None
    traces: Mapping[str, str]
    position: int


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known about a charge; `dispute` is None for one that nobody disputed.

    `claim` is what the cardholder stated (evidence.md 1.4), `priors` are undisputed earlier
    payments by the same card, `words` free text by digest: what of it is not erased. `bookings`
    and `evidence` bear on what the charge paid for, `answers` are what was sent before.
    """

    clinic: str
    profile: Clinic
    charge: str
    dispute: Dispute
    opening: Recorded | None
    contracts: tuple[ContractFile, ...]
    documents: tuple[Recorded, ...]
    as_of: date
    now: datetime
    head: Head
    disputed: Traced | None
    priors: tuple[Traced, ...]
    claim: dict[str, str]
    words: dict[str, str]
    bookings: tuple[Recorded, ...] = ()
    evidence: tuple[Recorded, ...] = ()
    answers: tuple[Recorded, ...] = ()

    @property
    def opened(self) -> DisputeOpened | None:
        """The dispute as it was opened."""
        return self.dispute.opened

    @property
    def payments(self) -> list[tuple[Recorded, e.PaymentReceived]]:
        """The payments that the charge made."""
        return [pair for contract in self.contracts for pair in contract.of_payments(self.charge)]

    @property
    def amount(self) -> int:
        """The disputed amount, or the whole charge where nothing is disputed."""
        return self.opened.amount if self.opened else self.charged

    @property
    def charged(self) -> int:
        """The charge."""
        return sum(paid.amount for _, paid in self.payments)

    def known(self, position: int) -> bool:
        """Whether an event was recorded before the dispute was; all are while there is none.

        Order of recording decides and not the clock: an entry that was recorded before anybody
        told the ledger of the dispute was not made for it (evidence.md 8, "Late entries").
        """
        return self.opening is None or position < self.opening.position

    def bears(self, position: int, kind: str) -> bool:
        """Whether something of a kind counts: recorded in time, or only possible afterwards."""
        return self.known(position) or kind in AFTERWARDS

    def records(self, kind: EvidenceKind) -> list[tuple[Recorded, EvidenceRecorded]]:
        """The pieces of evidence of a kind that count."""
        return [
            (row, row.event)
            for row in self.evidence
            if isinstance(row.event, EvidenceRecorded)
            and row.event.kind == kind
            and self.bears(row.position, kind)
        ]

    def counts(self, row: Recorded) -> bool:
        """Whether an event took effect and was recorded before the dispute opened."""
        return self.known(row.position) and row.effective_on <= self.as_of

    def claimed(self, field: str) -> date | None:
        """A date that the cardholder stated; None when he did not, or not as a date."""
        try:
            return date.fromisoformat(self.claim.get(field, "")[:10])
        except ValueError:
            return None

    def cancellations(self) -> list[Cancellation]:
        """Every request to cancel that is on record, by any route, the earliest first."""
        asked = [
            Cancellation(message.on, message.logged.position, message.state.logged.channel)
            for contract in self.contracts
            for message in contract.messages
            if message.state.logged and message.is_a("cancellation", "in")
        ]
        asked += [
            Cancellation(request.received_on, row.position, request.channel)
            for contract in self.contracts
            for row, request in contract.of(CancellationRequested)
        ]
        asked += [
            Cancellation(
                local_date(request.occurred_at, self.profile.timezone),
                row.position,
                str(request.fields.get("channel", "other")),
            )
            for row, request in self.records("cancellation_request")
        ]
        return sorted((item for item in asked if self.known(item.position)), key=_when)


def _when(item: Cancellation) -> tuple[date, int]:
    return item.on, item.position
