"""The relay: publishes every recorded event, in the order of positions of each clinic.

It keeps no mark of its own: the last message of a clinic in the stream is the mark, and every
batch names it as expected. Of two relays one is therefore refused and reads again, and after
a lost acknowledgement the stream itself tells what arrived (reliability.md 6.3).

A batch holds the news of several clinics: for the server a batch is a file and two
synchronisations, however small it is.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec
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

POLL_SECONDS = 0.1
RETRY_SECONDS = 1.0
CLINICS_AT_ONCE = 16
"""Clinics whose news are in memory together, at most `MOST` events of each."""

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
        """Publishes at most `MOST` events of each clinic with news; returns how many in all.

        Raises Busy while the database is away, and the client's errors while NATS is: what
        became of a batch is then read from the stream.
        """
        heads = [head for head in await asyncio.to_thread(self._store.clinics) if self._has(head)]
        groups = range(0, len(heads), CLINICS_AT_ONCE)
        return sum([await self._publish_all(heads[n : n + CLINICS_AT_ONCE]) for n in groups])

    async def _publish_all(self, heads: Sequence[Head]) -> int:
        found = await asyncio.gather(*map(self._mark, heads))
        marks = {head.clinic: mark for head, mark in zip(heads, found, strict=True) if mark}
        histories = await asyncio.to_thread(self._read, marks)
        batches = [self._publish(batch, marks) for batch in packed(histories)]
        results = await asyncio.gather(*batches, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return sum(result for result in results if isinstance(result, int))

    def _read(self, marks: Mapping[str, Mark]) -> list[list[Row]]:
        read = self._store.read_rows
        return [read(clinic, mark.position, None, MOST) for clinic, mark in marks.items()]

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

    async def _publish(self, rows: Sequence[Row], marks: Mapping[str, Mark]) -> int:
        # First the answers: an event in LEDGER vouches for the answer in COVERAGE.
        await self._answer(rows)
        try:
            last = await publish_batch(self._client, _ledger_messages(rows, marks))
        except APIError as error:
            if error.err_code in TAKEN:
                return 0  # another relay was faster; the marks are read again
            raise
        # The messages of a batch stand side by side in the stream.
        ends = {row.clinic: number for number, row in enumerate(rows)}
        for clinic, number in ends.items():
            sequence = last - len(rows) + 1 + number
            self._marks[clinic] = Mark(rows[number].position, sequence)
        return len(rows)

    async def _mark(self, head: Head) -> Mark | None:
        """Takes the clinic's mark, or reads it; None when the clinic had to be halted."""
        try:
            return self._marks.pop(head.clinic, None) or await self._read_mark(head)
        except Broken as error:
            self._halt(head.clinic, str(error))
            return None

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


def packed(histories: Iterable[Sequence[Row]]) -> list[list[Row]]:
    """The histories in as few batches as their order allows, none of them divided."""
    batches: list[list[Row]] = [[]]
    for rows in histories:
        if len(batches[-1]) + len(rows) > MOST:
            batches.append([])
        batches[-1] += rows
    return [batch for batch in batches if batch]


def _ledger_messages(rows: Sequence[Row], marks: Mapping[str, Mark]) -> list[Outgoing]:
    """The messages of a batch; the first of each clinic expects the clinic's mark."""
    messages = []
    for clinic, history in groupby(rows, key=lambda row: row.clinic):
        expected: Mapping[str, str] = fence(_all_of(clinic), marks[clinic].sequence)
        for row in history:
            headers = {MESSAGE_ID: wire.message_id(row), **expected}
            messages.append(Outgoing(wire.ledger_subject(row), wire.ledger_event(row), headers))
            expected = {}
    return messages


class _Answer(msgspec.Struct):
    """What a visit's event says that its answer repeats."""

    visit: str
    status: str
    coverage: msgspec.Raw


_ANSWERS = msgspec.json.Decoder(_Answer)


def _coverage(row: Row) -> Outgoing:
    subject = f"coverage.{subject_token(row.clinic)}.{subject_token(key_of(row.stream))}"
    recorded = _ANSWERS.decode(row.body)
    data = {
        "clinic": row.clinic,
        "visit": recorded.visit,
        "status": recorded.status,
        "position": row.position,
        "coverage": orjson.Fragment(bytes(recorded.coverage)),
    }
    identity = f"{wire.message_id(row)}:coverage"
    payload = wire.cloud_event(row, identity, "visit.coverage", data)
    return Outgoing(subject, payload, ONCE)
