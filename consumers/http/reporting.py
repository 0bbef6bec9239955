"""Reports over HTTP; whoever has an answer already hears 304."""

from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response

from aggregates.effects import RULES
from consumers.http.asked import OF_A_PERIOD, Asked, asked
from consumers.http.callers import Caller
from consumers.http.site import Site, answer
from consumers.reporting import COMING, OF_THE_BOOKS, OF_THE_PRACTICE, Practice, reading
from ledger.calendar import Period
from projections.balances.asof import View

Report = Callable[[Site, str, View, Period | None], Any]


def reports() -> dict[str, tuple[str, Report]]:
    """Every report: who may read it (`callers.READS`), and how it is made."""
    return {
        **{name: ("books", _of_the_books(name)) for name in OF_THE_BOOKS},
        **{name: ("practice", _of_the_practice(name)) for name in OF_THE_PRACTICE},
    }


def _of_the_books(name: str) -> Report:
    def made(site: Site, clinic: str, view: View, month: Period | None) -> Any:
        with reading(site.ledger, clinic, view, month) as books:
            return OF_THE_BOOKS[name](books)

    return made


def _of_the_practice(name: str) -> Report:
    def made(site: Site, clinic: str, view: View, month: Period | None) -> Any:
        return OF_THE_PRACTICE[name](Practice(site.ledger, clinic, view, month))

    return made


def endpoint(site: Site, name: str, reads: str, made: Report) -> Callable[[Request], Any]:
    """Handles one report."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "reports", reads)
        given = asked(request, OF_A_PERIOD)
        return await site.work.run(_answered, site, request, (name, made), caller, given)

    handle.__name__ = f"report_{name}".replace("-", "_")
    return handle


def _answered(
    site: Site, request: Request, report: tuple[str, Report], caller: Caller, given: Asked
) -> Response:
    name, made = report
    position = site.reached(caller.clinic, given.at_least)
    view = given.view(site.ledger, caller.clinic, coming=name in COMING)
    month = given.period
    tag = _tag(caller.clinic, name, position, view, month)
    if tag in request.headers.get("if-none-match", "").split(", "):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return answer(made(site, caller.clinic, view, month), position, headers={"ETag": tag})


def _tag(clinic: str, name: str, position: int, view: View, month: Period | None) -> str:
    """The same question at the same position has the same answer."""
    parts = [clinic, name, position, str(view.as_of), view.known_at, str(month), RULES]
    return f'"{sha256(orjson.dumps(parts)).hexdigest()[:32]}"'
