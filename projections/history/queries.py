"""The history of a contract or of a card charge (interfaces.md 2, `ledger history`)."""

from typing import Any

from aggregates.clinic.state import CLINIC
from aggregates.payment.state import CHARGE
from aggregates.subscription.events import UnitsFrozen
from ledger.events import Recorded
from ledger.ids import stream
from ledger.store.store import EventStore
from projections.balances.asof import View
from projections.history.sentences import sentence

#: The columns of `table_rows`, for a terminal.
COLUMNS = ("position", "date", "event", "what happened", "by")


def subscription_history(
    store: EventStore, clinic: str, subscription: str, view: View | None = None
) -> list[dict[str, Any]]:
    """The events of one contract, oldest first; [] for one that was never sold.

    Manual journals that name it are among them.
    """
    books = stream(clinic, "books")
    told = _told(store, clinic, [stream(clinic, "subscription", subscription), books], view)
    return [row for row in told if row["stream"] != books or _names(row, subscription)]


def _names(row: dict[str, Any], subscription: str) -> bool:
    lines = row["data"].get("lines", ())
    return any(line.get("subscription") == subscription for line in lines)


def charge_history(
    store: EventStore, clinic: str, charge: str, view: View | None = None
) -> list[dict[str, Any]]:
    """The events of a charge, of the contracts it paid and of its disputes, by position."""
    own = stream(clinic, "charge", charge)
    parts = CHARGE.fold(store.load(clinic, [own])[own]).parts
    contracts = [stream(clinic, "subscription", part.subscription) for part in parts]
    names = dict.fromkeys([own, *contracts])
    disputes = {
        stream(clinic, "dispute", recorded.event.dispute): None
        for history in store.load(clinic, list(names)).values()
        for recorded in history
        if isinstance(recorded.event, UnitsFrozen) and recorded.event.charge == charge
    }
    return _told(store, clinic, [*names, *disputes], view)


def table_rows(history: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The history as rows of `COLUMNS`."""
    return [
        (
            str(row["position"]),
            row["effective_on"],
            row["type"],
            row["summary"],
            f"{row['actor']} ({row['role']})",
        )
        for row in history
    ]


def _told(
    store: EventStore, clinic: str, streams: list[str], view: View | None
) -> list[dict[str, Any]]:
    own = stream(clinic, "clinic")
    loaded = store.load(clinic, [*streams, own])
    currency = CLINIC.fold(loaded.pop(own)).currency or "USD"
    events = [event for history in loaded.values() for event in history]
    shown = [event for event in events if view is None or view.includes(event)]
    return [_row(event, currency) for event in sorted(shown, key=lambda item: item.position)]


def _row(recorded: Recorded, currency: str) -> dict[str, Any]:
    return {
        "position": recorded.position,
        "type": type(recorded.event).__name__,
        "stream": recorded.stream,
        "version": recorded.version,
        "effective_at": recorded.effective_at.isoformat(),
        "effective_on": recorded.effective_on.isoformat(),
        "recorded_at": recorded.recorded_at.isoformat(),
        "actor": recorded.actor,
        "role": recorded.role,
        "command": recorded.command,
        "summary": sentence(recorded.event, currency),
        "data": recorded.event.model_dump(mode="json", exclude_none=True),
    }
