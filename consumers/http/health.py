"""Is the process alive, and can it serve? The answers of supervisors and load balancers."""

from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response

from consumers.bootstrap import Ledger
from consumers.http.site import Site
from consumers.http.writing import Endpoint
from ledger.errors import LedgerError


def alive(_: Site) -> Endpoint:
    """200 while the process answers at all."""

    async def handle(_: Request) -> Response:
        return _told(HTTPStatus.OK, {"status": "ok"})

    return handle


def ready(site: Site) -> Endpoint:
    """200 while the database answers; how far the read models lag, and what waits for a person."""

    async def handle(_: Request) -> Response:
        try:
            return _told(HTTPStatus.OK, await site.work.run(_state, site))
        except LedgerError as error:
            return _told(HTTPStatus.SERVICE_UNAVAILABLE, {"status": type(error).__name__})

    return handle


def backlog(ledger: Ledger) -> tuple[dict[str, int], int]:
    """Events that each read model has not seen, of all clinics, and the open dead letters."""
    lag = {feed.projection.name: sum(feed.lag().values()) for feed in ledger.feeds}
    return lag, ledger.letters.open_count()


def _state(site: Site) -> dict[str, Any]:
    lag, dead_letters = backlog(site.ledger)
    return {"status": "ok", "lag": lag, "dead_letters": dead_letters}


def _told(status: HTTPStatus, content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), status.value, media_type="application/json")
