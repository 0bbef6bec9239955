"""What becomes of messages: settled, back after a while, or a dead letter a person can retry."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from nats.aio.client import Client

from consumers.nats import streams
from consumers.nats.connection import CLOSED_EXIT
from consumers.nats.deadletters import RETRY_OF, DeadLetters, retry
from consumers.nats.inbox import ACCEPTED, Settled, delay, failed
from consumers.nats.wire import Incoming, Rejected
from consumers.verdicts import Verdict, of_failure, of_refusal
from ledger.codes import Code
from ledger.errors import Broken, Busy, LedgerError, NotYet, OutcomeUnknown, Unreadable
from tests.support.messaging import (
    consuming,
    on_nats,
    settled,
    stored,
    until,
)

VISIT = "visits.glow.completed"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def letters(database: str) -> Iterator[DeadLetters]:
    opened = DeadLetters.open(database)
    yield opened
    opened.close()


class Desk:
    """Answers each message by its body, and remembers how often it saw it."""

    def __init__(self, **answers: LedgerError | Settled | Exception) -> None:
        self.answers = answers
        self.seen: list[str] = []

    def __call__(self, messages: Sequence[Incoming]) -> list[Settled]:
        bodies = [message.payload.decode() for message in messages]
        self.seen += bodies
        answers = [self.answers.get(body, ACCEPTED) for body in bodies]
        for answer in answers:
            if isinstance(answer, Exception) and not isinstance(answer, Rejected):
                raise answer
        return [answer if isinstance(answer, Settled) else failed(answer) for answer in answers]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("deliveries", "seconds"), [(1, 0.5), (2, 1), (3, 2), (10, 256), (11, 300), (1000, 300)]
)
def test_delays_double_up_to_five_minutes_and_spread(deliveries: int, seconds: float) -> None:
    delays = [delay(deliveries, sequence) for sequence in range(100)]
    assert all(0.8 * seconds <= found <= 1.2 * seconds for found in delays)
    assert max(delays) - min(delays) > 0.3 * seconds


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (Unreadable("x"), Verdict.DEAD_LETTER),
        (Rejected("invalid", "x"), Verdict.DEAD_LETTER),
        (NotYet("x"), Verdict.LATER),
        (Busy("x"), Verdict.SOON),
        (OutcomeUnknown("x"), Verdict.SOON),
        (Broken("x"), Verdict.STOP),
        (LedgerError("x"), Verdict.STOP),
    ],
)
def test_every_failure_has_one_verdict(error: LedgerError, verdict: Verdict) -> None:
    assert of_failure(error) is verdict


def test_every_refusal_has_one_verdict() -> None:
    waiting = {code for code in Code if of_refusal(code) is Verdict.LATER}
    assert waiting == {
        Code.UNKNOWN_SUBSCRIPTION,
        Code.UNKNOWN_PAYMENT,
        Code.UNKNOWN_REFUND,
        Code.UNKNOWN_DISPUTE,
    }
    assert of_refusal(Code.CONFLICT) is Verdict.SOON
    assert of_refusal(Code.INVALID) is Verdict.DEAD_LETTER


async def publish(client: Client, *bodies: str) -> None:
    for body in bodies:
        await client.jetstream().publish(VISIT, body.encode())


def test_a_poisonous_message_does_not_hurt_its_batch(letters: DeadLetters, nats_url: str) -> None:
    desk = Desk(poison=ZeroDivisionError("the text of the message"))

    async def story(client: Client) -> None:
        await publish(client, "one", "poison", "two")
        async with consuming(nats_url, client, streams.VISITS, desk, letters):
            await until(lambda: settled(client, streams.VISITS))
        [announced] = await stored(client, streams.LEDGER_DEAD)
        assert announced.subject == f"dead.{VISIT}"
        assert announced.data == b"poison"
        assert (announced.headers or {})["Ledger-Reason-Code"] == "internal"

    on_nats(nats_url, story)
    [letter] = letters.list()
    assert (letter.payload, letter.code, letter.clinic) == (b"poison", "internal", "glow")
    assert letter.message.startswith("ZeroDivisionError at test_nats_inbox.py")


def test_a_passing_failure_comes_back_until_it_has_passed(
    letters: DeadLetters, nats_url: str
) -> None:
    desk = Desk(one=Busy("the database restarts"))

    async def story(client: Client) -> None:
        await publish(client, "one")
        async with consuming(nats_url, client, streams.VISITS, desk, letters):
            await until(lambda: asyncio.sleep(0, len(desk.seen) >= 3))
            desk.answers.clear()
            await until(lambda: settled(client, streams.VISITS))

    on_nats(nats_url, story)
    assert len(desk.seen) == 4
    assert letters.list() == []


def test_what_names_something_unknown_waits_and_then_is_a_dead_letter(
    letters: DeadLetters, nats_url: str
) -> None:
    unknown = Settled(Verdict.LATER, Code.UNKNOWN_SUBSCRIPTION, "no subscription s-9")
    desk = Desk(one=unknown)

    async def story(client: Client) -> None:
        await publish(client, "one", "two")
        async with consuming(nats_url, client, streams.VISITS, desk, letters, waits=3):
            await until(lambda: settled(client, streams.VISITS))

    on_nats(nats_url, story)
    assert desk.seen.count("one") == 3
    assert [letter.code for letter in letters.list()] == ["unknown_subscription"]


def test_what_comes_back_too_often_is_handled_no_more(letters: DeadLetters, nats_url: str) -> None:
    desk = Desk(one=Busy("always"))

    async def story(client: Client) -> None:
        await publish(client, "one")
        async with consuming(nats_url, client, streams.VISITS, desk, letters, fuse=2):
            await until(lambda: settled(client, streams.VISITS))

    on_nats(nats_url, story)
    assert desk.seen == ["one", "one"]
    assert [letter.code for letter in letters.list()] == ["delivered_too_often"]


def test_a_broken_ledger_stops_the_consumer_and_keeps_the_messages(
    letters: DeadLetters, nats_url: str
) -> None:
    desk = Desk(one=Broken("the chain breaks at 7"))

    async def story(client: Client) -> None:
        await publish(client, "one")
        async with consuming(nats_url, client, streams.VISITS, desk, letters) as inbox:
            with pytest.raises(Broken, match="breaks at 7"):
                await asyncio.wait_for(inbox.stopped, 10)
        info = await client.jetstream().consumer_info(streams.VISITS, "visits")
        assert info.num_ack_pending == 1

    on_nats(nats_url, story)


def test_a_dead_letter_sent_again_is_resolved_when_it_succeeds(
    letters: DeadLetters, nats_url: str
) -> None:
    desk = Desk(one=Rejected("invalid", "no such field"))

    async def story(client: Client) -> None:
        await publish(client, "one")
        async with consuming(nats_url, client, streams.VISITS, desk, letters):
            await until(lambda: settled(client, streams.VISITS))
            [letter] = letters.list()
            assert await retry(letters, client, letter.id) == [letter.id]
            await until(lambda: settled(client, streams.VISITS))
            [again] = letters.list()
            assert (again.id, again.tries, again.status) == (letter.id, 2, "open")
            desk.answers.clear()
            assert await retry(letters, client) == [letter.id]
            await until(lambda: settled(client, streams.VISITS))
            await until(lambda: asyncio.sleep(0, letters.list("resolved") != []))
        published = await stored(client, streams.VISITS)
        assert [message.data for message in published] == [b"one"] * 3
        assert len({(message.headers or {}).get("Nats-Msg-Id") for message in published}) == 3

    on_nats(nats_url, story)
    assert letters.list() == []


def test_a_forged_header_neither_hides_a_message_nor_closes_a_letter(
    letters: DeadLetters, nats_url: str
) -> None:
    desk = Desk(one=Rejected("invalid", "x"), two=Rejected("invalid", "x"))

    async def story(client: Client) -> None:
        await publish(client, "one")
        async with consuming(nats_url, client, streams.VISITS, desk, letters):
            await until(lambda: settled(client, streams.VISITS))
            [letter] = letters.list()
            for body in (b"two", b"three"):
                await client.jetstream().publish(VISIT, body, headers={RETRY_OF: letter.id})
            await until(lambda: settled(client, streams.VISITS))

    on_nats(nats_url, story)
    assert sorted(letter.payload for letter in letters.list()) == [b"one", b"two"]


@pytest.mark.parametrize("size", [0, 1024 * 1024 - 200])
def test_the_smallest_and_the_largest_message_are_kept_whole(
    letters: DeadLetters, nats_url: str, size: int
) -> None:
    body = b"x" * size
    desk = Desk(**{body.decode(): Rejected("unreadable", "x")})

    async def story(client: Client) -> None:
        await client.jetstream().publish(VISIT, body, headers={"Trace": "é" * 40, "Plain": "yes"})
        async with consuming(nats_url, client, streams.VISITS, desk, letters):
            await until(lambda: settled(client, streams.VISITS))
        [announced] = await stored(client, streams.LEDGER_DEAD)
        headers = announced.headers or {}
        assert headers["Plain"] == "yes"
        assert headers.get("Ledger-Payload") == ("in the database" if size else None)

    on_nats(nats_url, story)
    [letter] = letters.list()
    assert letter.payload == body


LOSES_ITS_CONNECTION = """
import asyncio, sys
from concurrent.futures import ThreadPoolExecutor
from consumers.nats import streams
from consumers.nats.connection import Connection
from consumers.nats.inbox import Inbox

async def run(url):
    connection = Connection(url, "test")
    client = await connection.open()
    with ThreadPoolExecutor(1) as threads:
        inbox = Inbox(streams.VISITS, lambda messages: [], None, client, threads)
        inbox.subscribe(connection.broker)
        await connection.start()
        await asyncio.sleep(0.5)
        await client.close()
        await asyncio.sleep(60)

asyncio.run(run(sys.argv[1]))
"""


def test_a_process_whose_connection_is_closed_for_good_ends(nats_url: str) -> None:
    """FastStream's own loop would fetch again at once, for ever, and let no callback run."""

    async def story(client: Client) -> None:
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", LOSES_ITS_CONNECTION, nats_url],
            cwd=ROOT,
            timeout=30,
            check=False,
        )
        assert ended.returncode == CLOSED_EXIT

    on_nats(nats_url, story)
