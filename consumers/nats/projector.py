"""Feeds the read models from LEDGER: each message proves itself against the log first.

The message saves reading the event again; whether it is true only the log can tell. What is
missing between two messages the feed reads from PostgreSQL (architecture.md 5).
"""

import logging
from collections.abc import Sequence

from consumers.nats.inbox import ACCEPTED, Settled, failed, fault
from consumers.nats.publishing import MESSAGE_ID
from consumers.nats.wire import (
    Incoming,
    Rejected,
    ledger_subject,
    message_id,
    read_ledger_event,
)
from ledger.errors import Broken, Busy, LedgerError
from ledger.store import chain
from ledger.store.feed import Feed, receive_together
from ledger.store.pool import lent
from ledger.store.rows import Row
from ledger.store.store import EventStore

_HASHES = "SELECT * FROM ledger.read_hashes(%s, %s)"

log = logging.getLogger(__name__)


class Projector:
    """Settles batches of ledger events by every feed; `store` has the role ``ledger_projector``.

    `halted` tells, per clinic and read model, why it takes no more events until a restart.
    """

    def __init__(self, store: EventStore, feeds: Sequence[Feed]) -> None:
        self.halted: dict[tuple[str, str], str] = {}
        self._store = store
        self._feeds = feeds

    def __call__(self, messages: Sequence[Incoming]) -> list[Settled]:
        """One outcome for each message; the batch of a clinic is committed as a whole."""
        outcomes: dict[int, Settled] = {}
        clinics: dict[str, list[tuple[int, Row]]] = {}
        for number, message in enumerate(messages):
            try:
                row = _read(message)
            except Rejected as error:
                outcomes[number] = failed(error)
            else:
                clinics.setdefault(row.clinic, []).append((number, row))
        for clinic, numbered in clinics.items():
            outcomes.update(self._settle(clinic, numbered))
        return [outcomes[number] for number in range(len(messages))]

    def _settle(self, clinic: str, numbered: Sequence[tuple[int, Row]]) -> dict[int, Settled]:
        try:
            hashes = self._hashes(clinic, [row for _, row in numbered])
            outcomes = {number: _checked(row, hashes) for number, row in numbered}
            true = {row.position: row for number, row in numbered if outcomes[number] is ACCEPTED}
            self._feed(clinic, [true[position] for position in sorted(true)])
        except Busy as error:
            return {number: failed(error) for number, _ in numbered}
        return outcomes

    def _feed(self, clinic: str, rows: Sequence[Row]) -> None:
        """Feeds what is true; a read model that cannot take it stops for this clinic alone.

        Its mark stays, so nothing is skipped, and its messages need not come back: when it is
        mended it reads from PostgreSQL (style.md 8.4).
        """
        feeds = [feed for feed in self._feeds if (clinic, feed.projection.name) not in self.halted]
        if not _fed_together(feeds, clinic, rows):
            for feed in feeds:
                try:
                    feed.receive(clinic, rows)
                except Broken as error:
                    self._halt(clinic, feed, error)

    def _halt(self, clinic: str, feed: Feed, error: Broken) -> None:
        self.halted[clinic, feed.projection.name] = str(error)
        log.critical("%s stops for clinic %s: %s", feed.projection.name, clinic, error)

    def _hashes(self, clinic: str, rows: Sequence[Row]) -> dict[int, bytes]:
        """The log's hashes of these positions and of those before them."""
        wanted = {row.position - back for row in rows for back in (0, 1)}
        with lent(self._store.pool) as connection:
            found = connection.execute(_HASHES, (clinic, sorted(wanted))).fetchall()
        return {0: chain.GENESIS, **dict(found)}


def _fed_together(feeds: Sequence[Feed], clinic: str, rows: Sequence[Row]) -> bool:
    try:
        return receive_together(feeds, clinic, rows)
    except Busy:
        raise
    except Exception as error:  # noqa: BLE001  one by one they show whose failure it is
        log.warning("feeds of clinic %s, tried singly: %s", clinic, fault(error))
        return False


def _read(message: Incoming) -> Row:
    row = read_ledger_event(message.payload)
    if row.clinic != message.clinic:
        raise Rejected("foreign_clinic", "the message names another clinic than its subject")
    if message.subject != ledger_subject(row):
        raise Rejected("invalid", "subject and event disagree")
    if message.headers.get(MESSAGE_ID) != message_id(row):
        raise Rejected("invalid", "the message id is not that of the position")
    return row


def _checked(row: Row, hashes: dict[int, bytes]) -> Settled:
    try:
        if row.position not in hashes or row.position - 1 not in hashes:
            raise Rejected("ahead_of_log", "the log has no such position")
        if not hashes[row.position] == row.hash == chain.chained(row, hashes[row.position - 1]):
            raise Rejected("hash_mismatch", "the message is not what the log holds")
    except LedgerError as error:
        return failed(error)
    return ACCEPTED
