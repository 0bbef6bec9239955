"""Commands over HTTP: one route for each; no rule of its own."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from commands.desk import BY_KIND
from commands.envelope import Defaults, Result, Seen, parse_envelope
from commands.undoing import is_undone
from consumers.http import bodies, problems
from consumers.http.callers import Caller
from consumers.http.problems import Refusal
from consumers.http.resources import Resource
from consumers.http.site import LAST_POSITION, Site, answer
from ledger.codes import Refused
from ledger.ids import is_id

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
STATE = "Resource-State"
_TAG = re.compile(r'"([0-9]{1,9})"')
#: What a path's last name is a stream of.
_KINDS = {name: name for name in BY_KIND} | {"request": "approval"}
#: Fields of a body that belong to the envelope; all others are the command's data.
OF_THE_ENVELOPE = ("at", "source", "context")
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(site: Site, resource: Resource) -> Endpoint:
    """Handles one command."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "write")
        key = idempotency_key(request)
        seen = _seen(request, resource)
        line = _line(resource, caller, key, request.path_params, await bodies.read_json(request))
        defaults = Defaults(at=site.ledger.settings.clock().isoformat())
        envelope = parse_envelope(line, defaults)
        if isinstance(envelope, Refused):
            return problems.of(_as_sent(envelope))
        ordered = envelope.model_copy(update={"seen": seen})
        result = await site.work.recorded(site.ledger.commands, ordered)
        return await _answered(site, caller, result)

    handle.__name__ = resource.command
    return handle


def idempotency_key(request: Request) -> str:
    """The command's id; raises Refusal with 400 for none, or for what is no id."""
    given = request.headers.getlist(KEY)
    if len(given) != 1 or not is_id(given[0]):
        detail = f"Send {KEY}: an id of your own, 1 to 64 of A-Z a-z 0-9 . _ : -"
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", detail, KEY)
    return given[0]


def _line(
    resource: Resource, caller: Caller, key: str, path: dict[str, str], body: dict[str, Any]
) -> dict[str, Any]:
    envelope = {name: body[name] for name in OF_THE_ENVELOPE if name in body}
    data = {name: value for name, value in body.items() if name not in OF_THE_ENVELOPE}
    for name, value in path.items():
        if data.setdefault(name, value) != value:
            detail = f"The path says {name} {value}, the body another."
            raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", detail, name)
    return {
        "command": resource.command,
        "id": key,
        "clinic": caller.clinic,
        "actor": {"id": caller.actor, "role": caller.role},
        "data": data,
        **envelope,
    }


async def _answered(site: Site, caller: Caller, result: Result) -> Response:
    if result.error is not None:
        position = await site.work.run(site.position, caller.clinic)
        return problems.of(_as_sent(result.error), {LAST_POSITION: str(position)})
    headers = await site.work.run(_remembered, site, caller, result) if result.replayed else {}
    reached = max((int(event["position"]) for event in result.events), default=0)
    position = reached or await site.work.run(site.position, caller.clinic)
    status = HTTPStatus.OK if result.replayed or not result.events else HTTPStatus.CREATED
    return answer(result.to_json(), position, status, headers)


def _remembered(site: Site, caller: Caller, result: Result) -> dict[str, str]:
    """The answer was given before; whether its effect still stands (interfaces.md 3)."""
    undone = is_undone(site.ledger.commands.desk(caller.clinic), result)
    return {REPLAYED: "true"} | ({STATE: "reversed"} if undone else {})


def _seen(request: Request, resource: Resource) -> Seen | None:
    """The version the caller has seen of what the path names last, from If-Match."""
    given = request.headers.get("If-Match")
    if given is None:
        return None
    name = resource.fields[-1] if resource.fields else ""
    found = _TAG.fullmatch(given)
    if found is None or name not in _KINDS:
        detail = 'A version in quotes, as in ETag: "3", of what the path names.'
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", detail, "If-Match")
    return Seen(kind=_KINDS[name], key=request.path_params[name], version=int(found[1]))


def _as_sent(refused: Refused) -> Refused:
    """Over HTTP the body is the data: a field is named as the caller wrote it."""
    field = None if refused.field is None else refused.field.removeprefix("data.")
    return Refused(refused.code, refused.message, field, refused.details)
