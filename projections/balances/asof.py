"""History as of a day and as known at a position (interfaces.md 1, "As of, known at").

Operational reports count what took effect by the end of the day; what was recorded later is
hidden by position. An event that undoes another one is left out with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from aggregates.patient.events import StoreCreditAdded, StoreCreditApplied
from aggregates.subscription.events import ExpiryReversed, LotExpired, PackageSold
from ledger.events import Recorded
from ledger.store.store import EventStore


@dataclass(frozen=True, slots=True)
class View:
    """A day and, unless everything is known, the last position known."""

    as_of: date
    known_at: int | None = None

    def includes(self, event: Recorded) -> bool:
        """Whether the event had taken effect and was known."""
        known = self.known_at is None or event.position <= self.known_at
        return known and event.effective_on <= self.as_of


def contract_history(history: Iterable[Recorded], view: View) -> list[Recorded]:
    """A contract's events in a view; none before its sale.

    A late visit reverses an expiry on the visit's own date, before the expiry's: a reversal
    counts only where the expiry it undoes does.
    """
    kept: list[Recorded] = []
    expiry_counts: dict[str, bool] = {}
    for recorded in history:
        counts = view.includes(recorded)
        match recorded.event:
            case PackageSold() if not counts:
                return []
            case LotExpired(grant=grant):
                expiry_counts[grant] = counts
            case ExpiryReversed(grant=grant):
                counts = counts and expiry_counts.get(grant, False)
        if counts:
            kept.append(recorded)
    return kept


def patient_history(history: Iterable[Recorded], view: View) -> list[Recorded]:
    """A patient's events in a view; credit of an expiry and its reversal count together."""
    kept: list[Recorded] = []
    expiries: dict[str, list[bool]] = {}
    for recorded in history:
        counts = view.includes(recorded)
        match recorded.event:
            case StoreCreditAdded(cause="expiry", subscription=subscription):
                expiries.setdefault(subscription, []).append(counts)
            case StoreCreditApplied(cause="expiry_reversed", subscription=subscription):
                undone = expiries.get(subscription)
                counts = counts and undone is not None and undone.pop()
        if counts:
            kept.append(recorded)
    return kept


def position_at(store: EventStore, clinic: str, moment: datetime) -> int:
    """The last position recorded by a moment, 0 for none; recorded times never go back."""
    head = store.head(clinic)
    low, high = 0, head.position if head else 0
    while low < high:
        middle = (low + high + 1) // 2
        [row] = store.read_rows(clinic, middle - 1, middle)
        if row.recorded_at <= moment:
            low = middle
        else:
            high = middle - 1
    return low
