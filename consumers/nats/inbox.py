"""Batches of messages in, one verdict for each: parse, decide, commit, and only then answer.

Nothing a message holds can stop the others of its batch, and nothing is dropped: it is
acknowledged, comes back after a growing delay, or is a dead letter (architecture.md 5).
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.nats import JStream, NatsBroker, PullSub
from nats.aio.client import Client
from nats.aio.msg import Msg

from consumers.nats.deadletters import (
    RETRY_OF,
    DeadLetters,
    announcement,
    dead_letter,
    retried_id,
)
from consumers.nats.publishing import publish_batch
from consumers.nats.streams import BATCH_SECONDS, BATCHES, DURABLES
from consumers.nats.wire import Incoming, Rejected, clinic_of
from consumers.verdicts import Verdict, of_failure
from ledger.errors import Broken, Busy, LedgerError

WAITS = 10
"""Deliveries of a message that names something unknown: about eight minutes in all."""
FUSE = 50
"""Deliveries of any message: about three hours in all. Then a person looks."""
IN_HAND = 2
"""Batches in hand: one is fetched and read while the appends of the other are on their way."""
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 300.0

SHORT_REPLY = 9
"""Tokens in the place to answer, of a server that does not name its domain."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a message, and why when it was not accepted."""

    verdict: Verdict
    code: str = ""
    reason: str = ""


ACCEPTED = Settled(Verdict.ACK)

Settle = Callable[[Sequence[Incoming]], list[Settled]]
"""Handles a batch in a worker thread: one outcome for each message, everything committed.

May raise a LedgerError, which is then the outcome of the whole batch.
"""


def failed(error: LedgerError) -> Settled:
    """The outcome of a failure of the machinery."""
    code = error.code if isinstance(error, Rejected) else type(error).__name__.lower()
    return Settled(of_failure(error), code, str(error))


def fault(error: Exception) -> str:
    """Where our code failed and how, without the text of the error, which may quote a message."""
    *_, frame = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def delay(deliveries: int, sequence: int) -> float:
    """Seconds until a message comes back: doubling, at most five minutes, spread by ±20 %.

    The spread depends on the place in the stream, so neighbours come back apart.
    """
    grown: float = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(deliveries - 1, 20))
    return grown * (0.8 + 0.4 * (sequence * 0.618034 % 1))


@dataclass(slots=True)
class Inbox:
    """Takes batches off one stream and settles them.

    `waits` bounds the deliveries of messages that name something unknown, `fuse` those of any:
    a message that kills the process each time must not do so for ever. A Broken ledger is
    told to `stopped`; its messages stay unanswered and are delivered again.
    """

    stream: str
    settle: Settle
    letters: DeadLetters
    client: Client
    executor: Executor
    waits: int = WAITS
    fuse: int = FUSE
    stopped: asyncio.Future[None] = field(default_factory=asyncio.Future)

    def subscribe(self, broker: NatsBroker) -> None:
        """Registers the pull consumer, which `streams.prepare` has made.

        The bodies are not decoded by the library: what cannot be read must reach our code.
        """
        pull = PullSub(BATCHES[self.stream], timeout=BATCH_SECONDS[self.stream], batch=True)
        for _ in range(IN_HAND):
            subscriber = broker.subscriber(
                ">",  # the durable consumer has its own filter
                stream=JStream(self.stream, declare=False),
                durable=DURABLES[self.stream],
                pull_sub=pull,
                ack_policy=AckPolicy.MANUAL,
                decoder=_untouched,
            )
            subscriber(self.receive)

    async def receive(self, messages: Sequence[Msg]) -> None:
        """Settles a batch and answers each message."""
        arrived = [incoming(message) for message in messages]
        try:
            outcomes = await self._outcomes(arrived)
            await self._bury(arrived, outcomes)
            await self._answer(messages, arrived, outcomes)
            await self._resolve(arrived, outcomes)
        except Exception as error:  # noqa: BLE001  the library would swallow it
            self._stop(error)

    def _stop(self, error: Exception) -> None:
        reason = error if isinstance(error, Broken) else fault(error)
        log.critical("%s consumer stops: %s", self.stream, reason)
        if not self.stopped.done():
            self.stopped.set_exception(error)

    async def _outcomes(self, arrived: Sequence[Incoming]) -> list[Settled]:
        live = [message for message in arrived if message.deliveries <= self.fuse]
        settled = iter(await self._settle(live))
        reason = f"delivered more than {self.fuse} times"
        burnt = Settled(Verdict.DEAD_LETTER, "delivered_too_often", reason)
        return [
            self._bounded(message, next(settled)) if message.deliveries <= self.fuse else burnt
            for message in arrived
        ]

    async def _settle(self, live: Sequence[Incoming]) -> list[Settled]:
        try:
            return await self._in_thread(live)
        except Broken:
            raise
        except LedgerError as error:
            return [failed(error)] * len(live)
        except Exception as error:  # noqa: BLE001
            # A fault of ours that one message brings out: the others must not suffer it.
            log.critical("%s consumer, messages tried singly: %s", self.stream, fault(error))
            return [await self._settle_alone(message) for message in live]

    async def _settle_alone(self, message: Incoming) -> Settled:
        try:
            [outcome] = await self._in_thread([message])
        except Broken:
            raise
        except LedgerError as error:
            return failed(error)
        except Exception as error:  # noqa: BLE001
            return Settled(Verdict.DEAD_LETTER, "internal", fault(error))
        return outcome

    async def _in_thread(self, live: Sequence[Incoming]) -> list[Settled]:
        if not live:
            return []
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, self.settle, live)

    def _bounded(self, message: Incoming, outcome: Settled) -> Settled:
        if outcome.verdict is Verdict.STOP:
            raise Broken(outcome.reason)
        if outcome.verdict is Verdict.LATER and message.deliveries >= self.waits:
            return Settled(Verdict.DEAD_LETTER, outcome.code, outcome.reason)
        return outcome

    async def _bury(self, arrived: Sequence[Incoming], outcomes: list[Settled]) -> None:
        """Keeps the dead letters; while they cannot be kept, their messages come back."""
        dead = [n for n, outcome in enumerate(outcomes) if outcome.verdict is Verdict.DEAD_LETTER]
        if not dead:
            return
        found = [dead_letter(arrived[n], outcomes[n].code, outcomes[n].reason) for n in dead]
        try:
            await asyncio.to_thread(self.letters.write, found)
        except Busy as error:
            for n in dead:
                outcomes[n] = failed(error)
            return
        for letter in found:
            alarm = log.critical if letter.code in ALARMING else log.error
            alarm("dead letter %s on %s: %s", letter.id, letter.subject, letter.code)
            await publish_batch(self.client, [announcement(letter, self.client.max_payload)])

    async def _answer(
        self, messages: Sequence[Msg], arrived: Sequence[Incoming], outcomes: Sequence[Settled]
    ) -> None:
        for message, known, outcome in zip(messages, arrived, outcomes, strict=True):
            if outcome.verdict is Verdict.ACK:
                await message.ack()
            elif outcome.verdict is Verdict.DEAD_LETTER:
                await message.term()
            else:
                await message.nak(delay(known.deliveries, known.sequence))

    async def _resolve(self, arrived: Sequence[Incoming], outcomes: Sequence[Settled]) -> None:
        done = [
            (clinic_of(message.subject), letter)
            for message, outcome in zip(arrived, outcomes, strict=True)
            if outcome.verdict is Verdict.ACK and RETRY_OF in message.headers
            if (letter := retried_id(message))
        ]
        if done:
            await asyncio.to_thread(self.letters.mark, done, "resolved")


ALARMING = frozenset({"foreign_clinic", "delivered_too_often"})
"""Reasons that tell of an attack or a loss, and must wake somebody."""


def incoming(message: Msg) -> Incoming:
    """The message as a value."""
    # $JS.ACK[.domain.account].stream.consumer.deliveries.sequence.…: the client's own reading
    # of it makes dates that nobody asks for.
    tokens = message.reply.split(".")
    stream, _, deliveries, sequence = tokens[2:6] if len(tokens) == SHORT_REPLY else tokens[4:8]
    return Incoming(
        subject=message.subject,
        payload=message.data,
        stream=stream,
        sequence=int(sequence),
        deliveries=int(deliveries),
        headers=message.headers or {},
    )


async def _untouched(message: StreamMessage[list[Msg]]) -> list[Msg]:
    return message.raw_message
