"""Reads the appointments and the other evidence that bear on a charge."""

from collections.abc import Iterator, Sequence

from aggregates.booking.events import BookingRecorded
from aggregates.dispute.state import Dispute
from ledger.events import Recorded
from ledger.ids import stream
from ledger.store.store import EventStore
from projections.evidence.case import ContractFile
from projections.evidence.projection import About, captured

BOOKING, EVIDENCE = "booking", "evidence"


def captured_about(
    store: EventStore,
    clinic: str,
    charge: str,
    contracts: Sequence[ContractFile],
    dispute: Dispute,
) -> tuple[tuple[Recorded, ...], tuple[Recorded, ...]]:
    """The events of bookings and of evidence, each in the order of recording.

    A booking of a patient bears on the charge when it is for a service of the package, or a
    visit or message about it names it; what else he came for is nobody's business.
    """
    about = About(
        charge=charge,
        patients=sorted({contract.sold.patient for contract in contracts}),
        subscriptions=[contract.key for contract in contracts],
        visits=sorted({use.draw.visit for item in contracts for use in item.uses}),
        disputes=[dispute.opened.dispute] if dispute.opened else [],
    )
    names = captured(store, clinic, about)
    loaded = store.load(clinic, [f"{clinic}/{name}" for name in names]) if names else {}
    named = set(_named(clinic, contracts))
    booked, found = list[Recorded](), list[Recorded]()
    for name, history in loaded.items():
        if name.startswith(stream(clinic, EVIDENCE, "")):
            found += history
        elif name in named or _concerns(history, contracts):
            booked += history
    return _in_order(booked), _in_order(found)


def _named(clinic: str, contracts: Sequence[ContractFile]) -> Iterator[str]:
    """The bookings that visits and messages of the contracts name."""
    for contract in contracts:
        for use in contract.uses:
            if use.visit is not None and use.visit.booking is not None:
                yield stream(clinic, BOOKING, use.visit.booking)
        for message in contract.messages:
            if message.state.logged is not None and message.state.logged.booking is not None:
                yield stream(clinic, BOOKING, message.state.logged.booking)


def _concerns(history: Sequence[Recorded], contracts: Sequence[ContractFile]) -> bool:
    services = {name for contract in contracts for name in contract.labels}
    since = min(contract.sold.sold_on for contract in contracts)
    told = [row.event for row in history]
    return any(
        isinstance(event, BookingRecorded)
        and event.booked_on >= since
        and not services.isdisjoint(event.services)
        for event in told
    )


def _in_order(rows: list[Recorded]) -> tuple[Recorded, ...]:
    return tuple(sorted(rows, key=lambda row: row.position))
