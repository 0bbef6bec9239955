"""How a client speaks to the API: keys, retries, positions, problems.

It needs nothing else of the ledger, nor any other library.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from time import sleep
from typing import Any, TypedDict
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

#: Nothing was recorded, or not surely: the same request with the same key may be sent again.
AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS.value, HTTPStatus.SERVICE_UNAVAILABLE.value})
TRIES = 4
PAUSE = 0.5


class Problem(Exception):
    """A refusal; `code` is stable, `field` names what was wrong (RFC 9457)."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        super().__init__(f"{told.get('code')}: {told.get('detail')}")
        self.status = status
        self.code = str(told.get("code"))
        self.field = told.get("field")
        self.details: Mapping[str, Any] = told.get("details") or {}


class Unreachable(Exception):
    """No answer came; whether a command was recorded, only the same key sent again will tell."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: `position` is how far it has seen, `replayed` that it was given before, and
    `undone` that what the command did was reversed since.
    """

    value: Any
    position: int
    etag: str | None
    replayed: bool
    undone: bool


class Sent(TypedDict, total=False):
    """What every command may say beside its data: when it happened, and how it came in."""

    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class Transport:
    """Sends requests of one caller."""

    def __init__(
        self, url: str, token: str, *, clinic: str | None = None, timeout: float = 30
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        if clinic is not None:
            self._headers["Ledger-Clinic"] = clinic
        self._timeout = timeout

    def post(
        self,
        path: str,
        names: Mapping[str, str],
        data: Mapping[str, Any],
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Answer:
        """Sends a command or a question with a body."""
        given = {name.rstrip("_"): value for name, value in data.items() if value is not None}
        heads = {"Idempotency-Key": key, "If-Match": if_match, "Content-Type": "application/json"}
        headers = {name: value for name, value in heads.items() if value is not None}
        return self._answered("POST", _at(path, names), headers, json.dumps(given).encode())

    def put(
        self, path: str, names: Mapping[str, str], data: Mapping[str, Any], *, key: str
    ) -> Answer:
        """Keeps something under its name."""
        given = json.dumps({name: value for name, value in data.items() if value is not None})
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        return self._answered("PUT", _at(path, names), headers, given.encode())

    def delete(
        self, path: str, names: Mapping[str, str], _: Mapping[str, Any], *, key: str
    ) -> Answer:
        """Ends something."""
        return self._answered("DELETE", _at(path, names), {"Idempotency-Key": key}, None)

    def get(self, path: str, names: Mapping[str, str], query: Mapping[str, Any]) -> Answer:
        """Asks a question; what is None is left out."""
        given = urlencode({name: value for name, value in query.items() if value is not None})
        return self._answered("GET", f"{_at(path, names)}?{given}", {}, None)

    def _answered(
        self, method: str, place: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        whole = {**self._headers, **headers}
        request = Request(self._url + place, body, whole, method=method)  # noqa: S310
        for left in range(TRIES - 1, -1, -1):
            try:
                with urlopen(request, timeout=self._timeout) as found:  # noqa: S310
                    return _read(found.read(), found.headers)
            except HTTPError as error:
                with error:
                    if error.code not in AGAIN or not left:
                        raise Problem(error.code, _told(error.read())) from None
                    sleep(float(error.headers.get("Retry-After", PAUSE)))
            except (URLError, TimeoutError, ConnectionError) as error:
                if not left:
                    raise Unreachable(str(error)) from error
                sleep(PAUSE)
        raise AssertionError("the last try returns or raises")


def _at(path: str, names: Mapping[str, str]) -> str:
    return path.format_map({name: quote(value, safe="") for name, value in names.items()})


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _read(body: bytes, headers: Mapping[str, str]) -> Answer:
    kind = headers.get("Content-Type") or ""
    return Answer(
        json.loads(body) if kind.startswith("application/json") else body,
        int(headers.get("Last-Position") or 0),
        headers.get("ETag"),
        headers.get("Idempotency-Replayed") == "true",
        headers.get("Resource-State") == "reversed",
    )
