"""What a batch of commands sees: folded states, fresh at its start and moved by its own events."""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from ledger.decider import Context, Decided, Decider, staged
from ledger.events import NewEvent
from ledger.ids import kind_of
from ledger.store.store import EventStore

State = TypeVar("State")

#: Streams worth keeping folded: those that many commands read. One-off ids are not.
_KEPT = ("clinic", "estimates", "service", "offer", "patient", "subscription")
_MOST_KEPT = 50_000


@dataclass(slots=True)
class Folded:
    """A stream's state and its version."""

    version: int
    state: Any


class StateCache:
    """Folded streams of all clinics, least recently used first out.

    A cached state changes cost, never meaning: at the start of every batch the events after
    its version are read and folded in, so what other processes wrote is seen.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._folded: OrderedDict[str, Folded] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str) -> Folded | None:
        """What is known of the stream, if anything."""
        return self.find([name]).get(name)

    def find(self, names: Iterable[str]) -> dict[str, Folded]:
        """What is known of these streams; one of which nothing is known is left out."""
        with self._lock:
            found = {name: self._folded[name] for name in names if name in self._folded}
            for name in found:
                self._folded.move_to_end(name)
        return found

    def put(self, states: Mapping[str, Folded]) -> None:
        """Remembers states as they are in the store."""
        with self._lock:
            for name, folded in states.items():
                if kind_of(name) in _KEPT:
                    self._folded[name] = folded
                    self._folded.move_to_end(name)
            while len(self._folded) > self._most:
                self._folded.popitem(last=False)


class Workspace:
    """The streams of one clinic as one batch sees them.

    Usually every stream is brought up to date by a query. Where the append must check the
    whole view anyway, `trusted` saves that round trip: the cache is believed, streams of the
    kinds in it are taken for new when the cache does not know them, and what was believed is
    guarded by the append.
    """

    def __init__(
        self,
        store: EventStore,
        clinic: str,
        cache: StateCache,
        trusted: frozenset[str] | None = None,
    ) -> None:
        self._store = store
        self._clinic = clinic
        self._cache = cache
        self._trusted = trusted
        self._believed: list[str] = []
        self._stored: dict[str, Folded] = {}
        self._staged: dict[str, Folded] = {}
        self._deciders: dict[str, Decider[Any]] = {}
        self.decided: Counter[str] = Counter()  # commands of this batch, by their names

    @property
    def is_certain(self) -> bool:
        """Whether nothing in this view is believed only."""
        return not self._believed

    def load(self, wanted: Iterable[tuple[Decider[Any], str]]) -> bool:
        """Reads every wanted stream that is not here yet, in one query.

        Returns whether one of them had events that were not remembered.
        """
        missing = {name: decider for decider, name in wanted if name not in self._stored}
        known = self._cache.find(missing)
        if self._trusted is not None:
            missing = self._unknown(missing, known, self._trusted)
        if not missing:
            return False
        after = {name: known[name].version if name in known else 0 for name in missing}
        histories = self._store.load(self._clinic, list(missing), after)
        read = {}
        for name, decider in missing.items():
            folded, history = known.get(name), histories[name]
            if folded is None or history:
                start = folded or Folded(0, decider.initial)
                state = decider.fold(history, start.state)
                read[name] = folded = Folded(start.version + len(history), state)
            self._keep_stored(name, decider, folded)
        self._cache.put(read)
        return any(histories.values())

    def _unknown(
        self,
        missing: Mapping[str, Decider[Any]],
        known: Mapping[str, Folded],
        new: frozenset[str],
    ) -> dict[str, Decider[Any]]:
        """What is left to read once the cache is believed."""
        left = {}
        for name, decider in missing.items():
            folded = known.get(name)
            if folded is None and kind_of(name) in new:
                folded = Folded(0, decider.initial)
            if folded is None:
                left[name] = decider
            else:
                self._keep_stored(name, decider, folded)
                self._believed.append(name)
        return left

    def _keep_stored(self, name: str, decider: Decider[Any], folded: Folded) -> None:
        self._stored[name] = folded
        self._deciders[name] = decider

    def remembered(self) -> "Remembered":
        """The cache alone, without asking whether it is still right."""
        return Remembered(self._store, self._clinic, self._cache)

    def head(self) -> int:
        """The clinic's last position: the cut of a close that begins now."""
        head = self._store.head(self._clinic)
        return head.position if head is not None else 0

    def pace(self, command: str, since: datetime, most: int) -> list[datetime]:
        """When the last `most` of these commands were recorded after a moment, the oldest first."""
        return self._store.pace(self._clinic, command, since, most)

    def version(self, name: str) -> int:
        """The version of a stream that was read, with what this batch decided so far."""
        return (self._staged.get(name) or self._stored[name]).version

    def text(self, digest: str) -> str | None:
        """A personal text by the digest in its event, or None once it is erased."""
        found = self._store.personal(self._clinic, [digest]).get(digest)
        return None if found is None else found.value

    def get(self, decider: Decider[State], name: str) -> State:
        """The state of a stream, with what this batch decided so far."""
        if name not in self._stored:
            self.load([(decider, name)])
        found = self._staged.get(name) or self._stored[name]
        state: State = found.state
        return state

    def stage(self, context: Context, decided: Decided) -> None:
        """Moves the states by events that will be appended with this batch.

        Raises KeyError for a stream that was written without having been read.
        """
        for new in decided.events:
            now = self._staged.get(new.stream) or self._stored[new.stream]
            state = decided.states.get(new.stream)
            if state is None:
                state = self._deciders[new.stream].evolve(now.state, staged(context, new))
            self._staged[new.stream] = Folded(now.version + 1, state)

    def keep(self) -> None:
        """Remembers the staged states once they are appended: the next batch need not read them."""
        self._cache.put(self._staged)

    def expected(self, events: Iterable[NewEvent]) -> dict[str, int]:
        """The version of every stream that is written to or was only believed."""
        names = {*self._believed, *(new.stream for new in events)}
        return {name: self._stored[name].version for name in names}


class Remembered(Workspace):
    """What the cache says, true or not any more: good for guessing what to read, and no more."""

    def load(self, wanted: Iterable[tuple[Decider[Any], str]]) -> bool:
        """Nothing is read."""
        return False

    def get(self, decider: Decider[State], name: str) -> State:
        """The remembered state, or the empty one."""
        found = self._cache.get(name)
        state: State = decider.initial if found is None else found.state
        return state
