"""The body of a request: bounded in size and in time before anything reads it."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from fastapi import Request

from commands import strictjson
from consumers.http.problems import Refusal
from ledger.errors import Unreadable

#: A command, and the documents it may carry.
MOST_BYTES = 16 * 1024 * 1024
#: A body that has not come by then is given up.
SLOWEST = 15.0
_JSON = "application/json"


async def read(request: Request, most: int = MOST_BYTES) -> bytes:
    """The whole body; raises Refusal with 413 when it is too large, 408 when it is too slow."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(SLOWEST):
            return await _collected(request, most)
    except TimeoutError:
        raise _too_slow() from None


async def read_json(request: Request, most: int = MOST_BYTES) -> dict[str, Any]:
    """The body as a JSON object, read as strictly as on every other edge."""
    must_be(request, _JSON)
    try:
        value = strictjson.loads(await read(request, most))
    except strictjson.Malformed as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", f"{error}.", error.field) from None
    except Unreadable as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", f"{error}.") from None
    if not isinstance(value, dict):
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", "The body is a JSON object.")
    return value


def must_be(request: Request, wanted: str) -> None:
    """Raises Refusal with 415 for a body of another kind, or for one that is compressed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != wanted:
        detail = f"Send Content-Type: {wanted}."
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "invalid", detail)
    if request.headers.get("content-encoding", "identity") != "identity":
        detail = "Send the body as it is, not compressed."
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "invalid", detail)


async def _collected(request: Request, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
    return b"".join(parts)


def _too_large(most: int) -> Refusal:
    detail = f"A body has at most {most} bytes."
    # What still comes is not read: the connection cannot be used again.
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", detail, headers={"Connection": "close"}
    )


def _too_slow() -> Refusal:
    detail = f"Nothing more of the body came for {SLOWEST:.0f} seconds."
    headers = {"Connection": "close"}
    return Refusal(HTTPStatus.REQUEST_TIMEOUT, "timeout", detail, headers=headers)


async def lines(request: Request, many: int, most: int) -> AsyncIterator[list[bytes]]:
    """The lines of a body in groups of up to `many`, as they come, within `most` bytes in all.

    A pause between two parts is bounded, not the whole: what comes is worked off meanwhile.
    """
    waiting: list[bytes] = []
    rest, size = b"", 0
    parts = aiter(request.stream())
    while (part := await _next_part(parts)) is not None:
        size += len(part)
        if size > most or len(rest) > MOST_BYTES:
            raise _too_large(most)
        *whole, rest = (rest + part).split(b"\n")
        waiting += whole
        while len(waiting) >= many:
            yield waiting[:many]
            waiting = waiting[many:]
        if waiting:
            yield waiting
            waiting = []
    yield [rest]


async def _next_part(parts: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(SLOWEST):
            return await anext(parts, None)
    except TimeoutError:
        raise _too_slow() from None
