"""How this program connects to NATS, in one place (reliability.md 0.3, 5.2)."""

import asyncio
import logging
import os
from typing import Any

from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js import JetStreamContext

from consumers.nats.pulling import Pulling

CLOSED_EXIT = 70
"""Exit status of a process whose connection was closed for good (EX_SOFTWARE)."""
RECONNECT_SECONDS = 1
DRAIN_SECONDS = 25
"""Above the longest batch, below the acknowledgement wait and a platform's kill time."""

log = logging.getLogger(__name__)


class Connection:
    """A broker that reconnects for ever, and ends the process when that is over.

    `url` may name several servers of a cluster, separated by commas. `failed` ends with what
    keeps a consumer from its messages while the connection is there.
    """

    def __init__(self, url: str, name: str) -> None:
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._closing = False
        self.broker = NatsBroker(
            url.split(","),
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_SECONDS,
            drain_timeout=DRAIN_SECONDS,
            graceful_timeout=DRAIN_SECONDS,
            error_cb=_log_error,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._reconnected,
            closed_cb=self._closed,
            # Messages reach our code as bytes; the library's own log would hold what they say.
            apply_types=False,
            logger=None,
        )

    async def open(self) -> Client:
        """Connects; waits for a server that is not there yet."""
        return await self.broker.connect()

    async def start(self) -> None:
        """Starts the subscribers registered with the broker, fetching in our way.

        One by one and not all by the broker: a subscriber's task takes its first step, a fetch in
        the library's way, as soon as anything is awaited after its start.
        """
        await self.broker.connect()
        for subscriber in self.broker.subscribers:
            await subscriber.start()
            found = getattr(subscriber, "subscription", None)
            if isinstance(found, JetStreamContext.PullSubscription):
                pulling: Any = subscriber
                pulling.subscription = Pulling(found, self._failed)
        self.broker.running = True

    async def close(self) -> None:
        """Lets handlers finish, then disconnects on purpose."""
        self._closing = True
        await self.broker.stop()

    def _failed(self, error: Exception) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)

    async def _closed(self) -> None:
        if not self._closing:
            log.critical("the connection to NATS is closed for good; this process ends")
            os._exit(CLOSED_EXIT)

    async def _disconnected(self) -> None:
        if not self._closing:
            log.warning("disconnected from NATS")

    async def _reconnected(self) -> None:
        log.warning("connected to NATS again")


async def _log_error(error: Exception) -> None:
    # Its class alone: the text of an error may quote a message.
    log.error("NATS client: %s", type(error).__name__)
