"""Webhooks out over HTTP: endpoints, their secrets, what became of deliveries.

They are settings of the API, not commands: an endpoint is put under its name, so sent again it is
the same; a secret stands in the one answer that makes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request, Response

from commands.envelope import parse_strictly
from consumers.http import bodies
from consumers.http.asked import Asked, asked, check_ids, wrong
from consumers.http.callers import Caller
from consumers.http.problems import Refusal
from consumers.http.site import Site, answer
from consumers.http.writing import Endpoint as Handler
from consumers.outgoing.deliveries import STATES, Deliveries
from consumers.outgoing.endpoints import Endpoint, TooMany, UnknownEndpoint, utc_now
from consumers.outgoing.wanting import Again, Unwanted, Wanted, endpoint_wanted
from ledger.codes import Refused
from ledger.events import Frozen

ENDPOINTS = "/v1/webhook-endpoints"
ENDPOINT = f"{ENDPOINTS}/{{endpoint}}"
READS = "webhooks"
MOST, PAGE = 1000, 100
Model = TypeVar("Model", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Act:
    """A route: what it is called and does, what it takes, and the scope that a key needs."""

    method: str
    path: str
    name: str
    about: str
    scope: str
    does: "Callable[[Site, Caller, str, Asked, Any], tuple[Any, int]]"
    parameters: tuple[str, ...] = ()
    body: type[Frozen] | None = None


def handler(site: Site, act: Act) -> Handler:
    """Handles one of the routes."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, act.scope, READS)
        given = asked(request, act.parameters)
        check_ids(request.path_params)
        body = None if act.body is None else await _body(request, act.body)
        name = request.path_params.get("endpoint", "")
        return await site.work.run(_answered, site, act, caller, name, given, body)

    handle.__name__ = act.name
    return handle


async def _body(request: Request, model: type[Model]) -> Model:
    found = parse_strictly(model, await bodies.read_json(request))
    if isinstance(found, Refused):
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", found.message, found.field)
    return found


def _answered(
    site: Site, act: Act, caller: Caller, name: str, given: Asked, body: Frozen | None
) -> Response:
    try:
        told, status = act.does(site, caller, name, given, body)
    except UnknownEndpoint:
        detail = "The clinic has no such endpoint."
        raise Refusal(HTTPStatus.NOT_FOUND, "unknown_endpoint", detail) from None
    except Unwanted as error:
        raise wrong(error.field, str(error)) from None
    except TooMany as error:
        raise Refusal(HTTPStatus.CONFLICT, "limit_exceeded", f"{error}.") from None
    return answer(told, site.position(caller.clinic), status)


def _keep(site: Site, caller: Caller, name: str, _: Asked, body: Wanted) -> tuple[Any, int]:
    ledger = site.ledger
    wanted = endpoint_wanted(
        caller.clinic, name, body, caller.actor, loopback=ledger.settings.webhook_loopback
    )
    kept, secret = ledger.endpoints.keep(wanted, utc_now())
    if secret is None:
        return endpoint_json(kept), HTTPStatus.OK
    return {**endpoint_json(kept), "secret": secret}, HTTPStatus.CREATED


def _list(site: Site, caller: Caller, *_: Any) -> tuple[Any, int]:
    found = site.ledger.endpoints.list(caller.clinic)
    return {"items": [endpoint_json(one) for one in found], "next": None}, HTTPStatus.OK


def _remove(site: Site, caller: Caller, name: str, *_: Any) -> tuple[Any, int]:
    site.ledger.endpoints.remove(caller.clinic, name)
    return {"endpoint": name}, HTTPStatus.OK


def _enable(site: Site, caller: Caller, name: str, *_: Any) -> tuple[Any, int]:
    site.ledger.endpoints.enable(caller.clinic, name)
    return {"endpoint": name}, HTTPStatus.OK


def _rotate(site: Site, caller: Caller, name: str, *_: Any) -> tuple[Any, int]:
    secret = site.ledger.endpoints.rotate(caller.clinic, name, utc_now())
    return {"endpoint": name, "secret": secret}, HTTPStatus.CREATED


def _deliveries(site: Site, caller: Caller, name: str, given: Asked, _: Any) -> tuple[Any, int]:
    limit, state = given.number("limit", PAGE, MOST, least=1), given.given.get("state")
    if state is not None and state not in STATES:
        raise wrong("state", f"One of {', '.join(STATES)}.")
    listed = f"deliveries {name} {state}"
    cursor = given.given.get("cursor")
    below = 2**53 if cursor is None else int(site.cursors.read(caller.clinic, listed, cursor))
    queue = Deliveries(site.ledger.endpoints.pool)
    page = queue.list(caller.clinic, name, below=below, state=state, most=limit)
    last = str(page[-1].position) if len(page) == limit else None
    following = None if last is None else site.cursors.make(caller.clinic, listed, last)
    return {"items": [one.to_json() for one in page], "next": following}, HTTPStatus.OK


def _replay(site: Site, caller: Caller, name: str, _: Asked, body: Again) -> tuple[Any, int]:
    queue, last = Deliveries(site.ledger.endpoints.pool), body.last or body.first
    count = queue.replay(caller.clinic, name, body.first, last, utc_now())
    return {"endpoint": name, "deliveries": count}, HTTPStatus.OK


def endpoint_json(one: Endpoint) -> dict[str, Any]:
    """An endpoint as it is told."""
    return {
        "endpoint": one.endpoint,
        "url": one.url,
        "types": list(one.types),
        "created_at": one.created_at.isoformat(),
        "created_by": one.created_by,
        "disabled_at": one.disabled_at and one.disabled_at.isoformat(),
        "disabled_for": one.disabled_for,
    }


ACTS = (
    Act("GET", ENDPOINTS, "webhook_endpoints", "Where events are posted", "read", _list),
    Act(
        "PUT",
        ENDPOINT,
        "keep_webhook_endpoint",
        "Post events to an address; the secret is in this answer only",
        "write",
        _keep,
        body=Wanted,
    ),
    Act("DELETE", ENDPOINT, "remove_webhook_endpoint", "Post nothing there", "write", _remove),
    Act(
        "POST",
        f"{ENDPOINT}/secret",
        "rotate_webhook_secret",
        "A new secret; the one before signs for a day more",
        "write",
        _rotate,
    ),
    Act(
        "POST",
        f"{ENDPOINT}/enablement",
        "enable_webhook_endpoint",
        "Go on where the endpoint was disabled",
        "write",
        _enable,
    ),
    Act(
        "GET",
        f"{ENDPOINT}/deliveries",
        "webhook_deliveries",
        "What became of each event, the newest first, page by page",
        "read",
        _deliveries,
        ("cursor", "limit", "state"),
    ),
    Act(
        "POST",
        f"{ENDPOINT}/replays",
        "replay_webhook_deliveries",
        "Send what is recorded at these positions again",
        "write",
        _replay,
        body=Again,
    ),
)
