"""The contracts as the books of a day see them: what is posted by then counts, whatever its day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription
from ledger.books.placing import Close, place
from ledger.events import Recorded
from ledger.ids import stream
from ledger.store.store import EventStore
from projections.balances.asof import View, contract_history
from projections.balances.queries import contract_keys, folded
from projections.balances.report import presented
from projections.close.books import Books


@dataclass(frozen=True, slots=True)
class Posted(View):
    """A view by posting dates, under the closes in force (accounting.md 14.2)."""

    closes: tuple[Close, ...] = ()

    def includes(self, event: Recorded) -> bool:
        """Whether the event was known, and is posted by the end of the day."""
        known = self.known_at is None or event.position <= self.known_at
        placed = place(event.effective_on, event.position, self.closes)
        return known and placed.posting_date <= self.as_of


def contracts(store: EventStore, books: Books, as_of: date) -> Iterator[Subscription]:
    """Every contract of the books at the end of a day, with what time has brought by then.

    Cash books know of no contract: what is paid is earned.
    """
    if not books.basis.accrues:
        return
    view = Posted(as_of, books.cut, tuple(sealed.close for sealed in books.closes))
    for keys in contract_keys(store, books.clinic):
        states = folded(store, books.clinic, keys, view)
        for key, state in {**states, **_restated(books, keys, view)}.items():
            if key in states:
                yield presented(books.clinic, state, as_of).state


def _restated(books: Books, keys: Iterable[str], view: View) -> dict[str, Subscription]:
    """Those of the contracts that the books see otherwise than their events."""
    histories = {} if books.restated is None else books.restated.history
    streams = {stream(books.clinic, "subscription", key): key for key in keys}
    return {
        key: SUBSCRIPTION.fold(contract_history(histories[name], view))
        for name, key in streams.items()
        if name in histories
    }
