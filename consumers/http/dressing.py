"""What every answer has: an id, headers that keep it safe, and no trace of a fault but its id."""

import logging
from http import HTTPStatus
from secrets import token_hex

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumers.http.problems import Refusal

REQUEST_ID = "Request-Id"
log = logging.getLogger(__name__)
#: Nothing of an answer is kept by caches, guessed at by browsers or framed by pages. An answer
#: that is a page brings a policy of its own.
_SAFETY = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Dressed:
    """Wraps an application, message by message: a body that streams goes on streaming."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = token_hex(8)
        begun = False

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _dress(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        except Exception as error:
            log.critical("request %s: %s", request_id, type(error).__name__)
            if begun:
                raise  # half an answer must not look whole
            await _fault()(scope, receive, dressed)


def _dress(headers: MutableHeaders, request_id: str) -> None:
    for name, value in _SAFETY.items():
        headers.setdefault(name, value)
    headers[REQUEST_ID] = request_id


def _fault() -> ASGIApp:
    detail = "The ledger cannot answer; the log has this Request-Id."
    return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail).response()
