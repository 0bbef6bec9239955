"""A clinic on a real database whose history is written event by event."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import uuid4

from aggregates.catalog import EVENTS
from aggregates.effects import RULES
from aggregates.period.events import PeriodClosed
from ledger.books.entries import Entry
from ledger.calendar import Period
from ledger.events import NewEvent
from ledger.store.catalog import Catalog
from ledger.store.feed import Feed
from ledger.store.store import CommandRow, EventStore
from projections.close.figures import CloseFigures
from projections.close.replay import replay
from projections.journal.projection import JournalProjection
from projections.journal.queries import entries
from tests.books.stories import Happened

EVER = (date(1, 1, 1), date(9999, 12, 31))


class Clinic:
    """A clinic with its stores and the feed of its journal."""

    def __init__(self, url: str, api: EventStore, projector: EventStore) -> None:
        self.url = url
        self.api = api
        self.projector = projector
        self.feed = Feed(projector, JournalProjection())

    def record(self, events: Sequence[Happened]) -> int:
        """Appends the events one command each, and returns the head."""
        for happened in events:
            version = len(self.api.load("glow", [happened.stream])[happened.stream])
            at = datetime(happened.on.year, happened.on.month, happened.on.day, 15, tzinfo=UTC)
            row = CommandRow(
                id=uuid4().hex,
                name="test",
                request_hash="00" * 32,
                data={},
                actor="amy",
                role="front_desk",
                effective_at=at,
                effective_on=happened.on,
                events=(NewEvent(happened.stream, happened.event),),
            )
            self.api.append("glow", [row], {happened.stream: version})
        head = self.api.head("glow")
        assert head is not None
        return head.position

    def close(self, period: Period, cut: int, found: CloseFigures, version: int = 1) -> None:
        """Records the close that these figures give."""
        event = PeriodClosed(
            period=str(period),
            version=version,
            cut=cut,
            rules=RULES,
            journal_digest=found.journal_digest,
            entries=found.entries,
            trial_balance=found.trial_balance,
            checks=found.checks,
            exceptions=found.exceptions,
            policies={},
            tz_version="2026a",
        )
        self.record([Happened(period.next().first, event, f"glow/period/{period}")])

    def journal(self) -> list[Entry]:
        self.feed.catch_up("glow")
        return entries(self.projector, "glow", *EVER)

    def replayed(self) -> list[Entry]:
        with replay(self.url, "glow") as books:
            return list(books.entries())


@contextmanager
def open_clinic(url: str) -> Iterator[Clinic]:
    catalog = Catalog(EVENTS)
    with (
        EventStore.open(url, catalog, pool_size=1) as api,
        EventStore.open(url, catalog, role="ledger_projector", pool_size=1) as projector,
    ):
        yield Clinic(url, api, projector)
