"""The feed of the balances: one query for the states of a batch, one write for each table."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from aggregates.due import next_due
from aggregates.patient.credit import untold_since
from aggregates.patient.state import PATIENT, Patient
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription
from ledger.events import Recorded
from ledger.ids import key_of, kind_of
from ledger.store.pool import Connection
from ledger.store.rows import Row
from projections.balances.serial import (
    patient_text,
    restored,
    restored_patient,
    sale_text,
    state_text,
)

_CONTRACTS = """
SELECT subscription, version, sale, state FROM views.contract
WHERE clinic = %s AND subscription = ANY (%s)
"""
_CONTRACTS_IN = "SELECT * FROM views.read_contracts(%s, %s)"
_HOLDER_IN = "SELECT * FROM views.read_holder(%s, %s)"
_VERSIONS = """
SELECT subscription, version FROM views.contract WHERE clinic = %s AND subscription = ANY (%s)
"""
_PATIENTS = """
SELECT patient, version, state FROM views.patient
WHERE clinic = %s AND patient = ANY (%s)
"""
# %b: in the text format every quote of the texts would be searched for and escaped.
_WRITE_CONTRACTS = """
INSERT INTO views.contract
    (clinic, subscription, patient, offer, version, next_due, ended, sale, state)
SELECT %s, * FROM unnest(%b::text[], %b::text[], %b::text[], %b::int[], %b::date[], %b::text[],
                         %b::text[], %b::text[])
ON CONFLICT (clinic, subscription) DO UPDATE SET
    version = excluded.version, next_due = excluded.next_due, ended = excluded.ended,
    state = excluded.state
"""
_WRITE_PATIENTS = """
INSERT INTO views.patient (clinic, patient, version, credit_since, state)
SELECT %s, * FROM unnest(%s::text[], %s::int[], %s::date[], %s::text[])
ON CONFLICT (clinic, patient) DO UPDATE SET
    version = excluded.version, credit_since = excluded.credit_since, state = excluded.state
"""
_KINDS = frozenset({"subscription", "patient"})
MOST_REMEMBERED = 20_000
"""Contracts: about 100 MB of folded states."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A row of ``views.contract``: the state after `version` events of its stream."""

    version: int
    state: Subscription


@dataclass(frozen=True, slots=True)
class Holder:
    """A row of ``views.patient``."""

    version: int
    state: Patient


class Balances:
    """Keeps every contract and every patient folded (the Projection of `ledger.store.feed`).

    The contracts it folded last are remembered beside the table: a remembered state counts only
    while the row is at its version, so it saves reading and never says something else.
    """

    name = "balances"

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._remembered: OrderedDict[tuple[str, str], Contract] = OrderedDict()
        self._lock = Lock()  # clinics are fed side by side

    def wants(self, row: Row) -> bool:
        """Whether the event is one of a contract or of a patient."""
        return kind_of(row.stream) in _KINDS

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        """Folds a batch into the rows it concerns."""
        contracts = by_key(events, "subscription")
        if contracts:
            self._fold_contracts(connection, clinic, contracts)
        holders = by_key(events, "patient")
        if holders:
            self._fold_patients(connection, clinic, holders)

    def reset(self, connection: Connection, clinic: str) -> None:
        """Removes the clinic's rows."""
        connection.execute("DELETE FROM views.contract WHERE clinic = %s", (clinic,))
        connection.execute("DELETE FROM views.patient WHERE clinic = %s", (clinic,))

    def _fold_contracts(
        self, connection: Connection, clinic: str, histories: Mapping[str, list[Recorded]]
    ) -> None:
        states = self._states(connection, clinic, list(histories))
        for key, history in histories.items():
            old = states[key].state if key in states else None
            states[key] = Contract(history[-1].version, SUBSCRIPTION.fold(history, old))
        rows = [_contract_row(key, row, histories[key]) for key, row in states.items()]
        connection.execute(_WRITE_CONTRACTS, (clinic, *columns(rows)))
        self._remember(clinic, states)

    def _states(
        self, connection: Connection, clinic: str, keys: Sequence[str]
    ) -> dict[str, Contract]:
        """The contracts as their rows are, read only where they are not remembered so."""
        versions: dict[str, int] = dict(connection.execute(_VERSIONS, (clinic, list(keys))))
        known = {
            key: row
            for key, version in versions.items()
            if (row := self._remembered.get((clinic, key))) and row.version == version
        }
        missing = [key for key in versions if key not in known]
        return known | contracts_of(connection, clinic, missing) if missing else known

    def _remember(self, clinic: str, states: Mapping[str, Contract]) -> None:
        with self._lock:
            for key, row in states.items():
                self._remembered[clinic, key] = row
                self._remembered.move_to_end((clinic, key))
            while len(self._remembered) > self._most:
                self._remembered.popitem(last=False)

    def _fold_patients(
        self, connection: Connection, clinic: str, histories: Mapping[str, list[Recorded]]
    ) -> None:
        states = holders_of(connection, clinic, list(histories))
        for key, history in histories.items():
            old = states[key].state if key in states else None
            states[key] = Holder(history[-1].version, PATIENT.fold(history, old))
        rows = [
            (key, row.version, untold_since(row.state.credits), patient_text(row.state))
            for key, row in states.items()
        ]
        connection.execute(_WRITE_PATIENTS, (clinic, *columns(rows)))


def contracts_of(connection: Connection, clinic: str, keys: Sequence[str]) -> dict[str, Contract]:
    """The contracts of these subscriptions that the read model holds, by subscription."""
    return _contracts(connection.execute(_CONTRACTS, (clinic, list(keys))))


def contracts_in(connection: Connection, clinic: str, keys: Sequence[str]) -> dict[str, Contract]:
    """The same outside a transaction that sees the clinic, in one round trip."""
    return _contracts(connection.execute(_CONTRACTS_IN, (clinic, list(keys))))


def _contracts(rows: Iterable[tuple[Any, ...]]) -> dict[str, Contract]:
    return {key: Contract(version, restored(sale, state)) for key, version, sale, state in rows}


def holder_in(connection: Connection, clinic: str, patient: str) -> tuple[int, Patient]:
    """How far the read model is, and what it knows of a patient, in one round trip."""
    [(position, state)] = connection.execute(_HOLDER_IN, (clinic, patient))
    return position, Patient() if state is None else restored_patient(state)


def holders_of(connection: Connection, clinic: str, keys: Sequence[str]) -> dict[str, Holder]:
    """The patients of these ids that the read model holds, by patient."""
    rows = connection.execute(_PATIENTS, (clinic, list(keys)))
    return {key: Holder(version, restored_patient(state)) for key, version, state in rows}


def by_key(events: Iterable[Recorded], kind: str) -> dict[str, list[Recorded]]:
    """The events of the streams of one noun, by the id in the stream's name, in order."""
    histories: dict[str, list[Recorded]] = {}
    for event in events:
        if kind_of(event.stream) == kind:
            histories.setdefault(key_of(event.stream), []).append(event)
    return histories


def columns(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Rows turned into the arrays that ``unnest`` takes."""
    return [list(column) for column in zip(*rows, strict=True)]


def _contract_row(key: str, row: Contract, history: Sequence[Recorded]) -> tuple[object, ...]:
    state = row.state
    sold = state.sold
    is_new = history[0].version == 1
    return (
        key,
        sold.patient if sold else "",
        sold.offer if sold else "",
        row.version,
        next_due(state),
        state.ended,
        sale_text(state) if is_new else None,
        state_text(state),
    )
