"""Events that other systems post: proved by their signature, recorded once by their own id."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from commands.envelope import Envelope, Result, parse_envelope
from consumers.http import bodies
from consumers.http.problems import Refusal
from consumers.http.site import Site, answer
from consumers.http.writing import Endpoint
from consumers.webhooks.disputes import Line, NotReadable
from consumers.webhooks.processors import PROCESSORS, Processor
from ledger.codes import Code, Refused
from ledger.errors import Unreadable

#: An event has no document in it.
MOST_BYTES = 512 * 1024


def webhook(site: Site, name: str) -> Endpoint:
    """Handles the events of one system for the clinic in the path."""
    processor = PROCESSORS[name]

    async def handle(request: Request) -> Response:
        clinic = request.path_params["clinic"]
        raw = await bodies.read(request, MOST_BYTES)
        known, now = site.secrets.of(clinic, name), site.ledger.settings.clock()
        if not processor.verified(request.headers, raw, known, now):
            detail = "The signature is not right."
            raise Refusal(HTTPStatus.BAD_REQUEST, "bad_signature", detail)
        site.limits.request(clinic, name)
        envelopes = [_envelope(line, clinic) for line in _lines(processor, raw)]
        results = await site.work.run(site.ledger.commands.handle_many, clinic, envelopes)
        _must_be_known(results)
        position = await site.work.run(site.position, clinic)
        return answer({"results": [_told(result) for result in results]}, position)

    handle.__name__ = f"{name}_events"
    return handle


def _lines(processor: Processor, raw: bytes) -> list[Line]:
    try:
        event = processor.read(raw)
        return processor.commands_of(event if isinstance(event, Mapping) else {})
    except (NotReadable, Unreadable) as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", f"{error}.") from None


def _envelope(line: Line, clinic: str) -> Envelope:
    found = parse_envelope({**line, "clinic": clinic})
    if isinstance(found, Refused):
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", found.message, found.field)
    return found


def _must_be_known(results: Sequence[Result]) -> None:
    """Raises Refusal where the payment is not recorded yet: the processor sends the event again;
    and where what the event says is no command.

    Every other refusal says that the ledger knows better already, and sending again helps nobody.
    """
    for error in (result.error for result in results if result.error is not None):
        if error.code is Code.INVALID:
            raise Refusal(HTTPStatus.BAD_REQUEST, error.code.value, error.message, error.field)
        if error.code.value.startswith("unknown_"):
            raise Refusal(HTTPStatus.CONFLICT, error.code.value, error.message)


def _told(result: Result) -> dict[str, Any]:
    """What became of a command, without its data."""
    code = None if result.error is None else result.error.code.value
    return {"id": result.id, "events": len(result.events), "refused": code}
