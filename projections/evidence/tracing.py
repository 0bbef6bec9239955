"""Earlier payments by the same card, with the traces that Visa compares (evidence.md 4.1)."""

from collections.abc import Iterator, Sequence

from aggregates.patient.events import SubscriptionAdded
from aggregates.subscription.events import PaymentReceived, Refunded
from ledger.events import Recorded
from ledger.ids import stream
from ledger.store.store import EventStore
from projections.balances.asof import View
from projections.evidence.case import ContractFile, Traced
from projections.evidence.projection import disputed_charges

Pair = tuple[Recorded, PaymentReceived]


def traced_payments(
    store: EventStore, clinic: str, charge: str, contracts: Sequence[ContractFile], view: View
) -> tuple[Traced | None, tuple[Traced, ...]]:
    """The disputed payment with its traces, and undisputed earlier ones by the same card.

    Only a card with a fingerprint can be recognised; a payment that went back in full, or was
    never more than a validation, is no prior.
    """
    own = [pair for contract in contracts for pair in contract.of(PaymentReceived)]
    disputed = next((pair for pair in own if pair[1].charge == charge), None)
    if disputed is None:
        return None, ()
    card = disputed[1].card
    earlier: list[Pair] = []
    if card is not None and card.fingerprint is not None:
        earlier = [
            pair
            for pair in _payments(store, clinic, contracts, view)
            if pair[1].card is not None and pair[1].card.fingerprint == card.fingerprint
            if pair[1].charge not in (None, charge) and pair[0].position < disputed[0].position
        ]
    charges = [paid.charge for _, paid in earlier if paid.charge]
    bad = disputed_charges(store, clinic, charges) if charges else set()
    kept = [pair for pair in earlier if pair[1].charge not in bad]
    texts = _texts(store, clinic, [disputed, *kept])
    first, *rest = [_traced(pair, texts) for pair in (disputed, *kept)]
    return first, tuple(rest)


def _payments(
    store: EventStore, clinic: str, contracts: Sequence[ContractFile], view: View
) -> Iterator[Pair]:
    people = {contract.sold.patient for contract in contracts}
    names = [stream(clinic, "patient", person) for person in sorted(people)]
    rosters = store.load(clinic, names)
    held = {
        stream(clinic, "subscription", row.event.subscription)
        for rows in rosters.values()
        for row in rows
        if isinstance(row.event, SubscriptionAdded)
    }
    for history in store.load(clinic, sorted(held)).values():
        known = [row for row in history if view.includes(row)]
        returned = {
            part.payment
            for row in known
            if isinstance(row.event, Refunded)
            for part in row.event.payments
        }
        for row in known:
            if isinstance(row.event, PaymentReceived) and row.event.payment not in returned:
                yield row, row.event


def _texts(store: EventStore, clinic: str, pairs: Sequence[Pair]) -> dict[str, str]:
    digests = {
        digest for _, paid in pairs if paid.traces for digest in paid.traces.model_dump().values()
    }
    named = sorted(digest for digest in digests if digest)
    found = store.personal(clinic, named) if named else {}
    return {digest: text.value for digest, text in found.items()}


def _traced(pair: Pair, texts: dict[str, str]) -> Traced:
    row, paid = pair
    named = paid.traces.model_dump() if paid.traces else {}
    return Traced(
        charge=paid.charge or "",
        on=row.effective_on,
        amount=paid.amount,
        card=paid.card,
        traces={name: texts[digest] for name, digest in named.items() if digest in texts},
        position=row.position,
    )
