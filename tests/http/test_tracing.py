"""Traces: none unless a collector is named, and nothing of anybody in them."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from consumers.http.app import make_app
from consumers.http.callers import Gate, KeyBearer
from consumers.http.serving import served
from consumers.http.tracing import provider_of
from tests.http.conftest import Api, bound
from tests.outgoing.conftest import receiving

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@contextmanager
def traced(api: Api, provider: TracerProvider) -> Iterator[httpx.Client]:
    gate = Gate(KeyBearer(api.ledger.keys, api.ledger.settings.clock))
    app = make_app(api.ledger, gate, traces=provider)
    headers = {"Authorization": f"Bearer {api.key('glow', 'clinic_admin')}"}
    with (
        served(app, bound()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client,
    ):
        yield client


def test_a_request_is_a_span_of_its_route_and_of_nobody(api: Api) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with traced(api, provider) as client:
        client.get("/v1/patients/p-1/balance", headers={"traceparent": PARENT})
        client.get("/v1/patients/p-secret/nothing")
    found, missing = kept.get_finished_spans()
    assert (found.name, found.kind) == ("GET /v1/patients/{patient}/balance", SpanKind.SERVER)
    assert found.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/patients/{patient}/balance",
        "http.response.status_code": 200,
    }
    assert found.parent is not None
    assert f"{found.parent.trace_id:032x}" in PARENT
    assert missing.name == "- -"
    told = found.to_json() + missing.to_json()
    assert not any(name in told for name in ("glow", "p-1", "p-secret"))


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"},
    ],
)
def test_there_are_none_unless_they_are_asked_for(environment: dict[str, str]) -> None:
    assert provider_of(environment) is None


def test_spans_go_to_the_collector_that_is_named(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as collector:
        url = f"http://127.0.0.1:{collector.port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        provider = provider_of({"OTEL_EXPORTER_OTLP_ENDPOINT": url})
        assert provider is not None
        with traced(api, provider) as client:
            client.get("/v1/patients/p-1/balance")
        provider.shutdown()
    [post] = collector.posts
    assert post.path == "/v1/traces"
    assert b"/v1/patients/{patient}/balance" in post.body
    assert b"clinic-ledger" in post.body
    assert b"glow" not in post.body
