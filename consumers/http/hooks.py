"""Events that other systems post: proved by their signature, recorded once by their own id."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from commands import strictjson
from commands.envelope import Envelope, parse_envelope
from consumers.http import bodies, problems
from consumers.http.problems import Refusal
from consumers.http.site import Site, answer
from consumers.http.writing import Endpoint
from consumers.webhooks import gateway, stripe
from consumers.webhooks.signatures import BadSignature, verify
from ledger.codes import Refused
from ledger.errors import Unreadable

#: By the path's last part: the header of the signature, and what an event comes to.
SYSTEMS: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any] | None]]] = {
    "stripe": ("Stripe-Signature", stripe.command_of),
    "gateway": ("Ledger-Signature", gateway.command_of),
}
#: An event has no document in it.
MOST_BYTES = 512 * 1024


def hook(site: Site, system: str) -> Endpoint:
    """Handles the events of one system for the clinic in the path."""
    header, command_of = SYSTEMS[system]

    async def handle(request: Request) -> Response:
        clinic = request.path_params["clinic"]
        body = await bodies.read(request, MOST_BYTES)
        _prove(site, (clinic, system), body, request.headers.get(header, ""))
        site.limits.request(clinic, system)
        line = _line(body, command_of)
        if line is None:
            return answer({"recorded": False}, await site.work.run(site.position, clinic))
        envelope = _envelope(line, clinic, system)
        result = await site.work.run(site.ledger.commands.handle, envelope)
        if result.error is not None:
            return problems.of(result.error)
        position = await site.work.run(site.position, clinic)
        return answer({"recorded": True}, position)

    handle.__name__ = f"{system}_events"
    return handle


def _prove(site: Site, who: tuple[str, str], body: bytes, header: str) -> None:
    """Raises Refusal with 400 unless the body is signed; a clinic without secret is not there."""
    try:
        verify(body, header, site.secrets.of(*who), site.ledger.settings.clock())
    except BadSignature as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "bad_signature", f"{error}.") from None


def _line(
    body: bytes, command_of: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> dict[str, Any] | None:
    try:
        return command_of(strictjson.loads(body))
    except (Unreadable, KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"The event cannot be read: {type(error).__name__}."
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", detail) from None


def _envelope(line: dict[str, Any], clinic: str, system: str) -> Envelope:
    actor = {"id": system, "role": "service"}
    envelope = parse_envelope({**line, "clinic": clinic, "actor": actor})
    if isinstance(envelope, Refused):
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", envelope.message, envelope.field)
    return envelope
