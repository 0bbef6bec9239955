"""Reports over HTTP; whoever has an answer already hears 304."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response

from aggregates.effects import RULES
from consumers.asking import Kind
from consumers.http.asked import OF_A_PERIOD, Asked, asked, wrong
from consumers.http.callers import Caller
from consumers.http.site import Site, answer
from consumers.reporting import (
    COMING,
    OF_THE_BOOKS,
    OF_THE_PRACTICE,
    NoSuchField,
    Practice,
    fields_of,
    reading,
)
from ledger.calendar import Period
from projections.balances.asof import View
from projections.reports.fields import APART


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report, of what, kept by which rule, taken apart by what."""

    name: str
    view: View
    month: Period | None
    kept: Kind | None
    by: tuple[str, ...]

    def tag(self, clinic: str, position: int) -> str:
        """The same question at the same position has the same answer."""
        day, month = str(self.view.as_of), str(self.month)
        asked = [self.name, day, self.view.known_at, month, self.kept, list(self.by)]
        digest = sha256(orjson.dumps([clinic, position, *asked, RULES])).hexdigest()
        return f'"{digest[:32]}"'


def reports() -> dict[str, str]:
    """Every report, and who may read it (`callers.READS`)."""
    return {**dict.fromkeys(OF_THE_BOOKS, "books"), **dict.fromkeys(OF_THE_PRACTICE, "practice")}


def parameters_of(name: str) -> tuple[str, ...]:
    """What a report can be asked with."""
    books = ("books",) if name in OF_THE_BOOKS else ()
    return (*OF_A_PERIOD, *books, *(("by",) if name in APART else ()))


def endpoint(site: Site, name: str, reads: str) -> Callable[[Request], Any]:
    """Handles one report."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "reports", reads)
        given = asked(request, parameters_of(name))
        return await site.work.run(_answered, site, request, name, caller, given)

    handle.__name__ = f"report_{name}".replace("-", "_")
    return handle


def _answered(site: Site, request: Request, name: str, caller: Caller, given: Asked) -> Response:
    position = site.reached(caller.clinic, given.at_least)
    wish = _wish(site, name, caller, given)
    tag = wish.tag(caller.clinic, position)
    if tag in request.headers.get("if-none-match", "").split(", "):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return answer(_made(site, caller.clinic, wish), position, headers={"ETag": tag})


def _wish(site: Site, name: str, caller: Caller, given: Asked) -> Wish:
    month = given.period
    kept = Kind(given.one_of("books", Kind, Kind.GAAP)) if "books" in given.given else None
    try:
        by = fields_of(name, given.given.get("by"))
    except NoSuchField as error:
        raise wrong("by", f"{error}.") from None
    view = given.view(site.ledger, caller.clinic, coming=name in COMING)
    return Wish(name, view, month, kept, by)


def _made(site: Site, clinic: str, wish: Wish) -> Any:
    if wish.name in OF_THE_PRACTICE:
        practice = Practice(site.ledger, clinic, wish.view, wish.month)
        return OF_THE_PRACTICE[wish.name](practice)
    with reading(site.ledger, clinic, wish.view, wish.month, wish.kept, wish.by) as books:
        return OF_THE_BOOKS[wish.name](books)
