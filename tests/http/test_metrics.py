"""Figures are there for who asked for them, and tell nothing about anybody."""

import httpx
import pytest

from consumers.http.app import make_app
from consumers.http.callers import Gate, KeyBearer
from consumers.http.metrics import Metrics
from consumers.http.serving import served
from tests.http.conftest import Api, bound


@pytest.fixture(scope="module")
def page(api: Api) -> str:
    gate = Gate(KeyBearer(api.ledger.keys, api.ledger.settings.clock))
    app = make_app(api.ledger, gate, metrics=Metrics())
    headers = {"Authorization": f"Bearer {api.key('glow', 'clinic_admin')}"}
    with (
        served(app, bound()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client,
    ):
        for path in ("/v1/patients/p-1/balance", "/v1/patients/p-7/balance", "/nothing/p-1"):
            client.get(path)
        return client.get("/metrics").text


def test_requests_are_counted_by_route(page: str) -> None:
    route = 'method="GET",route="/v1/patients/{patient}/balance"'
    assert f'ledger_http_requests_total{{{route},status="200"}} 2.0' in page
    assert f"ledger_http_seconds_count{{{route}}} 2.0" in page
    assert 'ledger_http_requests_total{method="-",route="-",status="404"} 1.0' in page
    assert 'ledger_feed_lag{projection="balances"}' in page
    assert "ledger_dead_letters 0.0" in page
    assert "ledger_webhook_deliveries 0.0" in page
    assert "ledger_webhook_endpoints_disabled 0.0" in page


def test_no_name_of_a_clinic_or_patient_is_told(page: str) -> None:
    assert not any(name in page for name in ("glow", "dew", "p-1", "p-7"))


def test_there_are_none_unless_they_are_asked_for(api: Api) -> None:
    assert api.client().get("/metrics").status_code == 404
