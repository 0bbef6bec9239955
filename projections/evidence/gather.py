"""Reads everything that bears on a charge: the only part of the packet that asks the store."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from aggregates.clinic.state import CLINIC
from aggregates.communication.state import COMMUNICATION
from aggregates.dispute.events import EvidenceSubmitted
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
from ledger.events import Recorded
from ledger.ids import stream
from ledger.store.store import EventStore
from projections.balances.asof import View, contract_history
from projections.balances.report import presented, sale_of
from projections.evidence.capturing import captured_about
from projections.evidence.case import NEUTRAL, Case, ContractFile, Message, Use
from projections.evidence.projection import attached, disputes_of
from projections.evidence.tracing import traced_payments


def gather(store: EventStore, clinic: str, key: str, now: datetime) -> Case | None:
    """The case of a dispute or of a charge; None when neither is known.

    Documents are found through the read model `evidence`, which must be up to date.
    """
    history, dispute, charge = _dispute(store, clinic, key)
    opening = history[0] if history else None
    own, ours = stream(clinic, "charge", charge), stream(clinic, "clinic")
    loaded = store.load(clinic, [own, ours])
    parts, head = CHARGE.fold(loaded[own]).parts, store.head(clinic)
    if not parts or head is None:
        return None
    profile = CLINIC.fold(loaded[ours])
    moment = local_date(dispute.opened.opened_at if dispute.opened else now, profile.timezone)
    day = max(moment, *(row.effective_on for row in loaded[own]))
    view = View(day, opening.position - 1 if opening else None)
    keys = dict.fromkeys(part.subscription for part in parts)
    contracts = tuple(_contract(store, clinic, name, view) for name in keys)
    disputed, priors = traced_payments(store, clinic, charge, contracts, view)
    bookings, evidence = captured_about(store, clinic, charge, contracts, dispute)
    words = _words(store, clinic, contracts, dispute)
    return Case(
        clinic=clinic,
        profile=profile,
        charge=charge,
        dispute=dispute,
        opening=opening,
        contracts=contracts,
        documents=_documents(store, clinic, contracts, dispute),
        as_of=view.as_of,
        now=now,
        head=head,
        disputed=disputed,
        priors=priors,
        claim=_claimed(dispute, words),
        words=words,
        bookings=bookings,
        evidence=evidence,
        answers=tuple(row for row in history if isinstance(row.event, EvidenceSubmitted)),
    )


def contents(store: EventStore, case: Case) -> dict[str, bytes]:
    """The bytes of the documents that are stored and not erased, by digest."""
    attached_ones = [row.event for row in case.documents]
    digests = {found.sha256 for found in attached_ones if isinstance(found, DocumentAttached)}
    stored = {digest: store.document(case.clinic, digest) for digest in sorted(digests)}
    return {digest: found.content for digest, found in stored.items() if found is not None}


def _claimed(dispute: Dispute, words: Mapping[str, str]) -> dict[str, str]:
    """What the cardholder states, as far as it is not erased."""
    claim = dispute.opened.claim if dispute.opened else {}
    return {name: words[key] for name, key in claim.items() if key in words}


def _words(
    store: EventStore, clinic: str, contracts: Sequence[ContractFile], dispute: Dispute
) -> dict[str, str]:
    """The free text that is not erased, by digest."""
    digests = sorted(_digests(contracts, dispute))
    texts = store.personal(clinic, digests) if digests else {}
    return {key: text.value for key, text in texts.items()}


def _digests(contracts: Sequence[ContractFile], dispute: Dispute) -> Iterator[str]:
    """The free text that the case may need."""
    if dispute.opened:
        yield from dispute.opened.claim.values()
    for contract in contracts:
        if contract.sold.description:
            yield contract.sold.description
        for message in contract.messages:
            if message.state.logged and message.state.logged.summary:
                yield message.state.logged.summary


def _dispute(store: EventStore, clinic: str, key: str) -> tuple[Sequence[Recorded], Dispute, str]:
    """The history of the dispute of that id, or of the latest one of the charge of that id."""
    own = stream(clinic, "dispute", key)
    history = store.load(clinic, [own])[own]
    if not history:
        of_charge = disputes_of(store, clinic, key)
        if not of_charge:
            return (), Dispute(), key
        own = stream(clinic, "dispute", of_charge[0])
        history = store.load(clinic, [own])[own]
    state = DISPUTE.fold(history)
    return history, state, state.opened.charge if state.opened else key


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
        messages=_messages(store, clinic, history, sale_of(frozen).timezone),
        labels=_labels(store, clinic, frozen, history[0]),
    )


def _uses(store: EventStore, clinic: str, history: Sequence[Recorded]) -> tuple[Use, ...]:
    draws: dict[tuple[str, str, str], tuple[Recorded, e.UnitsDrawn]] = {}
    for row in history:
        match row.event:
            case e.UnitsDrawn() as draw:
                draws[draw.visit, draw.visit_line, draw.grant] = (row, draw)
            case e.DrawReversed(visit=visit, visit_line=line, grant=grant):
                draws.pop((visit, line, grant), None)
    streams = {stream(clinic, "visit", visit) for visit, _, _ in draws}
    visits = store.load(clinic, sorted(streams)) if streams else {}
    uses = (
        _use(row, draw, visits[stream(clinic, "visit", draw.visit)]) for row, draw in draws.values()
    )
    # What another system counted as used proves no visit.
    return tuple(use for use in uses if use.visit is None or not use.visit.carried_over)


def _use(row: Recorded, draw: e.UnitsDrawn, visit: Sequence[Recorded]) -> Use:
    for found in visit:
        if isinstance(found.event, VisitRecorded):
            return Use(row, draw, found.event, found.position)
    return Use(row, draw, None, None)


def _messages(
    store: EventStore, clinic: str, history: Sequence[Recorded], timezone: str
) -> tuple[Message, ...]:
    linked = [row.event for row in history]
    names = [x.communication for x in linked if isinstance(x, CommunicationLinked)]
    names += [
        x.copy_communication
        for x in linked
        if isinstance(x, e.ConsentRecorded) and x.copy_communication
    ]
    streams = list(dict.fromkeys(stream(clinic, "communication", name) for name in names))
    loaded = store.load(clinic, streams) if streams else {}
    folded = [(rows[0], COMMUNICATION.fold(rows)) for rows in loaded.values() if rows]
    return tuple(
        Message(row, state, local_date(state.logged.sent_at, timezone))
        for row, state in folded
        if state.logged is not None
    )


def _labels(store: EventStore, clinic: str, state: Subscription, row: Recorded) -> dict[str, str]:
    """What a card issuer may see of each service, as it was defined at the sale."""
    services = {term.service for line in sale_of(state).lines for term in line.services}
    services |= {term.service for lot in state.lots.values() for term in lot.services}
    loaded = store.load(clinic, [stream(clinic, "service", name) for name in sorted(services)])
    defined = {
        name: SERVICE.fold(loaded[stream(clinic, "service", name)]).at(row.effective_at)
        for name in services
    }
    return {name: item.label if item else NEUTRAL for name, item in defined.items()}


def _documents(
    store: EventStore, clinic: str, contracts: Sequence[ContractFile], dispute: Dispute
) -> tuple[Recorded, ...]:
    visits = [use.draw.visit for contract in contracts for use in contract.uses]
    disputes = [dispute.opened.dispute] if dispute.opened else []
    found = attached(store, clinic, [item.key for item in contracts], disputes, visits)
    streams = [stream(clinic, "document", name) for name in found]
    loaded = store.load(clinic, streams) if streams else {}
    rows = [row for history in loaded.values() for row in history]
    return tuple(row for row in rows if isinstance(row.event, DocumentAttached))


def names(store: EventStore, case: Case) -> dict[str, str]:
    """The personal fields a processor asks for, as far as they are not erased."""
    person = case.contracts[0].sold.payer or case.contracts[0].sold.patient
    own = stream(case.clinic, "patient", person)
    digests: dict[str, str] = {}
    for row in store.load(case.clinic, [own])[own]:
        if isinstance(row.event, PatientRegistered):
            given = {
                "customer_name": row.event.name,
                "customer_email_address": row.event.email,
                "billing_address": row.event.address,
            }
            digests |= {field: digest for field, digest in given.items() if digest}
    found = store.personal(case.clinic, sorted(digests.values()))
    texts = {field: found[key].value for field, key in digests.items() if key in found}
    if case.disputed is not None and "ip" in case.disputed.traces:
        texts["customer_purchase_ip"] = case.disputed.traces["ip"]
    return texts
