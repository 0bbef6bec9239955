"""Feeds the read models from the log itself: no broker stands between a figure and the books.

What the relay publishes is for other services; our own read models follow PostgreSQL
(reliability.md 6.3). Every batch is read and decoded once for all of them.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from consumers.nats.inbox import fault
from ledger.errors import Broken, Busy
from ledger.store.feed import BATCH, Feed, catch_up_together
from ledger.store.marks import behind
from ledger.store.store import EventStore

POLL_SECONDS = 0.4
"""So old may a read model be beside the log; with many clinics every clinic's part of a round
costs the same few statements, however small it is."""
RETRY_SECONDS = 1.0
AT_ONCE = 2
"""Clinics in hand: of a batch's time two thirds are the database's."""

log = logging.getLogger(__name__)


class Projector:
    """Keeps the read models of `feeds` at the head; any number may run.

    `store` has the role ``ledger_projector``. `halted` tells, per clinic and read model, why it
    takes no more events until a restart: its mark stays, so nothing is skipped (style.md 8.4).
    """

    def __init__(self, store: EventStore, feeds: Sequence[Feed]) -> None:
        self.halted: dict[tuple[str, str], str] = {}
        self._store = store
        self._feeds = {feed.projection.name: feed for feed in feeds}

    async def run(self) -> None:
        """Applies what is recorded, for ever."""
        while True:
            try:
                pause = 0.0 if await asyncio.to_thread(self.apply_news) else POLL_SECONDS
            except Busy as error:
                log.warning("projector waits: %s", type(error).__name__)
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    def apply_news(self) -> bool:
        """Applies at most a batch for each clinic with news; whether one had more than that.

        Raises Busy while the database is away.
        """
        clinics = behind(self._store.pool, list(self._feeds))
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return max(threads.map(self._apply, clinics), default=0) >= BATCH

    def _apply(self, clinic: str) -> int:
        feeds = [feed for name, feed in self._feeds.items() if (clinic, name) not in self.halted]
        try:
            return catch_up_together(feeds, clinic) if feeds else 0
        except Busy:
            raise
        except Exception as error:  # noqa: BLE001  one by one they show whose failure it is
            log.warning("feeds of clinic %s, tried singly: %s", clinic, fault(error))
        return sum(self._apply_alone(clinic, feed) for feed in feeds)

    def _apply_alone(self, clinic: str, feed: Feed) -> int:
        try:
            return feed.catch_up(clinic)
        except Busy:
            raise
        except Exception as error:  # noqa: BLE001  the other read models and clinics go on
            reason = str(error) if isinstance(error, Broken) else fault(error)
            self.halted[clinic, feed.projection.name] = reason
            log.critical("%s stops for clinic %s: %s", feed.projection.name, clinic, reason)
            return 0
