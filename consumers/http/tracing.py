"""Traces of requests for OpenTelemetry: off unless the standard variables name a collector.

A span says method, route with its braces, status and how long; no path, clinic, id or text, so
nothing of a person leaves the ledger with it.
"""

from collections.abc import Mapping

from opentelemetry import propagate
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumers.http.metrics import route_of

SERVICE = "clinic-ledger"
#: Of the OpenTelemetry specification; the SDK reads the others, such as the sampler, itself.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
FAULT = 500


def provider_of(environment: Mapping[str, str]) -> TracerProvider | None:
    """Where spans go; None while no collector is named, or traces are switched off."""
    named = any(environment.get(name) for name in ENDPOINTS)
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp")
    if not named or exporter != "otlp" or environment.get("OTEL_SDK_DISABLED") == "true":
        return None
    service = environment.get("OTEL_SERVICE_NAME") or SERVICE
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class Traced:
    """Wraps an application and tells a span of each request, as a part of the caller's trace."""

    def __init__(self, app: ASGIApp, provider: TracerProvider) -> None:
        self._app = app
        self._tracer = provider.get_tracer("ledger.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        parent = propagate.extract(
            {name.decode(): text.decode("latin-1") for name, text in scope["headers"]}
        )
        with self._tracer.start_as_current_span(
            scope["method"], parent, SpanKind.SERVER, record_exception=False
        ) as span:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= FAULT:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            try:
                await self._app(scope, receive, noted)
            finally:
                method, route = route_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.request.method": method, "http.route": route})
