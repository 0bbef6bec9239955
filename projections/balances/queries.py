"""Questions to the balances: what a patient holds, what is due, whether the rows are right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from aggregates.clinic.state import CLINIC
from aggregates.dormant_credit import elapse_credit
from aggregates.patient.state import PATIENT, Patient
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription
from ledger.decider import staged
from ledger.ids import stream
from ledger.store.pool import Connection, clinic_transaction, lent
from ledger.store.store import EventStore
from projections.balances.asof import View, contract_history, patient_history
from projections.balances.projection import Contract, contracts_in, contracts_of, holder_in
from projections.balances.report import Presented, balance, by_time, contract, presented

_MARK = "SELECT position FROM views.mark WHERE clinic = %s AND projection = 'balances'"
_DUE = """
SELECT subscription FROM views.contract
WHERE clinic = %s AND next_due <= %s ORDER BY next_due, subscription
"""
_HOLDERS = """
SELECT patient FROM views.patient
WHERE clinic = %s AND (credit_since < %s OR %s::date IS NULL) ORDER BY patient
"""
_KEYS = "SELECT subscription FROM views.contract WHERE clinic = %s ORDER BY subscription"
_PAGE = """
SELECT subscription, patient FROM views.contract
WHERE clinic = %s AND subscription > %s AND (%s::text IS NULL OR patient = %s)
  AND (%s::text IS NULL OR offer = %s)
ORDER BY subscription LIMIT %s
"""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the read model that is not what the log says; `what` names fields."""

    subscription: str
    what: str


def patient_balance(
    store: EventStore, clinic: str, patient: str, view: View, *, current: bool = True
) -> dict[str, Any]:
    """What a patient holds (interfaces.md 6). A patient nobody knows holds nothing.

    `current` reads the read model as it stands, for a `view` of today; otherwise the streams
    are folded as of the view.
    """
    if current:
        with lent(store.pool) as connection:
            position, state = holder_in(connection, clinic, patient)
            rows = contracts_in(connection, clinic, state.subscriptions)
        contracts = {key: row.state for key, row in rows.items()}
    else:
        own = stream(clinic, "patient", patient)
        history = store.load(clinic, [own])[own]
        state = PATIENT.fold(patient_history(history, view))
        contracts = folded(store, clinic, state.subscriptions, view)
        position = _known(store, clinic, view)
    shown = _presented(clinic, state.subscriptions, contracts, view)
    credit = _credit_by_time(store, clinic, patient, state, view)
    return balance(patient, view.as_of, position, credit, shown)


def _credit_by_time(
    store: EventStore, clinic: str, patient: str, state: Patient, view: View
) -> int:
    """The store credit less what time has brought the state of it by the view's day."""
    if not state.credits:
        return state.store_credit
    name = stream(clinic, "clinic")
    known = (
        one
        for one in store.load(clinic, [name])[name]
        if view.known_at is None or one.position <= view.known_at
    )
    context = by_time(clinic, view.as_of)
    coming = elapse_credit(context, patient, state, CLINIC.fold(known), view.as_of)
    return PATIENT.fold((staged(context, new) for new in coming), state).store_credit


def contract_balance(
    store: EventStore, clinic: str, subscription: str, view: View, *, current: bool = True
) -> dict[str, Any] | None:
    """The balance with one contract alone; None when no such contract was ever sold.

    A view of a day before the sale leaves the contract out.
    """
    sold = folded(store, clinic, [subscription], View(date.max)).get(subscription)
    if sold is None or sold.sold is None:
        return None
    whole = patient_balance(store, clinic, sold.sold.patient, view, current=current)
    own = [row for row in whole["subscriptions"] if row["subscription"] == subscription]
    return {**whole, "subscriptions": own}


def folded(
    store: EventStore, clinic: str, subscriptions: Sequence[str], view: View
) -> dict[str, Subscription]:
    """The contracts of a view, folded from their streams; without those not sold by then."""
    streams = {stream(clinic, "subscription", key): key for key in subscriptions}
    histories = store.load(clinic, list(streams))
    return {
        streams[name]: SUBSCRIPTION.fold(kept)
        for name, history in histories.items()
        if (kept := contract_history(history, view))
    }


def folded_patients(
    store: EventStore, clinic: str, patients: Sequence[str], view: View
) -> dict[str, Patient]:
    """Patients of a view, folded from their streams."""
    streams = {stream(clinic, "patient", key): key for key in patients}
    histories = store.load(clinic, list(streams))
    return {
        streams[name]: PATIENT.fold(patient_history(history, view))
        for name, history in histories.items()
    }


def due(connection: Connection, clinic: str, through: date) -> list[str]:
    """The subscriptions to which time brings something by the end of a day, soonest first.

    `connection` sees the clinic (`ledger.store.pool.clinic_transaction`).
    """
    return [key for (key,) in connection.execute(_DUE, (clinic, through))]


def credit_holders(connection: Connection, clinic: str, through: date | None) -> list[str]:
    """The patients with store credit that arose before a day, and is not the state's yet; without
    a day every patient.

    `connection` sees the clinic (`ledger.store.pool.clinic_transaction`).
    """
    return [key for (key,) in connection.execute(_HOLDERS, (clinic, through, through))]


@dataclass(frozen=True, slots=True)
class Page:
    """So many contracts after an id, of a patient or an offer where these are named."""

    after: str
    most: int
    patient: str | None = None
    offer: str | None = None


def contracts_page(store: EventStore, clinic: str, page: Page, today: date) -> list[dict[str, Any]]:
    """Contracts by their ids, each with its patient and as a balance of today has it."""
    narrow = (page.patient, page.patient, page.offer, page.offer)
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        found = connection.execute(_PAGE, (clinic, page.after, *narrow, page.most)).fetchall()
        rows = contracts_of(connection, clinic, [key for key, _ in found])
    return [
        {"patient": patient, **contract(presented(clinic, rows[key].state, today).state, today)}
        for key, patient in found
    ]


def contract_keys(store: EventStore, clinic: str) -> Iterator[list[str]]:
    """Every contract ever sold, in the order of their ids, a thousand at a time."""
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        keys = _keys(connection, clinic)
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]


def _keys(connection: Connection, clinic: str) -> list[str]:
    return [key for (key,) in connection.execute(_KEYS, (clinic,))]


def check(store: EventStore, clinic: str) -> list[Difference]:
    """Compares every row of the read model with a fresh fold of the log up to its mark."""
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        position = _mark(connection, clinic)
        keys = _keys(connection, clinic)
        rows = contracts_of(connection, clinic, keys)
    expected = _replayed(store, clinic, position)
    found = [_compared(key, rows.get(key), expected.get(key)) for key in {**rows, **expected}]
    return [difference for difference in found if difference is not None]


def _replayed(store: EventStore, clinic: str, until: int) -> dict[str, Contract]:
    prefix = stream(clinic, "subscription", "")
    contracts: dict[str, Contract] = {}
    for event in store.history(clinic, 0, until):
        if event.stream.startswith(prefix):
            key = event.stream.removeprefix(prefix)
            old = contracts[key].state if key in contracts else SUBSCRIPTION.initial
            contracts[key] = Contract(event.version, SUBSCRIPTION.evolve(old, event))
    return contracts


def _compared(key: str, row: Contract | None, expected: Contract | None) -> Difference | None:
    if row is None:
        return Difference(key, "missing")
    if expected is None:
        return Difference(key, "not in the log")
    wrong = [] if row.version == expected.version else ["version"]
    wrong += [
        field.name
        for field in fields(Subscription)
        if getattr(row.state, field.name) != getattr(expected.state, field.name)
    ]
    return Difference(key, ", ".join(wrong)) if wrong else None


def _presented(
    clinic: str, order: Sequence[str], contracts: Mapping[str, Subscription], view: View
) -> Iterator[Presented]:
    return (presented(clinic, contracts[key], view.as_of) for key in order if key in contracts)


def _known(store: EventStore, clinic: str, view: View) -> int:
    head = store.head(clinic)
    last = head.position if head else 0
    return last if view.known_at is None else min(view.known_at, last)


def _mark(connection: Connection, clinic: str) -> int:
    row = connection.execute(_MARK, (clinic,)).fetchone()
    return row[0] if row else 0
