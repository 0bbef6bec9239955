"""What a caller hears when something is refused: problem details (RFC 9457) with our codes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Response

from ledger.codes import Code, Refused

MEDIA_TYPE = "application/problem+json"

#: Every other code is a conflict with what is recorded.
STATUS: Mapping[Code, HTTPStatus] = {
    Code.INVALID: HTTPStatus.BAD_REQUEST,
    Code.IDEMPOTENCY_CONFLICT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Code.APPROVAL_REQUIRED: HTTPStatus.FORBIDDEN,
    **{code: HTTPStatus.NOT_FOUND for code in Code if code.value.startswith("unknown_")},
}
#: In the details of a refusal: the seconds after which the same command may be sent again.
AGAIN = "retry_after"


class Refusal(Exception):
    """Ends a request with a problem; `code` is one of ours or a word for the transport."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.headers = dict(headers or {})

    def told(self) -> dict[str, Any]:
        """The error of a result line, where the answer has begun already."""
        return {"code": self.code, "message": self.detail, "field": self.field, "details": {}}

    def response(self) -> Response:
        """The answer it stands for."""
        return _problem(self.status, self.code, self.detail, self.field, {}, self.headers)


def of(refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a command that was refused."""
    status = STATUS.get(refused.code, HTTPStatus.CONFLICT)
    code, detail, told = refused.code.value, refused.message, dict(headers or {})
    if AGAIN in refused.details:
        status, told["Retry-After"] = HTTPStatus.TOO_MANY_REQUESTS, str(refused.details[AGAIN])
    return _problem(status, code, detail, refused.field, refused.details, told)


def _problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    field: str | None,
    details: Mapping[str, Any],
    headers: dict[str, str],
) -> Response:
    shape: dict[str, Any] = {
        "type": f"urn:ledger:problem:{code}",
        "title": code.replace("_", " "),
        "status": status.value,
        "detail": detail,
        "code": code,
    }
    if field is not None:
        shape["field"] = field
    if details:
        shape["details"] = details
    return Response(orjson.dumps(shape), status.value, headers, MEDIA_TYPE)
