"""All contracts of a clinic in a view, as time has left them."""

from collections.abc import Iterator

from aggregates.subscription.state import Subscription
from ledger.store.pool import clinic_transaction, lent
from ledger.store.store import EventStore
from projections.balances.asof import View
from projections.balances.projection import contracts_of
from projections.balances.queries import folded
from projections.balances.report import presented

_KEYS = "SELECT subscription FROM views.contract WHERE clinic = %s ORDER BY subscription"
_AT_ONCE = 1000


def contracts(
    store: EventStore, clinic: str, view: View, *, current: bool
) -> Iterator[Subscription]:
    """Every contract sold by the view's day, by subscription.

    `current` reads the read model as it stands, for a view of today; otherwise the streams are
    folded as of the view.
    """
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        keys = [key for (key,) in connection.execute(_KEYS, (clinic,))]
    for start in range(0, len(keys), _AT_ONCE):
        chunk = keys[start : start + _AT_ONCE]
        states = _current(store, clinic, chunk) if current else folded(store, clinic, chunk, view)
        for key in chunk:
            state = states.get(key)
            if state is not None and state.sold is not None:
                yield presented(clinic, state, view.as_of).state


def _current(store: EventStore, clinic: str, keys: list[str]) -> dict[str, Subscription]:
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        return {key: row.state for key, row in contracts_of(connection, clinic, keys).items()}
