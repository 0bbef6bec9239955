"""All contracts of a clinic in a view, as time has left them."""

from collections.abc import Iterator

from aggregates.subscription.state import Subscription
from ledger.store.pool import clinic_transaction, lent
from ledger.store.store import EventStore
from projections.balances.asof import View
from projections.balances.projection import contracts_of
from projections.balances.queries import contract_keys, folded
from projections.balances.report import presented


def contracts(
    store: EventStore, clinic: str, view: View, *, current: bool
) -> Iterator[Subscription]:
    """Every contract sold by the view's day, by subscription.

    `current` reads the read model as it stands, for a view of today; otherwise the streams are
    folded as of the view.
    """
    for chunk in contract_keys(store, clinic):
        states = _current(store, clinic, chunk) if current else folded(store, clinic, chunk, view)
        for key in chunk:
            state = states.get(key)
            if state is not None and state.sold is not None:
                yield presented(clinic, state, view.as_of).state


def _current(store: EventStore, clinic: str, keys: list[str]) -> dict[str, Subscription]:
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        return {key: row.state for key, row in contracts_of(connection, clinic, keys).items()}
