"""The application: every route there is, and what all of them share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI, Response
from starlette.middleware.gzip import GZipMiddleware

from consumers.bootstrap import Ledger, key_secret
from consumers.http import (
    acts,
    bulk,
    downloads,
    endpoints,
    health,
    questions,
    reporting,
    webhooks,
    writing,
)
from consumers.http.callers import Gate
from consumers.http.cursors import Cursors
from consumers.http.description import describe
from consumers.http.dressing import Dressed
from consumers.http.lean import Api
from consumers.http.limits import Buckets, Limits
from consumers.http.metrics import Measured, Metrics, page
from consumers.http.questions import QUESTIONS
from consumers.http.resources import DISPUTE, RESOURCES
from consumers.http.site import Site
from consumers.http.work import Work
from consumers.web.pages import pages
from consumers.webhooks.processors import PROCESSORS
from consumers.webhooks.secrets import Secrets

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

#: What is asked all day long is looked for first: routes are tried one after the other.
OFTEN = frozenset({"record_visit", "check", "patient_balance"})


def make_app(
    ledger: Ledger,
    gate: Gate,
    limits: Limits | None = None,
    metrics: Metrics | None = None,
    traces: "TracerProvider | None" = None,
) -> FastAPI:
    """The API of a ledger, and its page; `gate` tells who a request is from, `limits` how often.

    With `metrics` there is a page of them, for whoever can reach the port; with `traces` every
    request is a span.
    """
    work = Work()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        work.close()

    app = Api(
        title="Clinic ledger",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    cursors = Cursors(key_secret(ledger.settings))
    secrets = Secrets(ledger.settings.webhook_secrets)
    site = Site(ledger, gate, work, limits or Limits(Buckets()), cursors, secrets)
    _add_routes(app, site)
    describe(app)
    _wrap(app, site, metrics, traces)
    return app


def _wrap(
    app: FastAPI, site: Site, metrics: Metrics | None, traces: "TracerProvider | None"
) -> None:
    """What every request passes through, the last one named first."""
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(Dressed)
    if metrics is not None:
        app.add_middleware(Measured, metrics=metrics)
        _add(app, "GET", "/metrics", page(site, metrics), "metrics")
    if traces is not None:
        from consumers.http.tracing import Traced  # noqa: PLC0415  loads the library

        app.add_middleware(Traced, provider=traces)


def _add_routes(app: FastAPI, site: Site) -> None:
    for resource in RESOURCES:
        _add(app, "POST", resource.path, writing.endpoint(site, resource))
    for question in QUESTIONS:
        _add(app, "GET", question.path, questions.endpoint(site, question))
    for name, reads in reporting.reports().items():
        _add(app, "GET", f"/v1/reports/{name}", reporting.endpoint(site, name, reads))
    _add(app, "POST", "/v1/commands", bulk.bulk(site), "bulk")
    _add(app, "POST", "/v1/check", acts.check(site), "check")
    _add(app, "POST", "/v1/tick", acts.tick(site), "tick")
    _add(app, "GET", "/v1/periods/{period}", acts.closed(site), "closed_period")
    _add(app, "GET", "/v1/periods/{period}/proof", acts.proof(site), "proof")
    _add(app, "GET", "/v1/exports/journal", downloads.journal(site), "export_journal")
    _add(app, "GET", f"{DISPUTE}/evidence", downloads.packet(site), "evidence_packet")
    for act in endpoints.ACTS:
        _add(app, act.method, act.path, endpoints.handler(site, act))
    for system in PROCESSORS:
        _add(app, "POST", f"/v1/webhooks/{{clinic}}/{system}", webhooks.webhook(site, system))
    _add(app, "GET", "/healthz", health.alive(site), "alive")
    _add(app, "GET", "/readyz", health.ready(site), "ready")
    app.router.routes.extend(pages())
    app.router.routes.sort(key=lambda route: getattr(route, "name", "") not in OFTEN)


def _add(
    app: FastAPI, method: str, path: str, handle: writing.Endpoint, name: str | None = None
) -> None:
    app.add_api_route(
        path,
        handle,
        methods=[method],
        name=name or handle.__name__,
        operation_id=name or handle.__name__,
        response_class=Response,
    )
