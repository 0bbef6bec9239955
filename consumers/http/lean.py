"""FastAPI without what our routes do not use.

Each of them is a function of a request that gives a response: there are no parameters to be found
out, no models, no dependencies to be closed. Doing without costs a request half a millisecond less.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.routing import Route as AnyRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from consumers.http.problems import Refusal


class Route(APIRoute):
    """Asks its function and sends what it gives."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.app = self._answered

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


class Api(FastAPI):
    """An application whose requests pass through its own wrappers only."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.router.route_class = Route

    def build_middleware_stack(self) -> ASGIApp:
        """The wrappers that were added, around the routes and what refuses a request."""
        app: ASGIApp = Refusing(self)
        for wrapper, args, named in reversed(self.user_middleware):
            app = wrapper(app, *args, **named)
        return app


class Refusing:
    """Answers a request that something refused, or that no route is there for."""

    def __init__(self, api: FastAPI) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        try:
            await self._api.router(scope, receive, send)
        except Refusal as refusal:
            await refusal.response()(scope, receive, send)
        except HTTPException as error:
            await _unrouted(self._api, scope, error).response()(scope, receive, send)


def _unrouted(api: FastAPI, scope: Scope, error: HTTPException) -> Refusal:
    """No such path, or not this method on it."""
    status = HTTPStatus(error.status_code)
    code = (
        "not_found" if status is HTTPStatus.NOT_FOUND else status.phrase.lower().replace(" ", "_")
    )
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_methods(api, scope)))
    return Refusal(status, code, f"{status.phrase}.", headers=headers)


def _methods(api: FastAPI, scope: Scope) -> set[str]:
    """What the path is there for; the first of its routes would name only its own."""
    return {
        method
        for route in api.routes
        if isinstance(route, AnyRoute) and route.matches(scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
