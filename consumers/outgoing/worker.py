"""The worker: follows the log into the queues, and works them off."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from consumers.nats import wire
from consumers.outgoing import signing
from consumers.outgoing.deliveries import Deliveries, Due
from consumers.outgoing.endpoints import Endpoints, utc_now
from consumers.outgoing.sending import Sender
from ledger.errors import Busy

log = logging.getLogger(__name__)
AT_ONCE = 32
POLL_SECONDS = 0.5
RETRY_SECONDS = 1.0
FORGETTING = timedelta(hours=1)


class Deliverer:
    """Sends what is due, several endpoints at once; any number of them may run."""

    def __init__(
        self, endpoints: Endpoints, sender: Sender, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._endpoints = endpoints
        self._deliveries = Deliveries(endpoints.pool)
        self._sender = sender
        self._clock = clock
        self._free = asyncio.Semaphore(AT_ONCE)
        self._news = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Delivers until `stop`; what is being sent then is waited for."""
        forget_at = self._clock()
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                self._news.clear()
                try:
                    due = await asyncio.to_thread(self._due)
                    if self._clock() >= forget_at:
                        await asyncio.to_thread(self._deliveries.forget, self._clock())
                        forget_at = self._clock() + FORGETTING
                except Busy as error:
                    log.warning("webhooks wait: %s", type(error).__name__)
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                for one in due:
                    group.create_task(self._deliver(one))
                await self._wait(stop)

    async def work_off(self) -> int:
        """Sends what is due now, each queue as far as it goes; returns how many tries that took."""
        tries = 0
        while due := await asyncio.to_thread(self._due):
            await asyncio.gather(*map(self._deliver, due))
            tries += len(due)
        return tries

    def _due(self) -> list[Due]:
        while self._deliveries.follow(self._clock()):
            pass
        return self._deliveries.claim(self._clock(), AT_ONCE)

    async def _deliver(self, due: Due) -> None:
        """One try; the lease of what cannot be settled runs out, and it is tried again."""
        try:
            async with self._free:
                row = await asyncio.to_thread(self._deliveries.event, due)
                body, identity = wire.ledger_event(row), wire.message_id(row)
                secrets = [
                    self._endpoints.secret(due.clinic, due.endpoint, bytes(salt))
                    for salt in due.salts
                ]
                second = int(self._clock().timestamp())
                headers = signing.headers(secrets, identity, second, body)
                outcome = await self._sender.post(due.url, body, headers)
            await asyncio.to_thread(self._deliveries.settle, due, outcome, self._clock())
        except Busy as error:
            log.warning("webhooks wait: %s", type(error).__name__)
        self._news.set()

    async def _wait(self, stop: asyncio.Event) -> None:
        """Until something was sent, whose endpoint may have more, or for a moment."""
        waited = [asyncio.ensure_future(self._news.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waited, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for one in waited:
            one.cancel()
