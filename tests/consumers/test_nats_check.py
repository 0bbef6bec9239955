"""An entitlement question over NATS: answered by the rules, recording nothing."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import nats.errors
import orjson
import pytest
from nats.aio.client import Client

from commands.handling import Commands
from consumers.nats.check import Check
from consumers.nats.connection import Connection
from tests.support import massages as glow
from tests.support.messaging import connected

QUESTION = {"patient": "p-0", "lines": [{"service": "massage", "quantity": "3"}]}


@pytest.fixture
def commands(database: str) -> Iterator[Commands]:
    with glow.commands_on(database) as commands:
        glow.open_clinic(commands)
        glow.sell(commands, "glow", subscriptions=1, units=2)
        yield commands


@asynccontextmanager
async def answering(commands: Commands, url: str) -> Any:
    connection = Connection(url, "check")
    await connection.open()
    with ThreadPoolExecutor(2) as threads:
        Check(commands, threads).subscribe(connection.broker)
        await connection.start()
        async with connected(url) as client:
            yield client
        await connection.close()


def ask(commands: Commands, url: str, body: bytes, clinic: str = "glow") -> dict[str, Any]:
    async def story() -> dict[str, Any]:
        async with answering(commands, url) as client:
            answer = await client.request(f"entitlements.{clinic}.check", body, timeout=5)
            return dict(orjson.loads(answer.data))

    return asyncio.run(story())


@pytest.mark.parametrize("body", [QUESTION, {"specversion": "1.0", "data": QUESTION}])
def test_the_answer_tells_what_would_be_covered_and_changes_nothing(
    commands: Commands, nats_url: str, body: dict[str, Any]
) -> None:
    before = commands.store.head("glow")
    answer = ask(commands, nats_url, orjson.dumps(body))
    [row] = answer["coverage"]
    assert (row["quantity"], row["covered"], row["patient_owes"]) == ("3", "2", glow.PRICE)
    assert commands.store.head("glow") == before


@pytest.mark.parametrize(
    ("body", "clinic", "code"),
    [
        (b"{", "glow", "invalid"),
        (b"[]", "glow", "invalid"),
        (
            b'{"patient":"p-0","lines":[{"service":"surf","quantity":"1"}]}',
            "glow",
            "unknown_service",
        ),
        (b'{"patient":"p-0","lines":[]}', "calm", "unknown_clinic"),
        (b'{"patient":"p-0","lines":[],"clinic":"calm"}', "glow", "invalid"),
        (b'{"patient":"p-0","lines":[]}', "a%2Eb", "unknown_clinic"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    commands: Commands, nats_url: str, body: bytes, clinic: str, code: str
) -> None:
    assert ask(commands, nats_url, body, clinic)["error"]["code"] == code


def test_no_answer_goes_to_a_subject_that_is_no_inbox(commands: Commands, nats_url: str) -> None:
    async def overheard(client: Client) -> None:
        listening = await client.subscribe("visits.glow.completed")
        await client.publish(
            "entitlements.glow.check", orjson.dumps(QUESTION), reply="visits.glow.completed"
        )
        with pytest.raises(nats.errors.TimeoutError):
            await listening.next_msg(timeout=1)

    async def story() -> None:
        async with answering(commands, nats_url) as client:
            await overheard(client)

    asyncio.run(story())
