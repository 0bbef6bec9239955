"""Commands over HTTP against the same commands in process, and how soon questions are answered.

Eight clinics, 32 callers. What a command costs the processor is told beside its rate: on a
machine that does something else meanwhile the rate says little.
"""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from statistics import quantiles
from time import perf_counter, process_time

import psutil

from consumers.bootstrap import Ledger, running
from consumers.http.keys import SCOPES, NewKey
from scripts.benchmarks import clinic, driving
from scripts.benchmarks.clinic import CLINICS, Line
from scripts.benchmarks.driving import Asked, request
from scripts.benchmarks.figure import Figure, Sizes
from scripts.benchmarks.place import Place

CALLERS = 32
PER_SECOND = 200
SECRET = "bench"
TODAY = "2026-03-20T12:00:00-05:00"
"""The server's clock: after the visits, before what was sold expires, as where a clock ticks."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Commands in a second, and milliseconds of processor time of each."""

    rate: float
    cost: float


def http(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """Visits one by one from several callers at once, in process and over HTTP."""
    settings = replace(place.settings(place.create("http")), key_secret=SECRET)
    with running(settings) as ledger, _server(settings.database or "") as (port, server):
        keys = {name: _prepared(ledger, name, sizes.single) for name in CLINICS}
        inside = _inside(ledger, sizes.single)
        outside = _outside(port, server, keys, sizes.single)
        yield Figure("http", outside.rate, "commands/s", "in process", inside.rate)
        yield Figure("http", inside.cost, "ms CPU, command in process", "HTTP", outside.cost)
        together = _together(port, server, keys, sizes.single)
        what = "commands/s as JSON Lines"
        yield Figure("http", together.rate, what, "in process, singly", inside.rate)
        yield Figure("http", together.cost, "ms CPU, command of a line", "singly", outside.cost)
        _fed(ledger)
        kinds = [_checks(keys), _balances(keys)]
        asyncio.run(driving.paced(port, kinds, PER_SECOND, 1))  # warms up
        cost = _cost(server)
        times = asyncio.run(driving.paced(port, kinds, PER_SECOND, sizes.seconds))
        for what, found in zip(("check", "balance"), times, strict=True):
            cuts = quantiles(found, n=100)
            yield Figure("http", cuts[98], f"ms, {what}, p99 at {PER_SECOND}/s", "p50", cuts[49])
        each = (_cost(server) - cost) * 1000 / sum(map(len, times))
        yield Figure("http", each, "ms CPU, question", "command", outside.cost)


def _fed(ledger: Ledger) -> None:
    """Brings the read models to the head, as a projector beside the server would have."""
    for name in CLINICS:
        ledger.catch_up(name)


def _prepared(ledger: Ledger, name: str, count: int) -> str:
    """A clinic whose patients have bought; returns a key to it."""
    setup = [*clinic.setup(name)]
    for patients in ("inside", "outside", "lines"):
        setup += clinic.sales(name, clinic.patients_for(count), patients)
    clinic.record(ledger.commands, name, setup, 100)
    now = ledger.settings.clock()
    new = NewKey(name, "bench", "clinic_admin", SCOPES, now + timedelta(days=1))
    return ledger.keys.create(new, now)[1]


@contextmanager
def _server(database: str) -> Iterator[tuple[int, psutil.Process]]:
    where = ("--database", database, "--now", TODAY)
    command = [sys.executable, "-m", "ledger", *where, "serve", "--port", "0"]
    environment = {**os.environ, "LEDGER_KEY_SECRET": SECRET, "LEDGER_ALLOW_CLOCK": "1"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        [port] = re.findall(r"http://\S+:(\d+)", server.stderr.readline())
        try:
            yield int(port), psutil.Process(server.pid)
        finally:
            server.terminate()


def _inside(ledger: Ledger, count: int) -> Pace:
    def does(own: Sequence[Line]) -> None:
        for line in own:
            clinic.record(ledger.commands, line["clinic"], [line], 1)

    callers = _shared([clinic.visits(name, count, "inside") for name in CLINICS])
    begun, cost = perf_counter(), process_time()
    with ThreadPoolExecutor(CALLERS) as threads:
        list(threads.map(does, callers))
    done = sum(map(len, callers))
    return Pace(done / (perf_counter() - begun), (process_time() - cost) * 1000 / done)


def _outside(port: int, server: psutil.Process, keys: dict[str, str], count: int) -> Pace:
    callers = [
        [_command(keys[line["clinic"]], line) for line in own]
        for own in _shared([clinic.visits(name, count, "outside") for name in CLINICS])
    ]
    cost = _cost(server)
    rate = asyncio.run(driving.flood(port, callers))
    return Pace(rate, (_cost(server) - cost) * 1000 / sum(map(len, callers)))


def _together(port: int, server: psutil.Process, keys: dict[str, str], count: int) -> Pace:
    """Each clinic's visits in one request of JSON Lines."""
    sent = [[driving.bulk(key, list(_lines(name, count)))] for name, key in keys.items()]
    cost = _cost(server)
    requests = asyncio.run(driving.flood(port, sent))
    return Pace(requests * count, (_cost(server) - cost) * 1000 / (count * len(keys)))


def _lines(name: str, count: int) -> Iterator[Line]:
    """The clinic and the actor are those of the key."""
    for line in clinic.visits(name, count, "lines"):
        yield {field: line[field] for field in ("command", "id", "at", "data")}


def _shared(work: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The clinics' lines dealt out to the callers, several of whom call for each clinic."""
    dealt = list(chain.from_iterable(zip(*work, strict=True)))
    return [dealt[number::CALLERS] for number in range(CALLERS)]


def _cost(server: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = server.cpu_times()
    return float(times.user + times.system)


def _command(key: str, line: Line) -> Asked:
    body = {"at": line["at"], **line["data"]}
    return request("POST", "/v1/visits", key, body, f"Idempotency-Key: {line['id']}\r\n")


def _checks(keys: dict[str, str]) -> list[Asked]:
    question = {"patient": "inside-0", "lines": [{"service": "follow-up", "quantity": "1"}]}
    return [request("POST", "/v1/check", key, question) for key in keys.values()]


def _balances(keys: dict[str, str]) -> list[Asked]:
    path = "/v1/patients/inside-0/balance"
    return [request("GET", path, key) for key in keys.values()]
