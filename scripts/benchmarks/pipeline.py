"""Visits from NATS to committed, projected and answered, by workers in processes of their own."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from time import monotonic

import nats
import orjson
import psycopg
from nats.aio.client import Client

from consumers.bootstrap import running
from consumers.nats import streams
from consumers.nats.publishing import Outgoing, publish_batch
from consumers.nats.worker import work
from ledger.settings import Settings
from scripts.benchmarks import clinic as clinics
from scripts.benchmarks.clinic import CLINICS
from scripts.benchmarks.place import Place
from scripts.benchmarks.recording import open_clinics
from scripts.benchmarks.together import READY_SECONDS, SPAWN, peak_megabytes

TASKS = ("relay", "projector", "visits")
"""One process each, `visits` last: the others clear what the set-up recorded before it."""
PUBLISHED = 500
POLL_SECONDS = 0.05
STUCK_SECONDS = 120
_BEHIND = """
SELECT (SELECT count(*) FROM ledger.clinic_head h
        CROSS JOIN unnest(ARRAY['balances', 'journal']) AS model
        LEFT JOIN views.mark m ON m.projection = model AND m.clinic = h.clinic
        WHERE m.position IS DISTINCT FROM h.position)
     + %s - (SELECT count(*) FROM ledger.command WHERE name = 'record_visit')
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """How fast so many visits went through, and the most memory of each worker, in MB."""

    visits: int
    per_second: float
    peaks: dict[str, float]


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of one task, and our end of the pipe to it."""

    task: str
    process: SpawnProcess
    pipe: Connection

    def hear(self) -> float:
        """Its peak memory in MB, told once it is prepared and once more when it has ended.

        Raises RuntimeError when it died instead.
        """
        with suppress(EOFError):
            if self.pipe.poll(READY_SECONDS):
                return float(self.pipe.recv())
        raise RuntimeError(f"the {self.task} worker ended or said nothing")

    def begin(self) -> None:
        """Lets the prepared worker work."""
        self.hear()
        self.pipe.send("begin")

    def end(self) -> float:
        """Stops the worker as a supervisor does; returns its peak memory in MB."""
        self.process.terminate()
        return self.hear()


def passage(place: Place, visits: int, told: Callable[[int], None]) -> Passage:
    """Publishes the visits, then lets the consumer loose on them, and waits for all of it.

    It is over when every visit is recorded, both read models are at the head and COVERAGE
    holds an answer for each. `told` hears how many were answered so far.
    """
    each = visits // len(CLINICS)
    settings = place.settings(place.create(f"visits_{visits}"))
    open_clinics(settings, clinics.patients_for(each))
    return asyncio.run(_passed(settings, each, told))


async def _passed(settings: Settings, each: int, told: Callable[[int], None]) -> Passage:
    total = each * len(CLINICS)
    client = await nats.connect(str(settings.nats))
    try:
        await _empty(client)
        with _workers(settings) as (relay, projector, consumer):
            relay.begin()
            projector.begin()
            await _done(client, settings, 0, told)
            await _publish(client, each)
            consumer.begin()
            start = monotonic()
            await _done(client, settings, total, told)
            elapsed = monotonic() - start
            peaks = {worker.task: worker.end() for worker in (relay, projector, consumer)}
    finally:
        await client.close()
    return Passage(total, total / elapsed, peaks)


async def _empty(client: Client) -> None:
    """Our streams, made anew: nobody may purge them."""
    jetstream = client.jetstream()
    for known in await jetstream.streams_info():
        await jetstream.delete_stream(str(known.config.name))
    await streams.prepare(jetstream)


async def _publish(client: Client, each: int) -> None:
    """All visits, the clinics taking turns."""
    messages = (
        _message(clinic, number, clinics.patients_for(each))
        for number in range(each)
        for clinic in CLINICS
    )
    while some := list(islice(messages, PUBLISHED)):
        await publish_batch(client, some)


def _message(clinic: str, number: int, patients: int) -> Outgoing:
    turn, patient = divmod(number, patients)
    data = clinics.visit_data(f"p-{patient}", turn)
    event = {
        "specversion": "1.0",
        "id": f"{clinic}-{number}",
        "source": f"/scheduling/clinics/{clinic}",
        "type": "visit.completed",
        "subject": data["visit"],
        "time": clinics.visited_at(turn),
        "datacontenttype": "application/json",
        "data": data,
    }
    headers = {"Nats-Msg-Id": str(event["id"])}
    return Outgoing(f"visits.{clinic}.completed", orjson.dumps(event), headers)


async def _done(
    client: Client, settings: Settings, visits: int, told: Callable[[int], None]
) -> None:
    """Waits for so many visits; raises TimeoutError when nothing moves for two minutes."""
    jetstream = client.jetstream()
    before, since = -1, monotonic()
    with psycopg.connect(str(settings.database), autocommit=True) as connection:
        while True:
            answered = (await jetstream.stream_info(streams.COVERAGE)).state.messages
            told(answered)
            if answered == visits and _behind(connection, visits) == 0:
                return
            if answered > before:
                before, since = answered, monotonic()
            if monotonic() - since > STUCK_SECONDS:
                raise TimeoutError(f"stuck at {answered} of {visits} visits")
            await asyncio.sleep(POLL_SECONDS)


def _behind(connection: psycopg.Connection[tuple[int]], visits: int) -> int:
    [(behind,)] = connection.execute(_BEHIND, (visits,))
    return behind


@contextmanager
def _workers(settings: Settings) -> Iterator[list[Worker]]:
    started = [_started(settings, task) for task in TASKS]
    try:
        yield started
    finally:
        for worker in started:
            worker.process.kill()
            worker.process.join()


def _started(settings: Settings, task: str) -> Worker:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_work, args=(settings, task, theirs), daemon=True)
    process.start()
    theirs.close()
    return Worker(task, process, ours)


def _work(settings: Settings, task: str, pipe: Connection) -> None:
    with running(settings) as ledger:
        services = ledger.services()
        pipe.send(peak_megabytes())
        pipe.recv()
        asyncio.run(work(services, ledger.nats(), (task,)))
    pipe.send(peak_megabytes())
