"""`ledger serve --workers`: works off visits, says it is well, and ends on request."""

import asyncio
import json
import re
import signal
import time
import urllib.error
import urllib.request

import nats

from consumers.embedded import Servers
from tests.cli.conftest import Terminal, sale

EVENT = {
    "specversion": "1.0",
    "id": "evt-1",
    "source": "/scheduling",
    "type": "visit.completed",
    "subject": "v-nats",
    "time": "2026-01-06T10:00:00-05:00",
    "data": {
        "visit": "v-nats",
        "patient": "p-served",
        "status": "completed",
        "lines": [{"line": "1", "service": "drip"}],
    },
}


async def publish(url: str) -> None:
    client = await nats.connect(url)
    for _ in range(2):
        await client.jetstream().publish("visits.glow.completed", json.dumps(EVENT).encode())
    await client.close()


def asked(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def used(terminal: Terminal) -> str:
    balance = terminal.run("balance", "--subscription", "s-served", "--json").json
    return str(balance["subscriptions"][0]["lines"][0]["used"])


def test_a_visit_on_nats_reaches_the_balance(terminal: Terminal) -> None:
    assert terminal.apply(sale("s-served", patient="p-served")).status == 0
    clock = ("--now", "2026-01-31T12:00:00Z")
    with terminal.start("serve", "--workers", "--port", "0", *clock) as server:
        assert server.stderr is not None
        healthy = server.stderr.readline().decode()
        assert b"First key of glow" in server.stderr.readline()
        [address] = re.findall(r"http://\S+:\d+", healthy)
        assert (asked(f"{address}/healthz"), asked(f"{address}/else")) == (200, 404)
        # What the call says and what its workers log come in either order.
        told = b""
        while b"Working: relay" not in told or b"working: relay" not in told:
            told += server.stderr.readline()
        asyncio.run(publish(Servers(terminal.data).nats()))
        end = time.monotonic() + 30
        while used(terminal) == "0" and time.monotonic() < end:
            time.sleep(0.2)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
    assert used(terminal) == "1"
    assert terminal.run("anchor", "--json", *clock).json["since"]["number"] == 1, "the clock's own"
