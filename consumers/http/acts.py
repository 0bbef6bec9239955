"""What is neither a single command nor a question: the check, the clock, closes, their proof."""

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from aggregates.period.events import PeriodClosed
from commands.asking import check as covered
from commands.envelope import Actor
from consumers.applying import ticked
from consumers.http import bodies, problems
from consumers.http.asked import asked, month
from consumers.http.callers import Caller
from consumers.http.problems import Refusal
from consumers.http.site import Site, answer
from consumers.http.writing import Endpoint
from ledger.calendar import Period
from ledger.codes import Refused
from ledger.ids import stream


def check(site: Site) -> Endpoint:
    """What a visit's lines would be covered with; changes nothing."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "read", "patients")
        question = await bodies.read_json(request)
        return await site.work.quick.run(_checked, site, caller.clinic, question)

    return handle


def _checked(site: Site, clinic: str, question: dict[str, Any]) -> Response:
    position = site.position(clinic)  # before, so that the answer has seen at least that
    found = covered(site.ledger.commands, clinic, question)
    return problems.of(found) if isinstance(found, Refused) else answer(found, position)


def tick(site: Site) -> Endpoint:
    """Records what time alone brings by now; doing it twice is harmless."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "write")
        steps = await site.work.run(_ticked, site, caller)
        return answer({"steps": steps}, await site.work.run(site.position, caller.clinic))

    return handle


def _ticked(site: Site, caller: Caller) -> list[dict[str, Any]]:
    actor = Actor.model_validate({"id": caller.actor, "role": caller.role})
    return [result.to_json() for result in ticked(site.ledger, caller.clinic, actor)]


def closed(site: Site) -> Endpoint:
    """What the last close of a period sealed."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "reports", "books")
        return await site.work.run(_closed, site, caller, month(request.path_params["period"]))

    return handle


def _closed(site: Site, caller: Caller, period: Period) -> Response:
    from projections.close.replay import replay  # noqa: PLC0415  loads the engine
    from projections.reports.accounting import close  # noqa: PLC0415

    name = stream(caller.clinic, "period", str(period))
    events = [one.event for one in site.ledger.store.load(caller.clinic, [name])[name]]
    sealed = [event for event in events if isinstance(event, PeriodClosed)]
    if not sealed:
        raise Refusal(HTTPStatus.NOT_FOUND, "not_found", f"{period} was never closed.")
    with replay(site.ledger.conninfo, caller.clinic) as books:
        return answer(close(books, sealed[-1]), site.position(caller.clinic))


def proof(site: Site) -> Endpoint:
    """Replays a closed period again and compares it with what was sealed."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "reports", "books")
        given = asked(request, ("version",))
        version = given.number("version", 0, least=1) or None
        return await site.work.run(
            _proof, site, caller, month(request.path_params["period"]), version
        )

    return handle


def _proof(site: Site, caller: Caller, period: Period, version: int | None) -> Response:
    from projections.close.figures import verify  # noqa: PLC0415  loads the engine

    found = verify(site.ledger.conninfo, caller.clinic, period, version)
    if found is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "not_found", f"{period} is not closed.")
    return answer(found, site.position(caller.clinic))
