"""Webhooks out over HTTP: endpoints, their secrets, what became of deliveries.

They are settings of the API, not commands, but each change has its `Idempotency-Key` as well. A
secret stands in the one answer that makes it, and in the same one sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request, Response

from commands.envelope import parse_strictly
from consumers.http import bodies
from consumers.http.asked import Asked, asked, check_ids, wrong
from consumers.http.callers import Caller
from consumers.http.problems import STATUS, Refusal
from consumers.http.site import Site, answer
from consumers.http.writing import KEY, REPLAYED, idempotency_key
from consumers.http.writing import Endpoint as Handler
from consumers.outgoing import acts
from consumers.outgoing.deliveries import STATES, Deliveries, queue_again
from consumers.outgoing.endpoints import Endpoint, TooMany, UnknownEndpoint, utc_now
from consumers.outgoing.wanting import Again, Unwanted, Wanted, endpoint_wanted
from ledger.canonical import digest
from ledger.codes import Code, Refused
from ledger.events import Frozen
from ledger.store.pool import Connection

ENDPOINTS = "/v1/webhook-endpoints"
ENDPOINT = f"{ENDPOINTS}/{{endpoint}}"
READS = "webhooks"
MOST, PAGE = 1000, 100
Model = TypeVar("Model", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Act:
    """A route: what it is called, does and takes. It only tells (`tells`), or it makes a change:
    then `changes` finds out which, and its key keeps it from being made twice.
    """

    method: str
    path: str
    name: str
    about: str
    tells: "Callable[[Site, Caller, str, Asked], Any] | None" = None
    changes: "Callable[[Site, Caller, acts.Asked, Any], acts.Change] | None" = None
    parameters: tuple[str, ...] = ()
    body: type[Frozen] | None = None


def handler(site: Site, act: Act) -> Handler:
    """Handles one of the routes."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "read" if act.changes is None else "write", READS)
        key = "" if act.changes is None else idempotency_key(request)
        given = asked(request, act.parameters)
        check_ids(request.path_params)
        body = None if act.body is None else await _body(request, act.body)
        name = request.path_params.get("endpoint", "")
        return await site.work.run(_answered, site, act, caller, name, given, key, body)

    handle.__name__ = act.name
    return handle


async def _body(request: Request, model: type[Model]) -> Model:
    found = parse_strictly(model, await bodies.read_json(request))
    if isinstance(found, Refused):
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", found.message, found.field)
    return found


def _answered(
    site: Site,
    act: Act,
    caller: Caller,
    name: str,
    given: Asked,
    key: str,
    body: Frozen | None,
) -> Response:
    try:
        if act.tells is not None:
            return answer(act.tells(site, caller, name, given), site.position(caller.clinic))
        done = _done(site, act, caller, name, key, body)
    except UnknownEndpoint:
        detail = "The clinic has no such endpoint."
        raise Refusal(HTTPStatus.NOT_FOUND, "unknown_endpoint", detail) from None
    except Unwanted as error:
        raise wrong(error.field, str(error)) from None
    except TooMany as error:
        raise Refusal(HTTPStatus.CONFLICT, "limit_exceeded", f"{error}.") from None
    except acts.OtherContent:
        detail = f"The {KEY} was used with other content."
        code = Code.IDEMPOTENCY_CONFLICT
        raise Refusal(STATUS[code], code.value, detail, KEY) from None
    headers = {REPLAYED: "true"} if done.again else {}
    return answer(done.to_json(), site.position(caller.clinic), done.status, headers)


def _done(
    site: Site, act: Act, caller: Caller, name: str, key: str, body: Frozen | None
) -> acts.Done:
    assert act.changes is not None, "a route tells or changes"
    said = None if body is None else body.model_dump(mode="json")
    content = bytes.fromhex(digest([act.name, name, said]))
    change = acts.Asked(caller.clinic, name, key, content, utc_now())
    return acts.once(
        site.ledger.endpoints, change, partial(act.changes, site, caller, change, body)
    )


def _keep(site: Site, caller: Caller, change: acts.Asked, body: Wanted) -> acts.Change:
    ledger = site.ledger
    loopback = ledger.settings.webhook_loopback
    wanted = endpoint_wanted(caller.clinic, change.endpoint, body, caller.actor, loopback=loopback)

    def keep(on: Connection) -> acts.Done:
        kept, secret = ledger.endpoints.keep(wanted, change.at, on=on, salt=change.salt)
        status = HTTPStatus.OK if secret is None else HTTPStatus.CREATED
        return acts.Done(endpoint_json(kept), status, secret)

    return keep


def _list(site: Site, caller: Caller, *_: Any) -> Any:
    found = site.ledger.endpoints.list(caller.clinic)
    return {"items": [endpoint_json(one) for one in found], "next": None}


def _remove(site: Site, caller: Caller, change: acts.Asked, _: Any) -> acts.Change:
    def remove(on: Connection) -> acts.Done:
        site.ledger.endpoints.remove(caller.clinic, change.endpoint, on=on)
        return acts.Done({"endpoint": change.endpoint}, HTTPStatus.OK)

    return remove


def _enable(site: Site, caller: Caller, change: acts.Asked, _: Any) -> acts.Change:
    def enable(on: Connection) -> acts.Done:
        site.ledger.endpoints.enable(caller.clinic, change.endpoint, on=on)
        return acts.Done({"endpoint": change.endpoint}, HTTPStatus.OK)

    return enable


def _rotate(site: Site, caller: Caller, change: acts.Asked, _: Any) -> acts.Change:
    def rotate(on: Connection) -> acts.Done:
        endpoints, named = site.ledger.endpoints, (caller.clinic, change.endpoint)
        secret = endpoints.rotate(*named, change.at, on=on, salt=change.salt)
        return acts.Done({"endpoint": change.endpoint}, HTTPStatus.CREATED, secret)

    return rotate


def _deliveries(site: Site, caller: Caller, name: str, given: Asked) -> Any:
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
    return {"items": [one.to_json() for one in page], "next": following}


def _replay(site: Site, caller: Caller, change: acts.Asked, body: Again) -> acts.Change:
    def replay(on: Connection) -> acts.Done:
        span = (body.first, body.last or body.first)
        count = queue_again(on, caller.clinic, change.endpoint, *span, change.at)
        return acts.Done({"endpoint": change.endpoint, "deliveries": count}, HTTPStatus.OK)

    return replay


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
    Act("GET", ENDPOINTS, "webhook_endpoints", "Where events are posted", _list),
    Act(
        "PUT",
        ENDPOINT,
        "keep_webhook_endpoint",
        "Post events to an address; the secret is in this answer only",
        changes=_keep,
        body=Wanted,
    ),
    Act("DELETE", ENDPOINT, "remove_webhook_endpoint", "Post nothing there", changes=_remove),
    Act(
        "POST",
        f"{ENDPOINT}/secret",
        "rotate_webhook_secret",
        "A new secret; the one before signs for a day more",
        changes=_rotate,
    ),
    Act(
        "POST",
        f"{ENDPOINT}/enablement",
        "enable_webhook_endpoint",
        "Go on where the endpoint was disabled",
        changes=_enable,
    ),
    Act(
        "GET",
        f"{ENDPOINT}/deliveries",
        "webhook_deliveries",
        "What became of each event, the newest first, page by page",
        _deliveries,
        parameters=("cursor", "limit", "state"),
    ),
    Act(
        "POST",
        f"{ENDPOINT}/replays",
        "replay_webhook_deliveries",
        "Send what is recorded at these positions again",
        changes=_replay,
        body=Again,
    ),
)
