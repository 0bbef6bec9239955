"""What every route needs: the ledger, the gate, the threads, and how answers look."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response

from consumers.bootstrap import Ledger
from consumers.http.callers import Caller, Gate
from consumers.http.cursors import Cursors
from consumers.http.limits import Limits
from consumers.http.problems import Refusal
from consumers.http.work import Work
from consumers.webhooks.secrets import Secrets

LAST_POSITION = "Last-Position"


@dataclass(frozen=True, slots=True)
class Site:
    """One running server."""

    ledger: Ledger
    gate: Gate
    work: Work
    limits: Limits
    cursors: Cursors
    secrets: Secrets

    async def caller(self, request: Request, scope: str, reads: str | None = None) -> Caller:
        """Who asks; raises Refusal unless this caller may, for this."""
        caller = self.gate.known(request)
        if caller is None:
            caller = await self.work.run(self.gate.caller, request)
        self.limits.request(caller.clinic, caller.actor)
        caller.must(scope, reads)
        return caller

    def position(self, clinic: str) -> int:
        """The head of the clinic's history."""
        head = self.ledger.store.head(clinic)
        return head.position if head else 0

    def reached(self, clinic: str, at_least: int) -> int:
        """Brings the read models to the head; raises Refusal when that is below `at_least`."""
        position = self.ledger.catch_up(clinic)
        if position < at_least:
            detail = f"The clinic's history ends at position {position}."
            raise Refusal(HTTPStatus.CONFLICT, "not_yet", detail, "at_least", {"Retry-After": "1"})
        return position


def answer(
    content: Any, position: int, status: int = HTTPStatus.OK, headers: Mapping[str, str] = {}
) -> Response:
    """JSON with the position it is true for."""
    told = {LAST_POSITION: str(position), **headers}
    return Response(orjson.dumps(content), status, told, "application/json")
