"""Questions about patients, contracts and cards: the answers of `consumers.asking` over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from consumers import asking
from consumers.http import worklists
from consumers.http.asked import OF_A_VIEW, Asked, asked, check_ids
from consumers.http.callers import Caller
from consumers.http.problems import Refusal
from consumers.http.site import Site, answer
from ledger import money
from ledger.events import Recorded
from ledger.ids import stream

MOST = 1000
_PAGE = ("after", "limit")


@dataclass(frozen=True, slots=True)
class Question:
    """A path, what it answers, and who may ask (`callers.READS`)."""

    path: str
    name: str
    about: str
    reads: str
    answer: Callable[[Site, str, dict[str, str], Asked], Any]
    parameters: tuple[str, ...] = OF_A_VIEW
    version: Callable[[Site, str, dict[str, str]], int | None] = lambda *_: None


def endpoint(site: Site, question: Question) -> Callable[[Request], Any]:
    """Handles one question."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "read", question.reads)
        given = asked(request, question.parameters)
        return await site.work.quick.run(
            _answered, site, question, caller, request.path_params, given
        )

    handle.__name__ = question.name
    return handle


def _answered(
    site: Site, question: Question, caller: Caller, path: dict[str, str], given: Asked
) -> Response:
    check_ids(path)
    position = site.reached(caller.clinic, given.at_least)
    version = question.version(site, caller.clinic, path)
    found = question.answer(site, caller.clinic, path, given)
    if found is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "not_found", "Nothing is recorded about it.")
    headers = {} if version is None else {"ETag": f'"{version}"'}
    return answer(found, position, headers=headers)


def _contract_version(site: Site, clinic: str, path: dict[str, str]) -> int | None:
    """For If-Match; read before the answer, so that it is never newer than that."""
    name = stream(clinic, "subscription", path["subscription"])
    return len(site.ledger.store.load(clinic, [name])[name])


def _clinic(site: Site, clinic: str, _: dict[str, str], __: Asked) -> Any:
    """Whose answers these are, and how to write their amounts."""
    defined = site.ledger.clinic(clinic).defined
    return defined and {
        "clinic": clinic,
        "name": defined.name,
        "currency": defined.currency,
        "digits": money.digits(defined.currency),
        "timezone": defined.timezone,
    }


def _balance(site: Site, clinic: str, path: dict[str, str], given: Asked) -> Any:
    view = given.view(site.ledger, clinic)
    return asking.balance(
        site.ledger,
        clinic,
        view,
        patient=path.get("patient"),
        subscription=path.get("subscription"),
        current=None if given.given.keys() & {"as_of", "known_at"} else True,
    )


def _quote(site: Site, clinic: str, path: dict[str, str], given: Asked) -> Any:
    view = given.view(site.ledger, clinic)
    return asking.refund_quote(site.ledger, clinic, path["subscription"], view)


def _history(site: Site, clinic: str, path: dict[str, str], given: Asked) -> Any:
    found = asking.history(
        site.ledger,
        clinic,
        given.view(site.ledger, clinic),
        dated="as_of" in given.given,
        subscription=path.get("subscription"),
        charge=path.get("charge"),
    )
    return found or None


def _events(site: Site, clinic: str, _: dict[str, str], given: Asked) -> Any:
    """A page of the clinic's events in order; `next` is where the following page begins."""
    after, limit = given.number("after", 0), given.number("limit", 100, MOST, least=1)
    rows = site.ledger.store.read(clinic, after, after + limit)
    items = [_event(recorded) for recorded in rows]
    return {"items": items, "next": items[-1]["position"] if len(items) == limit else None}


def _event(recorded: Recorded) -> dict[str, Any]:
    return {
        "position": recorded.position,
        "type": type(recorded.event).__name__,
        "stream": recorded.stream,
        "version": recorded.version,
        "effective_on": recorded.effective_on.isoformat(),
        "recorded_at": recorded.recorded_at.isoformat(),
        "data": recorded.event.model_dump(mode="json", exclude_none=True),
    }


_CONTRACT = "/v1/subscriptions/{subscription}"
QUESTIONS = (
    Question(
        "/v1/clinic",
        "clinic",
        "The clinic that the caller is at, its currency and the decimal places of its amounts",
        "patients",
        _clinic,
        (),
    ),
    Question(
        "/v1/patients/{patient}/balance",
        "patient_balance",
        "What is left of everything a patient has bought",
        "patients",
        _balance,
    ),
    Question(
        _CONTRACT,
        "contract_balance",
        "What is left of one contract; its ETag is for If-Match",
        "patients",
        _balance,
        version=_contract_version,
    ),
    Question(
        f"{_CONTRACT}/history",
        "contract_history",
        "Everything that happened to a contract, oldest first",
        "patients",
        _history,
    ),
    Question(
        f"{_CONTRACT}/refund-quote",
        "refund_quote",
        "What a refund would come to by every formula, with its working",
        "patients",
        _quote,
    ),
    Question(
        "/v1/charges/{charge}/history",
        "charge_history",
        "Everything that happened to what a card charge paid for",
        "patients",
        _history,
    ),
    Question(
        "/v1/events",
        "events",
        "The clinic's events in order, page by page",
        "events",
        _events,
        _PAGE,
    ),
    Question(
        "/v1/disputes",
        "disputes",
        "The disputes, open ones first by their due date, page by page",
        "evidence",
        worklists.disputes,
        ("cursor", "limit"),
    ),
    Question(
        "/v1/subscriptions",
        "subscriptions",
        "The contracts by their ids as they stand today, page by page",
        "patients",
        worklists.subscriptions,
        ("cursor", "limit", "patient", "offer"),
    ),
    Question(
        "/v1/visits",
        "visits",
        "The visits, the newest first, page by page",
        "patients",
        worklists.visits,
        ("cursor", "limit", "patient"),
    ),
    Question(
        "/v1/payments",
        "payments",
        "The payments, the newest first, page by page",
        "patients",
        worklists.payments,
        ("cursor", "limit", "subscription"),
    ),
    Question(
        "/v1/approvals",
        "approvals",
        "What approval is asked for, or was, page by page",
        "approvals",
        worklists.approvals,
        ("cursor", "limit", "standing"),
    ),
    Question(
        "/v1/approvals/{request}",
        "approval",
        "What approval was asked for, and what became of it",
        "approvals",
        worklists.approval,
        (),
    ),
)
