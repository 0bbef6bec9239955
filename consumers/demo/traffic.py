"""The demo's view of the broker: how far the workers are."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import nats
import orjson
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from consumers.nats.deadletters import DeadLetters, retry
from consumers.nats.streams import DURABLES, LEDGER, VISITS
from ledger.errors import Busy
from ledger.store.store import EventStore

T = TypeVar("T")
LOOK_SECONDS = 0.1
ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """Asks the broker at `url`; `head` gives the last position of the clinic's history.

    `look` raises what ended the workers: then nobody need wait for them.
    """

    url: str
    head: Callable[[], int]
    look: Callable[[], None]

    def settled(self) -> int:
        """Reports of visits that are recorded, dead, or known already."""
        return self._asked(_settled)[0]

    def settling(self, seconds: float) -> Iterator[int]:
        """The number settled, again and again until nothing waits; raises Busy after that long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            done, waiting = self._asked(_settled)
            yield done
            if not waiting and self._asked(_published) >= self.head():
                return
            time.sleep(LOOK_SECONDS)
        raise Busy(f"the visits were not settled within {seconds:.0f} s")

    def ready(self, seconds: float) -> None:
        """Waits until the workers have made their streams; raises Busy after that long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            try:
                self._asked(_settled)
            except NotFoundError:
                time.sleep(LOOK_SECONDS)
            else:
                return
        raise Busy(f"the workers were not ready within {seconds:.0f} s")

    def retry(self, letters: DeadLetters) -> list[str]:
        """Sends the open dead letters again."""
        return self._asked(lambda client: retry(letters, client))

    def check(self, clinic: str, question: dict[str, Any]) -> dict[str, Any]:
        """What would be covered, as the booking page asks it over NATS."""

        async def ask(client: Client) -> dict[str, Any]:
            subject = f"entitlements.{clinic}.check"
            answer = await client.request(subject, orjson.dumps(question), timeout=ANSWER_SECONDS)
            found: dict[str, Any] = orjson.loads(answer.data)
            return found

        return self._asked(ask)

    def _asked(self, question: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        async def ask() -> T:
            client = await nats.connect(self.url)
            try:
                return await question(client)
            finally:
                await client.close()

        return asyncio.run(ask())


async def _settled(client: Client) -> tuple[int, int]:
    """How many visit messages are settled, and how many wait."""
    jetstream = client.jetstream()
    visits = await jetstream.consumer_info(VISITS, DURABLES[VISITS])
    waiting = (visits.num_pending or 0) + (visits.num_ack_pending or 0)
    last = (await jetstream.stream_info(VISITS)).state.last_seq
    return last - waiting, waiting


async def _published(client: Client) -> int:
    """How many events the relay has published: positions have no gaps."""
    info = await client.jetstream().stream_info(LEDGER)
    return int(info.state.messages)


def head_of(store: EventStore, clinic: str) -> int:
    """The last position of a clinic's history, 0 for none."""
    head = store.head(clinic)
    return head.position if head else 0
