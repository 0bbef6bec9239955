"""A served ledger with two clinics, and a client for each role and clinic."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match

from consumers.bootstrap import Ledger, running
from consumers.http.app import make_app
from consumers.http.callers import Gate, KeyBearer
from consumers.http.description import document
from consumers.http.keys import SCOPES, NewKey
from consumers.http.serving import served
from ledger.settings import Settings

DESCRIBED = schemathesis.openapi.from_dict(document("Clinic ledger", "1"))
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
AT = "2026-03-02T10:00:00-05:00"


def bound() -> socket.socket:
    """A free port of this machine."""
    return socket.create_server(("127.0.0.1", 0))


@dataclass
class Api:
    """The address of a served ledger, and keys to it."""

    ledger: Ledger
    app: FastAPI
    url: str
    clients: dict[tuple[str, str], httpx.Client] = field(default_factory=dict)
    count: int = 0
    now: datetime = NOW

    def key(self, clinic: str, role: str, *scopes: str, days: int = 1) -> str:
        new = NewKey(
            clinic, f"{role}-{clinic}", role, scopes or SCOPES, self.now + timedelta(days=days)
        )
        return self.ledger.keys.create(new, self.now)[1]

    def client(self, clinic: str = "glow", role: str = "clinic_admin") -> httpx.Client:
        if (clinic, role) not in self.clients:
            headers = {"Authorization": f"Bearer {self.key(clinic, role)}"}
            self.clients[clinic, role] = httpx.Client(
                base_url=self.url,
                headers=headers,
                timeout=60,
                event_hooks={"response": [self.is_described]},
            )
        return self.clients[clinic, role]

    def is_described(self, response: httpx.Response) -> None:
        """Every answer in every test is one that the description has."""
        response.read()
        scope = {"type": "http", "method": response.request.method, "path": response.url.path}
        for route in self.app.routes:
            match, _ = route.matches(scope)
            if match is Match.FULL and isinstance(route, APIRoute):
                operation = DESCRIBED[route.path][response.request.method]
                operation.validate_response(response)

    def post(
        self,
        path: str,
        key: str | None = None,
        clinic: str = "glow",
        sender: str = "clinic_admin",
        **data: Any,
    ) -> httpx.Response:
        self.count += 1
        headers = {"Idempotency-Key": key or f"http-{self.count}"}
        return self.client(clinic, sender).post(path, json=data, headers=headers)

    def does(self, path: str, **data: Any) -> dict[str, Any]:
        answer = self.post(path, **data)
        assert answer.status_code == 201, answer.text
        shape: dict[str, Any] = answer.json()
        return shape


@pytest.fixture(scope="module")
def api(module_database: str) -> Iterator[Api]:
    settings = Settings(database=module_database, now=NOW, allow_clock=True, key_secret="pepper")
    with running(settings) as ledger:
        app = make_app(ledger, Gate(KeyBearer(ledger.keys, settings.clock)))
        with served(app, bound()) as port:
            made = Api(ledger, app, f"http://127.0.0.1:{port}")
            for clinic in ("glow", "dew"):
                open_clinic(made, clinic)
            yield made
            for client in made.clients.values():
                client.close()


def open_clinic(api: Api, clinic: str) -> None:
    """A clinic that sells two drips for $180.00, and one patient who bought them."""
    for path, data in (
        ("/v1/clinic", {"name": clinic, "currency": "USD", "timezone": "America/New_York"}),
        ("/v1/services", {"service": "drip", "label": "IV drip", "list_price": 10000}),
        (
            "/v1/offers",
            {
                "offer": "two",
                "name": "Two drips",
                "price": 18000,
                "term": {"months": 3},
                "lines": [{"kind": "units", "line": "drip", "services": ["drip"], "quantity": "2"}],
            },
        ),
        ("/v1/subscriptions", {"subscription": "s-1", "patient": "p-1", "offer": "two"}),
        (
            "/v1/subscriptions/s-1/payments",
            {"payment": "pay-1", "amount": 18000, "tender": "card"},
        ),
    ):
        answer = api.post(path, clinic=clinic, **data, at="2026-03-01T10:00:00-05:00")
        assert answer.status_code == 201, answer.text
