"""The API on a socket, as the settings want it: who is let in, what is counted and traced."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socket import socket
from typing import Any

from consumers.bootstrap import Ledger
from consumers.http.app import make_app
from consumers.http.doors import gate_of
from consumers.http.metrics import Metrics
from consumers.http.serving import served


@contextmanager
def answering(ledger: Ledger, listener: socket, metrics: Metrics | None) -> Iterator[None]:
    """Answers in this process until the context ends."""
    with ExitStack() as stack:
        traces = _traces(stack, ledger)
        app = make_app(ledger, gate_of(ledger), metrics=metrics, traces=traces)
        stack.enter_context(served(app, listener))
        yield


def _traces(stack: ExitStack, ledger: Ledger) -> Any:
    """Where spans go, if the standard variables of OpenTelemetry name a collector."""
    environment = ledger.settings.environment
    if not any(name.startswith("OTEL_") for name in environment):
        return None
    from consumers.http.tracing import provider_of  # noqa: PLC0415  loads the library

    provider = provider_of(environment)
    if provider is not None:
        stack.callback(provider.shutdown)
    return provider
