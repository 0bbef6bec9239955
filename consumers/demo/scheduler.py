"""The scheduling system, a program of its own: it knows NATS and the ledger's subjects, no more.

``python -m consumers.demo.scheduler URL 2026-01`` publishes the reports of a month and prints
how many it sent. It may be run again: the ledger knows what it has heard.
"""

import asyncio
import sys

import nats
from nats.js import JetStreamContext

from consumers.demo.visits import Message, messages
from ledger.calendar import Period

AT_ONCE = 250


async def publish(url: str, month: Period) -> int:
    """Publishes a month's reports, each acknowledged by the broker."""
    client = await nats.connect(url)
    try:
        jetstream = client.jetstream(timeout=30)
        found = messages(month)
        for start in range(0, len(found), AT_ONCE):
            part = found[start : start + AT_ONCE]
            await asyncio.gather(*(_publish(jetstream, message) for message in part))
    finally:
        await client.close()
    return len(found)


async def _publish(jetstream: JetStreamContext, message: Message) -> None:
    await jetstream.publish(message.subject, message.payload, stream="VISITS")


if __name__ == "__main__":
    sent = asyncio.run(publish(sys.argv[1], Period.parse(sys.argv[2])))
    sys.stdout.write(f"{sent}\n")
