"""Publishing many messages as one atomic batch: all are stored, in order, or none.

One acknowledgement and one synchronisation to the disk for the batch: measured against one
per message, 27,000 instead of 4,600 messages a second (decision 0006).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from nats.aio.client import Client
from nats.js.errors import APIError

MESSAGE_ID = "Nats-Msg-Id"
EXPECTED_SEQUENCE = "Nats-Expected-Last-Subject-Sequence"
EXPECTED_SUBJECT = "Nats-Expected-Last-Subject-Sequence-Subject"

WRONG_SEQUENCE = 10071
"""The subject's last message is another than the publisher expected: somebody was faster."""
ALREADY_STORED = 10201
"""The batch holds a message id that the stream has seen within its window."""
ONCE = {EXPECTED_SEQUENCE: "0"}
"""Headers by which a message is stored only as the first of its own subject."""
TAKEN = frozenset({WRONG_SEQUENCE, ALREADY_STORED})

MOST = 500
"""Messages in a batch; the server takes at most 1,000."""
ACKNOWLEDGED_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out."""

    subject: str
    payload: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


async def publish_batch(client: Client, messages: Sequence[Outgoing]) -> int:
    """Publishes at most `MOST` messages of one stream and returns the last one's sequence.

    Raises the client's APIError when the server refuses the batch, and TimeoutError or
    NoRespondersError when nobody says what became of it.
    """
    batch = {"Nats-Batch-Id": secrets.token_hex(12)}
    for number, message in enumerate(messages[:-1], start=1):
        headers = {**message.headers, **batch, "Nats-Batch-Sequence": str(number)}
        await client.publish(message.subject, message.payload, headers=headers)
    last = messages[-1]
    headers = {
        **last.headers,
        **batch,
        "Nats-Batch-Sequence": str(len(messages)),
        "Nats-Batch-Commit": "1",
    }
    answer = await client.request(
        last.subject, last.payload, timeout=ACKNOWLEDGED_SECONDS, headers=headers
    )
    acknowledged = orjson.loads(answer.data)
    if "error" in acknowledged:
        raise APIError.from_error(acknowledged["error"])
    return int(acknowledged["seq"])


def fence(subjects: str, sequence: int) -> dict[str, str]:
    """Headers by which a message is stored only if `sequence` is the last of `subjects`.

    `subjects` may be a wildcard that contains the message's own; 0 means none so far.
    """
    return {EXPECTED_SEQUENCE: str(sequence), EXPECTED_SUBJECT: subjects}
