"""Commands over HTTP against the same commands in process, and how soon questions are answered."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from statistics import quantiles
from time import perf_counter

import httpx

from consumers.bootstrap import Ledger, running
from consumers.http.keys import SCOPES, NewKey
from scripts.benchmarks import clinic
from scripts.benchmarks.clinic import Line
from scripts.benchmarks.figure import Figure, Sizes
from scripts.benchmarks.place import Place

CALLERS = 8
SECRET = "bench"


def http(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """Visits one by one from several callers at once, in process and over HTTP."""
    name, count = clinic.CLINICS[0], sizes.single
    settings = replace(place.settings(place.create("http")), key_secret=SECRET)
    with running(settings) as ledger, _server(settings.database or "") as url:
        setup = [*clinic.setup(name)]
        for patients in ("inside", "outside"):
            setup += clinic.sales(name, clinic.patients_for(count), patients)
        clinic.record(ledger.commands, name, setup, 100)
        inside = _per_second(_inside(ledger, name), clinic.visits(name, count, "inside"))
        with httpx.Client(base_url=url, headers=_key(ledger, name), timeout=60) as client:
            outside = _per_second(_outside(client), clinic.visits(name, count, "outside"))
            yield Figure("http", outside, "commands/s", "in process", inside)
            yield _soon("check", _times(lambda: _checked(client), count))
            yield _soon("balance", _times(lambda: _balanced(client), count))


@contextmanager
def _server(database: str) -> Iterator[str]:
    command = [sys.executable, "-m", "ledger", "--database", database, "serve", "--port", "0"]
    environment = {**os.environ, "LEDGER_KEY_SECRET": SECRET}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        [address] = re.findall(r"http://\S+:\d+", server.stderr.readline())
        try:
            yield address
        finally:
            server.terminate()


def _key(ledger: Ledger, name: str) -> dict[str, str]:
    now = ledger.settings.clock()
    new = NewKey(name, "bench", "clinic_admin", SCOPES, now + timedelta(days=1))
    return {"Authorization": f"Bearer {ledger.keys.create(new, now)[1]}"}


def _inside(ledger: Ledger, name: str) -> Callable[[Line], None]:
    return lambda line: _done(clinic.record(ledger.commands, name, [line], 1) == 1)


def _outside(client: httpx.Client) -> Callable[[Line], None]:
    def send(line: Line) -> None:
        headers = {"Idempotency-Key": line["id"]}
        body = {"at": line["at"], **line["data"]}
        _done(client.post("/v1/visits", json=body, headers=headers).is_success)

    return send


def _checked(client: httpx.Client) -> None:
    question = {"patient": "inside-0", "lines": [{"service": "follow-up", "quantity": "1"}]}
    _done(client.post("/v1/check", json=question).is_success)


def _balanced(client: httpx.Client) -> None:
    _done(client.get("/v1/patients/inside-0/balance").is_success)


def _done(well: bool) -> None:
    """Something else would be measured when it is refused."""
    assert well


def _per_second(work: Callable[[Line], None], lines: Sequence[Line]) -> float:
    begun = perf_counter()
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(work, lines))
    return len(lines) / (perf_counter() - begun)


def _times(work: Callable[[], None], count: int) -> list[float]:
    """Milliseconds of each call, one caller, after a first one that warms up."""
    found = []
    for _ in range(count + 1):
        begun = perf_counter()
        work()
        found.append((perf_counter() - begun) * 1000)
    return found[1:]


def _soon(what: str, times: Sequence[float]) -> Figure:
    cuts = quantiles(times, n=100)
    return Figure("http", cuts[98], f"ms, {what}, p99", "p50", cuts[49])
