"""Fetching without the ways in which it goes wrong (decision 0006, "Defects").

FastStream fetches again for the rest of its time-out, and knows the client's own TimeoutError
only. When the client raises Python's instead, as it does near the end of a time-out, the loop
fails and what it had fetched is lost until the acknowledgement wait has passed. On a closed
connection, or for a consumer that is gone, it fetches again at once and for ever. And the client
waits for each message of a batch in a task of its own, which costs more than reading it.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.errors import ServiceUnavailableError

LEAST_SECONDS = 0.005
GRACE_SECONDS = 1.0
"""How long the end of a request may be late before it counts as lost with its connection."""
PAUSE_SECONDS = 1.0
MOST_FAILURES = 10
NO_RESPONDERS = "503"

log = logging.getLogger(__name__)


class Pulling:
    """Stands in for the client's pull subscription; `failed` hears what does not pass.

    One request for a batch, one subscription for all that comes: what arrives too late for
    its request is part of the next batch.
    """

    def __init__(
        self, subscription: JetStreamContext.PullSubscription, failed: Callable[[Exception], None]
    ) -> None:
        self._subscription = subscription
        self._client: Client = subscription._nc  # noqa: SLF001  it has no other name
        self._next: str = subscription._nms  # noqa: SLF001
        self._failed = failed
        self._failures = 0
        self._inbox = ""
        self._numbers = count(1)
        self._arrived: list[Msg] = []
        self._wanted = 0
        self._reply = ""
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def fetch(self, batch: int, timeout: float) -> list[Msg]:  # noqa: ASYNC109  its caller's
        """At most `batch` messages; raises the client's TimeoutError when there are none."""
        if timeout < LEAST_SECONDS:
            raise NatsTimeoutError
        try:
            await self._request(batch, timeout)
        except NatsError as error:
            await self._pause(error)
            raise NatsTimeoutError from error
        self._failures = 0
        messages, self._arrived = self._arrived[:batch], self._arrived[batch:]
        if not messages:
            raise NatsTimeoutError
        return messages

    async def unsubscribe(self) -> None:
        """Ends the subscription."""
        await self._subscription.unsubscribe()

    async def _request(self, batch: int, seconds: float) -> None:
        """Returns when the batch is there or its time is over."""
        if not self._inbox:
            inbox = self._client.new_inbox()
            await self._client.subscribe(f"{inbox}.*", cb=self._take)
            self._inbox = inbox
        self._wanted = batch
        missing = batch - len(self._arrived)
        if missing <= 0:
            return
        self._ended = asyncio.get_running_loop().create_future()
        self._reply = f"{self._inbox}.{next(self._numbers)}"
        request = {"batch": missing, "expires": int(seconds * 1_000_000_000)}
        await self._client.publish(self._next, orjson.dumps(request), self._reply)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds + GRACE_SECONDS):
                if await self._ended == NO_RESPONDERS and not self._arrived:
                    raise ServiceUnavailableError

    async def _take(self, message: Msg) -> None:
        """Keeps a message; one without a place to answer is the end of a request."""
        if message.reply:
            self._arrived.append(message)
            if len(self._arrived) >= self._wanted:
                self._end("")
        elif message.subject == self._reply:
            self._end((message.headers or {}).get("Status", ""))

    def _end(self, status: str) -> None:
        if not self._ended.done():
            self._ended.set_result(status)

    async def _pause(self, error: NatsError) -> None:
        self._failures += 1
        log.error("fetching failed: %s", type(error).__name__)
        if self._failures == MOST_FAILURES:
            self._failed(error)
        await asyncio.sleep(PAUSE_SECONDS)
