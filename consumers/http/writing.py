"""Commands over HTTP: one route for each, and JSON Lines for many; no rule of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from commands.envelope import Defaults, Envelope, Result, parse_envelope
from consumers.applying import BATCH, results
from consumers.http import bodies, problems
from consumers.http.callers import Caller
from consumers.http.problems import Refusal
from consumers.http.resources import Resource
from consumers.http.site import LAST_POSITION, Site, answer
from ledger.codes import Code, Refused
from ledger.ids import is_id

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LINES = "application/x-ndjson"
#: Fields of a body that belong to the envelope; all others are the command's data.
OF_THE_ENVELOPE = ("at", "source", "context")
#: A body of JSON Lines, and one line of it.
MOST_IN_BULK = 256 * 1024 * 1024
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(site: Site, resource: Resource) -> Endpoint:
    """Handles one command."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "write")
        key = idempotency_key(request)
        line = _line(resource, caller, key, request.path_params, await bodies.read_json(request))
        defaults = Defaults(at=site.ledger.settings.clock().isoformat())
        envelope = parse_envelope(line, defaults)
        if isinstance(envelope, Refused):
            return problems.of(_as_sent(envelope))
        result = await site.work.run(site.ledger.commands.handle, envelope)
        return await _answered(site, caller, result)

    handle.__name__ = resource.command
    return handle


def bulk(site: Site) -> Endpoint:
    """Handles JSON Lines, one result line each, in order, as they come."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "write")
        defaults = Defaults(clinic=caller.clinic, actor={"id": caller.actor, "role": caller.role})

        def foreign(envelope: Envelope) -> Refused | None:
            sender = (envelope.actor.id, envelope.actor.role)
            if sender == (caller.actor, caller.role):
                return None
            return Refused(Code.FORBIDDEN, "Leave the actor out: it is the caller.", "actor")

        def record(lines: list[bytes]) -> bytes:
            found = results(site.ledger, [lines], defaults, foreign)
            return b"".join(orjson.dumps(one.to_json()) + b"\n" for one, _ in found)

        async def told() -> AsyncIterator[bytes]:
            async for lines in bodies.lines(request, BATCH, MOST_IN_BULK):
                yield await site.work.run(record, lines)

        return Streamed(told())

    return handle


class Streamed(Response):
    """An answer that begins while the request is still being read.

    Starlette's own would listen for a disconnect at the same time and eat the request.
    """

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        super().__init__(media_type=LINES)
        self._parts = parts
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends part after part."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        async for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


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
    headers = {REPLAYED: "true"} if result.replayed else {}
    reached = max((int(event["position"]) for event in result.events), default=0)
    position = reached or await site.work.run(site.position, caller.clinic)
    status = HTTPStatus.OK if result.replayed or not result.events else HTTPStatus.CREATED
    return answer(result.to_json(), position, status, headers)


def _as_sent(refused: Refused) -> Refused:
    """Over HTTP the body is the data: a field is named as the caller wrote it."""
    field = None if refused.field is None else refused.field.removeprefix("data.")
    return Refused(refused.code, refused.message, field, refused.details)
