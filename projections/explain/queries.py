"""From an id to what it rests on: entries, balance lines, refunds, events (interfaces.md 6)."""

from collections.abc import Iterable, Sequence
from typing import Any

from aggregates.payment.state import REFUND
from aggregates.period.events import PeriodClosed
from aggregates.subscription.events import Refunded, RefundSettled
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription
from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.books.entries import Entry, report_shape
from ledger.events import Recorded
from ledger.ids import key_of, kind_of, stream
from ledger.store.store import EventStore
from projections.balances.asof import View
from projections.balances.lines import grants_of
from projections.balances.queries import folded
from projections.balances.report import presented
from projections.close.basis import OWN
from projections.close.books import Books
from projections.explain.closing import balance_working, closing_working
from projections.explain.estimates import ESTIMATED, estimate_working
from projections.explain.working import Working, working
from projections.journal.tables import ENTRY, matching

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_ENTRY = f"{ENTRY} = ?"
_POSITION = "closing = 0 AND position = ?"
_HELD = f"subscription = ? AND line = ? AND posting_date <= ? AND account IN {_LIABILITIES}"

Explained = dict[str, Any]


class Explainer:
    """Explains what the books of a view hold; `books` are those of the same view."""

    def __init__(self, store: EventStore, clinic: str, books: Books, view: View) -> None:
        self._store = store
        self._clinic = clinic
        self._books = books
        self._view = view

    def explain(self, key: str) -> Explained | None:
        """An entry, a ``<subscription>/<line>`` or its grant, a refund, or an event's position.

        None for an id that names nothing here.
        """
        if key.isdecimal():
            return self._event(key, int(key))
        found = list(matching(self._books, _ENTRY, (key,)))
        if found:
            return self._entry(found[0])
        return self._balance(key) if "/" in key else self._refund(key)

    def _entry(self, entry: Entry) -> Explained:
        if entry.closing or entry.event is None:
            return self._closing(entry)
        recorded = self._recorded(entry.event.position)
        found = self._working(recorded, entry.rule)
        return _explained(entry.entry, found, _moved([entry]), [recorded], [entry])

    def _event(self, key: str, position: int) -> Explained | None:
        if not 0 < position <= self._books.cut:
            return None
        recorded = self._recorded(position)
        entries = list(matching(self._books, _POSITION, (position,)))
        return _explained(key, self._working(recorded), _moved(entries), [recorded], entries)

    def _refund(self, key: str) -> Explained | None:
        own = stream(self._clinic, "refund", key)
        registered = REFUND.fold(self._store.load(self._clinic, [own])[own]).registered
        if registered is None:
            return None
        history = self._known(registered.subscription)
        own_events = [
            recorded
            for recorded in history
            if isinstance(recorded.event, Refunded | RefundSettled) and recorded.event.refund == key
        ]
        if not own_events:
            return None
        event = own_events[0].event
        amount = event.amount if isinstance(event, Refunded) else 0
        entries = [
            entry
            for one in own_events
            for entry in matching(self._books, _POSITION, (one.position,))
        ]
        return _explained(key, self._working(own_events[0]), amount, own_events, entries)

    def _balance(self, key: str) -> Explained | None:
        subscription, _, name = key.partition("/")
        known = folded(self._store, self._clinic, [subscription], self._view).get(subscription)
        if known is None:
            return None
        as_of = self._view.as_of
        state = presented(self._clinic, known, as_of).state
        every = (grants_of(state, lot, as_of) for lot in state.lots.values())
        grants = [one for group in every for one in group if name in (one.line, one.grant)]
        if not grants:
            return None
        lots = list({one.lot.grant: one.lot for one in grants}.values())
        entries = list(matching(self._books, _HELD, (subscription, lots[0].line, as_of)))
        if name == lots[0].grant:
            entries = [entry for entry in entries if _names(entry, name)]
        amount = sum(one.deferred for one in grants)
        events = self._events_of(subscription, entries)
        return _explained(key, balance_working(lots, as_of), amount, events, entries)

    def _closing(self, entry: Entry) -> Explained:
        close = None if entry.event is None else self._recorded(entry.event.position)
        subscription = next((line.at.subscription for line in entry.lines), None)
        state, events = None, [] if close is None else [close]
        cut = self._books.cut
        if close is not None and isinstance(close.event, PeriodClosed):
            cut = close.event.cut
        if subscription is not None:
            history = [one for one in self._known(subscription) if one.position <= cut]
            state = SUBSCRIPTION.fold(history)
            if entry.provisional:
                state = presented(self._clinic, state, self._view.as_of).state
            events += _posting(history)
        amount = _moved([entry])
        if entry.rule in ESTIMATED:
            found = estimate_working(self._books, entry, amount, cut)
        else:
            found = closing_working(entry, amount, state)
        return _explained(entry.entry, found, amount, events, [entry])

    def _working(self, recorded: Recorded, rule: str | None = None) -> Working:
        """How the event was decided on its contract; of all its rows, or of one."""
        before: Subscription | None = None
        if kind_of(recorded.stream) == "subscription":
            history = self._known(key_of(recorded.stream))
            before = SUBSCRIPTION.fold(one for one in history if one.version < recorded.version)
        rules = OWN.rules.get(type(recorded.event).__name__, ())
        own = [posting for posting in rules if rule in (None, posting.row)]
        return working(recorded.event, before, recorded.effective_on, own)

    def _events_of(self, subscription: str, entries: Iterable[Entry]) -> list[Recorded]:
        """The contract's events among those that the entries come from."""
        positions = {entry.event.position for entry in entries if entry.event is not None}
        return [one for one in self._known(subscription) if one.position in positions]

    def _known(self, subscription: str) -> Sequence[Recorded]:
        name = stream(self._clinic, "subscription", subscription)
        history = self._store.load(self._clinic, [name])[name]
        return [one for one in history if one.position <= self._books.cut]

    def _recorded(self, position: int) -> Recorded:
        [recorded] = self._store.read(self._clinic, position - 1, position)
        return recorded


def _posting(history: Iterable[Recorded]) -> list[Recorded]:
    """The sale, and what moved the contract's money or value since."""
    return [one for one in history if one.version == 1 or type(one.event).__name__ in OWN.rules]


def _names(entry: Entry, grant: str) -> bool:
    return entry.lot == grant or any(line.at.grant == grant for line in entry.lines)


def _moved(entries: Iterable[Entry]) -> int:
    return sum(line.debit for entry in entries for line in entry.lines)


def _explained(
    key: str,
    found: Working,
    amount: int,
    events: Iterable[Recorded],
    entries: Sequence[Entry],
) -> Explained:
    """The shape of interfaces.md 6; `rule` names the rows of accounting.md 12."""
    return {
        "id": key,
        "formula": found.formula,
        "inputs": dict(found.inputs),
        "amount": amount,
        "rule": ", ".join(dict.fromkeys(entry.rule for entry in entries)),
        "paragraph": found.paragraph,
        "events": [_event_shape(recorded) for recorded in events],
        "lines": [
            {"entry": entry.entry, "posting_date": str(entry.posting_date), **line}
            for entry in entries
            for line in report_shape(entry)["lines"]
        ],
    }


def _event_shape(recorded: Recorded) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "position": recorded.position,
        "type": type(recorded.event).__name__,
        "stream": recorded.stream,
    }
    source = recorded.meta.get("source")
    return shape if source is None else {**shape, "source": source}
