"""The relay: publishes every recorded event, in the order of positions of each clinic.

It keeps no mark of its own: the last message of a clinic in the stream is the mark, and every
batch names it as expected. Of two relays one is therefore refused and reads again, and after
a lost acknowledgement the stream itself tells what arrived (reliability.md 6.3).
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NotFoundError

from consumers.nats import streams, wire
from consumers.nats.publishing import (
    MESSAGE_ID,
    MOST,
    ONCE,
    TAKEN,
    Outgoing,
    fence,
    publish_batch,
)
from ledger.errors import Broken, Busy
from ledger.ids import key_of, subject_token
from ledger.store.rows import Head, Row
from ledger.store.store import EventStore

POLL_SECONDS = 0.05
RETRY_SECONDS = 1.0
CLINICS_AT_ONCE = 8

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """The last event published for a clinic, and its sequence in the stream; 0, 0 for none."""

    position: int
    sequence: int


class Relay:
    """Publishes from `store`, opened with the role ``ledger_relay``; any number may run.

    `halted` tells, per clinic, why nothing more is published for it: the stream says something
    else than the log, as after a restore, and a person has to decide.
    """

    def __init__(self, store: EventStore, client: Client) -> None:
        self.halted: dict[str, str] = {}
        self._store = store
        self._client = client
        self._jetstream = client.jetstream()
        self._marks: dict[str, Mark] = {}
        self._limit = asyncio.Semaphore(CLINICS_AT_ONCE)
        self._news = asyncio.Event()

    def nudge(self) -> None:
        """Something was recorded in this process: look now. To be called in the event loop."""
        self._news.set()

    async def run(self) -> None:
        """Publishes what is new, for ever."""
        while True:
            self._news.clear()
            try:
                published = await self.publish_news()
            except (Busy, NatsError) as error:
                log.warning("relay waits: %s", type(error).__name__)
                published = 0
                await asyncio.sleep(RETRY_SECONDS)
            if published < MOST:  # so that the next round publishes more at once
                await self._wait()

    async def publish_news(self) -> int:
        """Publishes at most one batch for each clinic with news; returns how many events.

        Raises Busy while the database is away, and the client's errors while NATS is: what
        became of a batch is then read from the stream.
        """
        heads = [head for head in await asyncio.to_thread(self._store.clinics) if self._has(head)]
        results = await asyncio.gather(*map(self._publish, heads), return_exceptions=True)
        for head, result in zip(heads, results, strict=True):
            if isinstance(result, Broken):
                self._halt(head.clinic, str(result))
            elif isinstance(result, BaseException):
                raise result
        return sum(result for result in results if isinstance(result, int))

    def _has(self, head: Head) -> bool:
        mark = self._marks.get(head.clinic)
        behind = mark is None or mark.position < head.position
        return behind and head.clinic not in self.halted

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), POLL_SECONDS)
        except TimeoutError:
            return

    def _halt(self, clinic: str, reason: str) -> None:
        self.halted[clinic] = reason
        log.critical("relay halted for clinic %s: %s", clinic, reason)

    async def _publish(self, head: Head) -> int:
        async with self._limit:
            mark = self._marks.pop(head.clinic, None) or await self._read_mark(head)
            rows = await asyncio.to_thread(
                self._store.read_rows, head.clinic, mark.position, None, MOST
            )
            if not rows:
                self._marks[head.clinic] = mark
                return 0
            # First the answers: an event in LEDGER vouches for the answer in COVERAGE.
            await self._answer(rows)
            try:
                sequence = await publish_batch(self._client, _ledger_messages(rows, mark))
            except APIError as error:
                if error.err_code in TAKEN:
                    return 0  # another relay was faster; the mark is read again
                raise
            self._marks[head.clinic] = Mark(rows[-1].position, sequence)
            return len(rows)

    async def _read_mark(self, head: Head) -> Mark:
        try:
            last = await self._jetstream.get_last_msg(streams.LEDGER, _all_of(head.clinic))
        except NotFoundError:
            return Mark(0, 0)
        published = wire.read_ledger_event(last.data or b"")
        found = await asyncio.to_thread(
            self._store.read_rows, head.clinic, published.position - 1, published.position, 1
        )
        if [row.hash for row in found] != [published.hash]:
            raise Broken(f"the stream tells of position {published.position}, the log does not")
        return Mark(published.position, last.seq or 0)

    async def _answer(self, rows: Sequence[Row]) -> None:
        """Publishes the coverage of each visit; the answer of a visit is given once, for ever."""
        answers = [_coverage(row) for row in rows if row.type == "VisitRecorded"]
        if not answers:
            return
        try:
            await publish_batch(self._client, answers)
        except APIError:
            # Some were published before a crash: one at a time, those are refused alone.
            for answer in answers:
                await self._answer_once(answer)

    async def _answer_once(self, answer: Outgoing) -> None:
        try:
            await publish_batch(self._client, [answer])
        except APIError as error:
            if error.err_code not in TAKEN:
                raise


def _all_of(clinic: str) -> str:
    return f"ledger.{subject_token(clinic)}.>"


def _ledger_messages(rows: Sequence[Row], mark: Mark) -> list[Outgoing]:
    fences = fence(_all_of(rows[0].clinic), mark.sequence)
    return [
        Outgoing(
            wire.ledger_subject(row),
            wire.ledger_event(row),
            {MESSAGE_ID: wire.message_id(row), **(fences if number == 0 else {})},
        )
        for number, row in enumerate(rows)
    ]


def _coverage(row: Row) -> Outgoing:
    subject = f"coverage.{subject_token(row.clinic)}.{subject_token(key_of(row.stream))}"
    recorded = orjson.loads(row.body)
    data = {
        "clinic": row.clinic,
        "visit": recorded["visit"],
        "status": recorded["status"],
        "position": row.position,
        "coverage": recorded["coverage"],
    }
    identity = f"{wire.message_id(row)}:coverage"
    payload = wire.cloud_event(row, identity, "visit.coverage", data)
    return Outgoing(subject, payload, {MESSAGE_ID: identity, **ONCE})
