"""One supervised process for relay, consumers and entitlement checks, in any combination."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client

from commands.handling import Commands
from consumers.nats import streams
from consumers.nats.check import Check
from consumers.nats.connection import Connection
from consumers.nats.deadletters import DeadLetters
from consumers.nats.inbox import WAITS, Inbox, Settle
from consumers.nats.payments import payments
from consumers.nats.projector import Projector
from consumers.nats.relay import Relay
from consumers.nats.visits import visits
from ledger.store.feed import Feed
from ledger.store.store import EventStore

TASKS = ("relay", "visits", "payments", "projector", "check")
THREADS = 8
"""For a batch of each consumer, and for the checks that run at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What the tasks work with; wired by the caller, which also closes it.

    `relay` and `projector` are stores of the roles ``ledger_relay`` and ``ledger_projector``.
    """

    commands: Commands
    relay: EventStore
    projector: EventStore
    feeds: Sequence[Feed]
    letters: DeadLetters
    replicas: int = 1
    waits: int = WAITS


async def work(
    services: Services, url: str, tasks: Sequence[str] = TASKS, stop: asyncio.Event | None = None
) -> None:
    """Runs the tasks until `stop`, or without one until SIGTERM or SIGINT; batches then finish.

    Raises what made a task fail, so that the process ends with a non-zero status and its
    supervisor starts it again.
    """
    connection = Connection(url, "-".join(["ledger", *tasks]))
    client = await connection.open()
    watched = [connection.failed]
    try:
        await streams.prepare(client.jetstream(), services.replicas)
        with ThreadPoolExecutor(THREADS) as threads:
            crew = _Crew(services, connection, client, threads)
            watched += crew.start(tasks)
            await connection.start()
            log.info("working: %s", ", ".join(tasks))
            await _first(stop or _signalled(), watched)
            await connection.close()
    finally:
        for future in watched:
            future.cancel()
        await connection.close()


@dataclass(frozen=True, slots=True)
class _Crew:
    services: Services
    connection: Connection
    client: Client
    threads: Executor

    def start(self, tasks: Sequence[str]) -> list[asyncio.Future[None]]:
        """Starts or registers the tasks; a future that ends has failed."""
        services = self.services
        watched: list[asyncio.Future[None]] = []
        if "relay" in tasks:
            watched.append(asyncio.ensure_future(Relay(services.relay, self.client).run()))
        if "projector" in tasks:
            projector = Projector(services.projector, services.feeds)
            watched.append(asyncio.ensure_future(projector.run()))
        if "check" in tasks:
            Check(services.commands, self.threads).subscribe(self.connection.broker)
        handlers: dict[str, tuple[str, Callable[[], Settle]]] = {
            "visits": (streams.VISITS, lambda: visits(services.commands)),
            "payments": (streams.PAYMENTS, lambda: payments(services.commands)),
        }
        for name, (stream, settle) in handlers.items():
            if name in tasks:
                watched.append(self._subscribe(stream, settle()))
        return watched

    def _subscribe(self, stream: str, settle: Settle) -> asyncio.Future[None]:
        letters, waits = self.services.letters, self.services.waits
        inbox = Inbox(stream, settle, letters, self.client, self.threads, waits)
        inbox.subscribe(self.connection.broker)
        return inbox.stopped


def _signalled() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _first(stop: asyncio.Event, watched: Sequence[asyncio.Future[None]]) -> None:
    """Returns when `stop` is set; raises what a watched future failed with, if that is first."""
    stopping = asyncio.ensure_future(stop.wait())
    ended: list[asyncio.Future[Any]] = [stopping, *watched]
    await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    for future in watched:
        if future.done():
            future.result()
