"""Reads everything that bears on a charge: the only part of the packet that asks the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from aggregates.clinic.state import CLINIC, Clinic
from aggregates.communication.state import COMMUNICATION, Communication
from aggregates.dispute.events import DisputeOpened
from aggregates.dispute.state import DISPUTE, Dispute
from aggregates.document.events import DocumentAttached
from aggregates.patient.events import PatientRegistered
from aggregates.payment.state import CHARGE
from aggregates.service.state import SERVICE
from aggregates.subscription import events as e
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.link_events import CommunicationLinked
from aggregates.subscription.state import Subscription
from aggregates.visit.events import VisitRecorded
from ledger.calendar import local_date
from ledger.events import Event, Recorded
from ledger.ids import stream
from ledger.store.rows import Head
from ledger.store.store import EventStore
from projections.balances.asof import View, contract_history
from projections.balances.report import presented, sale_of
from projections.evidence.projection import attached, disputes_of

Kind = TypeVar("Kind", bound=Event)


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

    @property
    def sold(self) -> e.PackageSold:
        """The sale as it was then."""
        return sale_of(self.state)


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known about a charge; `dispute` is None for one that nobody disputed."""

    clinic: str
    profile: Clinic
    charge: str
    dispute: Dispute
    opening: Recorded | None
    contracts: tuple[ContractFile, ...]
    documents: tuple[Recorded, ...]
    contents: dict[str, bytes]
    as_of: date
    now: datetime
    head: Head
    texts: dict[str, str]

    @property
    def opened(self) -> DisputeOpened | None:
        """The dispute as it was opened."""
        return self.dispute.opened

    @property
    def payments(self) -> list[tuple[Recorded, e.PaymentReceived]]:
        """The payments that the charge made."""
        return [
            (row, paid)
            for contract in self.contracts
            for row, paid in contract.of(e.PaymentReceived)
            if paid.charge == self.charge
        ]

    @property
    def amount(self) -> int:
        """The disputed amount, or the whole charge where nothing is disputed."""
        return self.opened.amount if self.opened else self.charged

    @property
    def charged(self) -> int:
        """The charge."""
        return sum(paid.amount for _, paid in self.payments)


def gather(store: EventStore, clinic: str, key: str, now: datetime) -> Case | None:
    """The case of a dispute or of a charge; None when neither is known.

    Documents are found through the read model `evidence`, which must be up to date.
    """
    opening, dispute, charge = _dispute(store, clinic, key)
    own = stream(clinic, "charge", charge)
    loaded = store.load(clinic, [own, stream(clinic, "clinic")])
    parts = CHARGE.fold(loaded[own]).parts
    head = store.head(clinic)
    if not parts or head is None:
        return None
    profile = CLINIC.fold(loaded[stream(clinic, "clinic")])
    moment = dispute.opened.opened_at if dispute.opened else now
    paid_on = max(row.effective_on for row in loaded[own])
    day = max(local_date(moment, profile.timezone), paid_on)
    view = View(day, opening.position - 1 if opening else None)
    keys = list(dict.fromkeys(part.subscription for part in parts))
    contracts = tuple(_contract(store, clinic, name, view) for name in keys)
    documents = _documents(store, clinic, contracts, dispute)
    return Case(
        clinic=clinic,
        profile=profile,
        charge=charge,
        dispute=dispute,
        opening=opening,
        contracts=contracts,
        documents=documents,
        contents=_contents(store, clinic, documents),
        as_of=view.as_of,
        now=now,
        head=head,
        texts=_texts(store, clinic, contracts, charge),
    )


def _dispute(store: EventStore, clinic: str, key: str) -> tuple[Recorded | None, Dispute, str]:
    """The dispute of that id, or the latest one of the charge of that id."""
    candidates = [key, *disputes_of(store, clinic, key)]
    streams = [stream(clinic, "dispute", name) for name in candidates]
    loaded = store.load(clinic, streams)
    for name in streams:
        if loaded[name]:
            state = DISPUTE.fold(loaded[name])
            return loaded[name][0], state, state.opened.charge if state.opened else key
    return None, Dispute(), key


def _contract(store: EventStore, clinic: str, key: str, view: View) -> ContractFile:
    own = stream(clinic, "subscription", key)
    history = store.load(clinic, [own])[own]
    state = SUBSCRIPTION.fold(contract_history(history, view))
    frozen = presented(clinic, state, view.as_of).state
    return ContractFile(
        key=key,
        history=tuple(history),
        state=frozen,
        uses=_uses(store, clinic, history),
        messages=_messages(store, clinic, history),
        labels=_labels(store, clinic, sale_of(frozen), history[0]),
    )


def _uses(store: EventStore, clinic: str, history: Sequence[Recorded]) -> tuple[Use, ...]:
    draws: dict[tuple[str, str, str], tuple[Recorded, e.UnitsDrawn]] = {}
    for row in history:
        match row.event:
            case e.UnitsDrawn() as draw:
                draws[draw.visit, draw.visit_line, draw.grant] = (row, draw)
            case e.DrawReversed(visit=visit, visit_line=line, grant=grant):
                draws.pop((visit, line, grant), None)
    names = {stream(clinic, "visit", visit) for visit, _, _ in draws}
    visits = store.load(clinic, sorted(names))
    return tuple(
        _use(row, draw, visits[stream(clinic, "visit", draw.visit)]) for row, draw in draws.values()
    )


def _use(row: Recorded, draw: e.UnitsDrawn, visit: Sequence[Recorded]) -> Use:
    for found in visit:
        if isinstance(found.event, VisitRecorded):
            return Use(row, draw, found.event, found.position)
    return Use(row, draw, None, None)


def _messages(store: EventStore, clinic: str, history: Sequence[Recorded]) -> tuple[Message, ...]:
    linked = [row.event for row in history]
    names = [x.communication for x in linked if isinstance(x, CommunicationLinked)]
    names += [
        x.copy_communication
        for x in linked
        if isinstance(x, e.ConsentRecorded) and x.copy_communication
    ]
    streams = list(dict.fromkeys(stream(clinic, "communication", name) for name in names))
    loaded = store.load(clinic, streams)
    return tuple(Message(rows[0], COMMUNICATION.fold(rows)) for rows in loaded.values() if rows)


def _labels(store: EventStore, clinic: str, sold: e.PackageSold, row: Recorded) -> dict[str, str]:
    """What a card issuer may see of each service, as it was defined at the sale."""
    names = {term.service for line in sold.lines for term in line.services}
    loaded = store.load(clinic, [stream(clinic, "service", name) for name in sorted(names)])
    defined = {
        name: SERVICE.fold(loaded[stream(clinic, "service", name)]).at(row.effective_at)
        for name in names
    }
    return {name: item.label if item else "Package visit" for name, item in defined.items()}


def _documents(
    store: EventStore, clinic: str, contracts: Sequence[ContractFile], dispute: Dispute
) -> tuple[Recorded, ...]:
    visits = [use.draw.visit for contract in contracts for use in contract.uses]
    disputes = [dispute.opened.dispute] if dispute.opened else []
    names = attached(store, clinic, [item.key for item in contracts], disputes, visits)
    loaded = store.load(clinic, [stream(clinic, "document", name) for name in names])
    rows = [row for history in loaded.values() for row in history]
    return tuple(row for row in rows if isinstance(row.event, DocumentAttached))


def _contents(store: EventStore, clinic: str, documents: Sequence[Recorded]) -> dict[str, bytes]:
    """The bytes of the documents that are stored and not erased, by digest."""
    digests = {row.event.sha256 for row in documents if isinstance(row.event, DocumentAttached)}
    found = {digest: store.document(clinic, digest) for digest in sorted(digests)}
    return {digest: stored.content for digest, stored in found.items() if stored is not None}


def _texts(
    store: EventStore, clinic: str, contracts: Sequence[ContractFile], charge: str
) -> dict[str, str]:
    """The three personal fields a processor asks for, as far as they are not erased."""
    person = contracts[0].sold.payer or contracts[0].sold.patient
    own = stream(clinic, "patient", person)
    digests: dict[str, str | None] = {}
    for row in store.load(clinic, [own])[own]:
        if isinstance(row.event, PatientRegistered):
            digests["customer_name"] = row.event.name or digests.get("customer_name")
            digests["customer_email_address"] = row.event.email or digests.get(
                "customer_email_address"
            )
    for _, paid in contracts[0].of(e.PaymentReceived):
        if paid.charge == charge and paid.traces:
            digests["customer_purchase_ip"] = paid.traces.ip
    wanted = {field: digest for field, digest in digests.items() if digest}
    found = store.personal(clinic, sorted(wanted.values()))
    return {field: found[digest].value for field, digest in wanted.items() if digest in found}
