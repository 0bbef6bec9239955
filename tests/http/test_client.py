"""`ledger.client`: the description as methods, and what it does when the ledger is busy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ledger.client import Client, Problem, Unreachable, transport
from scripts import making_client
from tests.http.conftest import AT, Api


@pytest.fixture(scope="module")
def client(api: Api) -> Client:
    return Client(api.url, api.key("glow", "clinic_admin"))


def test_it_is_what_the_description_says() -> None:
    """`scripts/client` writes it anew."""
    made = making_client.files()
    there = {file.name: file.read_text() for file in making_client.FOLDER.glob("*.py")}
    del there["transport.py"]
    assert there == made


def test_a_package_is_sold_and_used(client: Client) -> None:
    sold = client.sell_package("sale-c", subscription="s-c", patient="p-c", offer="two", at=AT)
    assert sold.value["data"]["owed"] == 18000
    again = client.sell_package("sale-c", subscription="s-c", patient="p-c", offer="two", at=AT)
    assert (again.value, again.replayed, again.undone) == (sold.value, True, False)
    found = client.patient_balance("p-c", at_least=sold.position)
    assert found.value["subscriptions"][0]["subscription"] == "s-c"
    paused = client.pause(
        "s-c", "pause-c", from_="2026-03-10", until="2026-03-12", mode="stop_clock", at=AT
    )
    assert paused.value["ok"]


def test_a_version_that_was_not_seen_is_a_problem(client: Client) -> None:
    seen = client.contract_balance("s-1").etag
    with pytest.raises(Problem) as problem:
        client.extend("s-1", "e-c", '"99"', until="2026-09-01", reason="ill", approver="bob")
    assert (problem.value.status, problem.value.code) == (409, "conflict")
    assert (problem.value.field, seen is not None) == ("If-Match", True)


def test_an_export_is_its_bytes(client: Client) -> None:
    assert client.export_journal(period="2026-03", format_="csv").value.startswith(b"PK")


@contextmanager
def busy(statuses: list[int]) -> Iterator[str]:
    """A server that answers so, one after the other."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses.pop(0))
            self.send_header("Retry-After", "0")
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_who_is_busy_is_asked_again() -> None:
    statuses = [503, 429, 200]
    with busy(statuses) as url:
        assert Client(url, "lk_x").contract_balance("s-1").value == {}
    assert statuses == []


def test_who_stays_busy_is_a_problem() -> None:
    with busy([503] * 4) as url, pytest.raises(Problem) as problem:
        Client(url, "lk_x").contract_balance("s-1")
    assert problem.value.status == 503


def test_nobody_there_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PAUSE", 0)
    with pytest.raises(Unreachable):
        Client("http://127.0.0.1:1", "lk_x").contract_balance("s-1")
