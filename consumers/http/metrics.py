"""Figures for Prometheus: how many requests, how fast, how far the read models lag.

Labels are route, method and status only: no clinic, no id, nothing of a person.
"""

from http import HTTPStatus
from time import perf_counter

from fastapi import Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumers.bootstrap import Ledger
from consumers.http.health import backlog
from consumers.http.site import Site
from consumers.http.writing import Endpoint
from consumers.outgoing.deliveries import Deliveries

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one server; `folder` is where its processes count together."""

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "ledger_http_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "ledger_http_seconds",
            "Seconds from a request's head to the end of its answer",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.lag = self._gauge(
            "ledger_feed_lag",
            "Events that a read model has not seen, of all clinics",
            "projection",
        )
        self.dead = self._gauge("ledger_dead_letters", "Open dead letters")
        self.posts = self._gauge("ledger_webhook_deliveries", "Webhooks that wait to be taken")
        self.disabled = self._gauge(
            "ledger_webhook_endpoints_disabled", "Endpoints that did not take their webhooks"
        )

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        """One that every process finds out anew when it is asked."""
        return Gauge(name, about, labels, registry=self.registry, multiprocess_mode="mostrecent")

    def page(self, ledger: Ledger) -> bytes:
        """The page that is scraped."""
        lag, dead_letters = backlog(ledger)
        for projection, events in lag.items():
            self.lag.labels(projection).set(events)
        self.dead.set(dead_letters)
        waiting, disabled = Deliveries(ledger.endpoints.pool).counts()
        self.posts.set(waiting)
        self.disabled.set(disabled)
        return generate_latest(self._of_all_processes())

    def _of_all_processes(self) -> CollectorRegistry:
        """What all processes of the server counted, where there are several."""
        if self._folder is None:
            return self.registry
        together = CollectorRegistry()
        MultiProcessCollector(together, self._folder)  # type: ignore[no-untyped-call]
        return together


def page(site: Site, metrics: Metrics) -> Endpoint:
    """Answers a scraper."""

    async def handle(_: Request) -> Response:
        found = await site.work.run(metrics.page, site.ledger)
        return Response(found, HTTPStatus.OK, media_type=CONTENT_TYPE_LATEST)

    return handle


class Measured:
    """Wraps an application and counts what it answers, by the route that answered."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = perf_counter(), HTTPStatus.INTERNAL_SERVER_ERROR.value

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            method, route = route_of(scope)
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(method, route).observe(perf_counter() - begun)


def route_of(scope: Scope) -> tuple[str, str]:
    """The route as it is written, with its braces; what no route answered is one label."""
    route = scope.get("route")
    return (scope["method"], route.path) if route is not None else ("-", "-")
