"""Events that processors post about disputes: proved by their signature, recorded once."""

from collections.abc import Callable, Iterator, Sequence
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
from ledger.codes import Refused
from ledger.errors import Unreadable

#: The secrets of a clinic with a processor, by their names; none where it has none.
SecretsOf = Callable[[str, str], Sequence[str]]
#: An event has no document in it.
MOST_BYTES = 512 * 1024


def webhooks(site: Site, secrets: SecretsOf) -> Iterator[tuple[str, Endpoint]]:
    """The paths and what handles them, to be added as POST."""
    for name, processor in PROCESSORS.items():
        yield f"/v1/webhooks/{{clinic}}/{name}", _endpoint(site, secrets, name, processor)


def _endpoint(site: Site, secrets: SecretsOf, name: str, processor: Processor) -> Endpoint:
    async def handle(request: Request) -> Response:
        clinic = request.path_params["clinic"]
        raw = await bodies.read(request, MOST_BYTES)
        known, now = secrets(clinic, name), site.ledger.settings.clock()
        if not processor.verified(request.headers, raw, known, now):
            detail = "The signature is not right."
            raise Refusal(HTTPStatus.BAD_REQUEST, "bad_signature", detail)
        envelopes = [_envelope(line, clinic) for line in _lines(processor, raw)]
        results = await site.work.run(site.ledger.commands.handle_many, clinic, envelopes)
        _must_be_known(results)
        position = await site.work.run(site.position, clinic)
        return answer({"results": [_told(result) for result in results]}, position)

    handle.__name__ = f"{name}_events"
    return handle


def _lines(processor: Processor, raw: bytes) -> list[Line]:
    try:
        return processor.commands_of(processor.read(raw))
    except (NotReadable, Unreadable) as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", f"{error}.") from None


def _envelope(line: Line, clinic: str) -> Envelope:
    found = parse_envelope({**line, "clinic": clinic})
    if isinstance(found, Refused):
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", found.message, found.field)
    return found


def _must_be_known(results: Sequence[Result]) -> None:
    """Raises Refusal where the payment is not recorded yet: the processor sends the event again.

    Every other refusal says that the ledger knows better already, and sending again helps nobody.
    """
    for result in results:
        if result.error is not None and result.error.code.value.startswith("unknown_"):
            raise Refusal(HTTPStatus.CONFLICT, result.error.code.value, result.error.message)


def _told(result: Result) -> dict[str, Any]:
    """What became of a command, without its data."""
    code = None if result.error is None else result.error.code.value
    return {"id": result.id, "events": len(result.events), "refused": code}
