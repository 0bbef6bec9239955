"""Too much of one caller is held back, and others are served (B15, B37)."""

import asyncio
import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from consumers.bootstrap import running
from consumers.http import bodies
from consumers.http.app import make_app
from consumers.http.callers import Gate, KeyBearer
from consumers.http.limits import Buckets, Limits, Rate
from consumers.http.problems import Refusal
from consumers.http.serving import served
from ledger.settings import Settings
from tests.http.conftest import AT, Api, bound, open_clinic


@contextmanager
def limited(api: Api, limits: Limits) -> Iterator[httpx.Client]:
    """The same ledger behind another server, with limits of its own."""
    app = make_app(api.ledger, Gate(KeyBearer(api.ledger.keys, api.ledger.settings.clock)), limits)
    headers = {"Authorization": f"Bearer {api.key('glow', 'clinic_admin')}"}
    with (
        served(app, bound()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("moments", "waits"),
    [
        ([0, 0, 0], [0, 0, 0.5]),
        ([0, 0, 0.5], [0, 0, 0]),
        ([0, 0, 0.25], [0, 0, 0.25]),
        ([0, 100, 100, 100], [0, 0, 0, 0.5]),
    ],
)
def test_a_bucket_fills_up_again(moments: list[float], waits: list[float]) -> None:
    """Two at once, two more in each second."""
    now = iter(moments)
    buckets = Buckets(clock=lambda: next(now))
    assert [buckets.take("b", Rate(2, 2)) for _ in moments] == waits


def test_what_was_asked_for_long_ago_is_forgotten_first() -> None:
    buckets = Buckets(clock=lambda: 0, most=2)
    none_left = Rate(1, 1)
    assert [buckets.take(name, none_left) for name in "aabca"] == [0, 1, 0, 0, 0]


def test_callers_do_not_wait_for_each_other() -> None:
    limits = Limits(Buckets(clock=lambda: 0), requests=Rate(1, 1))
    limits.request("glow", "amy")
    limits.request("glow", "bob")
    with pytest.raises(Refusal) as refused:
        limits.request("glow", "amy")
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})


def test_too_many_requests_hear_when_to_come_again(api: Api) -> None:
    limits = Limits(Buckets(), requests=Rate(burst=2, per_second=0.01))
    with limited(api, limits) as client:
        answers = [client.get("/v1/subscriptions/s-1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 10
    assert answers[-1].json()["code"] == "too_many"


@pytest.fixture
def hurried(database: str) -> Iterator[Api]:
    """A served ledger on the real clock, whose clinic lets 5 of a kind be undone in a minute."""
    with running(Settings(database=database, key_secret="pepper")) as ledger:
        app = make_app(ledger, Gate(KeyBearer(ledger.keys, ledger.settings.clock)))
        with served(app, bound()) as port:
            made = Api(ledger, app, f"http://127.0.0.1:{port}", now=datetime.now(UTC))
            open_clinic(made, "glow")
            policy: dict[str, Any] = {
                "policy": "undoing_per_minute",
                "value": 5,
                "effective": "2026-03-02",
            }
            told = made.post("/v1/clinic/policies", **policy, reason="watch", approver="eve")
            assert told.status_code == 201, told.text
            yield made
            for client in made.clients.values():
                client.close()


def test_too_much_undone_is_held_back_and_told(
    hurried: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """B37: valid, one after the other, and too many."""
    gift: dict[str, Any] = {"patient": "p-1", "service": "drip", "quantity": "1", "reason": "late"}
    answers = [hurried.post("/v1/goodwill", **gift, approver="bob") for _ in range(8)]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429] * 3
    told = answers[-1]
    assert (told.json()["code"], told.json()["details"]["per_minute"]) == ("limit_exceeded", 5)
    assert 1 <= int(told.headers["Retry-After"]) <= 60
    assert "clinic glow sends grant_goodwill too often" in caplog.text
    assert hurried.client().get("/v1/subscriptions/s-1").status_code == 200
    data = {**gift, "approver": "bob"}
    line = orjson.dumps({"command": "grant_goodwill", "id": "bulk-1", "data": data, "at": AT})
    kind = {"Content-Type": "application/x-ndjson"}
    lines = hurried.client().post("/v1/commands", content=line, headers=kind)
    assert '"limit_exceeded"' in lines.text


@pytest.mark.parametrize("path", ["/v1/patients", "/v1/commands"])
def test_a_body_that_does_not_come_is_given_up(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(bodies, "SLOWEST", 0.3)
    kind = "application/json" if path == "/v1/patients" else "application/x-ndjson"
    key = api.client().headers["Authorization"]
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nIdempotency-Key: slow\r\n"
        f"Content-Type: {kind}\r\nContent-Length: 100\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", httpx.URL(api.url).port or 0), 60) as connection:
        connection.sendall(head.encode() + b'{"patient"')
        assert connection.recv(64).startswith(b"HTTP/1.1 408")


def test_a_flood_of_idle_connections_does_not_keep_others_out(api: Api) -> None:
    address = ("127.0.0.1", httpx.URL(api.url).port or 0)
    idle = [socket.create_connection(address, 60) for _ in range(100)]
    try:
        for one in idle:
            one.sendall(b"POST /v1/patients HTTP/1.1\r\nHost: x\r\nContent-Le")
        assert api.client().get("/v1/subscriptions/s-1").status_code == 200
    finally:
        for one in idle:
            one.close()


def test_a_request_that_is_being_answered_is_answered_before_the_server_stops(api: Api) -> None:
    gate = Gate(KeyBearer(api.ledger.keys, api.ledger.settings.clock))
    slow = make_app(api.ledger, gate)
    begun, found = threading.Event(), []

    async def handle(_: Request) -> Response:
        begun.set()
        await asyncio.sleep(1)
        return JSONResponse({"done": True})

    slow.add_api_route("/slow", handle)
    with served(slow, bound()) as port:
        asker = threading.Thread(
            target=lambda: found.append(httpx.get(f"http://127.0.0.1:{port}/slow", timeout=60))
        )
        asker.start()
        assert begun.wait(60)
        stopped = time.monotonic()
    asker.join()
    assert found[0].json() == {"done": True}
    assert time.monotonic() - stopped < 30


def test_headers_without_an_end_are_given_up(api: Api) -> None:
    """A head of 60 KB is read; one that goes on is ended, whatever of the answer still arrives."""
    headers = {"X-Filler": "x" * 60_000}
    assert api.client().get("/v1/subscriptions/s-1", headers=headers).status_code == 200
    more, sent, told = b"X-More: " + b"x" * 10_000 + b"\r\n", 0, b""
    with socket.create_connection(("127.0.0.1", httpx.URL(api.url).port or 0), 60) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        with contextlib.suppress(ConnectionError):
            while not select.select([connection], [], [], 0)[0]:
                sent += connection.send(more)
                assert sent < 64 * 1024 * 1024
            told = connection.recv(64)
    assert told == b"" or told.split()[1] == b"431"
