"""Many commands over HTTP as JSON Lines: one result line each, in order, as they come."""

from collections.abc import AsyncIterator, Callable
from http import HTTPStatus

import orjson
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from commands.envelope import Defaults, Envelope, Result
from consumers.applying import BATCH, results
from consumers.http import bodies
from consumers.http.callers import Caller
from consumers.http.problems import Refusal
from consumers.http.site import Site
from consumers.http.writing import Endpoint
from ledger.codes import Code, Refused

LINES = "application/x-ndjson"
#: A body of JSON Lines in all.
MOST = 256 * 1024 * 1024


def bulk(site: Site) -> Endpoint:
    """Handles JSON Lines. What ends the request early is its last result line."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "write")
        bodies.must_be(request, LINES)
        groups = bodies.lines(request, BATCH, MOST)
        first = await anext(groups)
        if not any(line.strip() for line in first):
            raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", "There is no line in the body.")
        return Streamed(_results(site, caller, first, groups))

    return handle


async def _results(
    site: Site, caller: Caller, first: list[bytes], more: AsyncIterator[list[bytes]]
) -> AsyncIterator[bytes]:
    defaults = Defaults(clinic=caller.clinic, actor={"id": caller.actor, "role": caller.role})
    objection = _objections(site, caller)

    def recorded(lines: list[bytes]) -> bytes:
        found = results(site.ledger, [lines], defaults, objection)
        return b"".join(_line(result) for result, _ in found)

    try:
        yield await site.work.run(recorded, first)
        async for lines in more:
            yield await site.work.run(recorded, lines)
    except Refusal as refusal:
        yield orjson.dumps({"id": None, "ok": False, "error": refusal.told()}) + b"\n"


def _objections(site: Site, caller: Caller) -> Callable[[Envelope], Refused | None]:
    """Why a line that can be read is not taken: another's name."""

    def objection(envelope: Envelope) -> Refused | None:
        if (envelope.actor.id, envelope.actor.role) != (caller.actor, caller.role):
            return Refused(Code.FORBIDDEN, "Leave the actor out: it is the caller.", "actor")
        return None

    return objection


def _line(result: Result) -> bytes:
    return orjson.dumps(result.to_json()) + b"\n"


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
