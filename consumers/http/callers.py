"""Who is calling, for which clinic and in which role; and what a role may read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from fastapi import Request

from commands import permissions as p
from consumers.http.keys import MARK, Key, Keys, UnknownKey
from consumers.http.problems import Refusal

CLINIC = "Ledger-Clinic"
_EVERYBODY = frozenset({p.FRONT, p.PROVIDER, p.ACCOUNTANT, p.DISPUTES, p.ADMIN, p.SERVICE})
#: Who may ask what (reliability.md 6.7); commands have their own table.
READS: dict[str, frozenset[str]] = {
    "patients": _EVERYBODY,
    "practice": _EVERYBODY - {p.SERVICE},
    "books": frozenset({p.ACCOUNTANT, p.ADMIN}),
    "approvals": _EVERYBODY - {p.SERVICE},
    "evidence": frozenset({p.DISPUTES, p.ADMIN}),
    "webhooks": frozenset({p.ADMIN}),
    "events": frozenset({p.ACCOUNTANT, p.ADMIN, p.SERVICE}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or a system at one clinic."""

    actor: str
    role: str
    clinic: str
    scopes: frozenset[str]

    def must(self, scope: str, reads: str | None = None) -> None:
        """Raises Refusal when the key is not for this, or the role may not read it."""
        if scope not in self.scopes:
            raise Refusal(HTTPStatus.FORBIDDEN, "forbidden", f"The key has no scope {scope}.")
        if reads is not None and self.role not in READS[reads]:
            detail = f"The role {self.role} may not read this."
            raise Refusal(HTTPStatus.FORBIDDEN, "forbidden", detail)


class Bearer(Protocol):
    """One way to prove who one is; raises Refusal when the proof is none."""

    def caller(self, token: str, request: Request) -> Caller: ...


class KeyBearer:
    """Callers with an API key."""

    def __init__(self, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._clock = clock

    def caller(self, token: str, request: Request) -> Caller:
        """The caller a key is for; a clinic named beside it must be the key's."""
        try:
            key = self._keys.find(token, self._clock())
        except UnknownKey:
            raise unauthorized() from None
        return _with(key, request)

    def known(self, token: str, request: Request) -> Caller | None:
        """The same where the key was asked for a moment ago; None where it has to be asked for."""
        key = self._keys.known(token, self._clock())
        return None if key is None else _with(key, request)


def _with(key: Key, request: Request) -> Caller:
    if request.headers.get(CLINIC, key.clinic) != key.clinic:
        raise Refusal(HTTPStatus.NOT_FOUND, "unknown_clinic", "No such clinic.")
    return Caller(key.actor, key.role, key.clinic, frozenset(key.scopes))


class Gate:
    """Asks every request who it is from: an API key, or else a token where one is trusted."""

    def __init__(self, keys: KeyBearer, tokens: Bearer | None = None) -> None:
        self._keys = keys
        self._tokens = tokens

    def known(self, request: Request) -> Caller | None:
        """The caller where nobody needs to be asked; raises Refusal for what is no bearer."""
        token = _token(request)
        return self._keys.known(token, request) if _is_key(token) else None

    def caller(self, request: Request) -> Caller:
        """Raises Refusal with 401 for anything but one good bearer."""
        token = _token(request)
        if _is_key(token):
            return self._keys.caller(token, request)
        if self._tokens is None:
            raise unauthorized()
        return self._tokens.caller(token, request)


def _token(request: Request) -> str:
    given = request.headers.getlist("Authorization")
    scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthorized()
    return token


def _is_key(token: str) -> bool:
    return token.startswith(f"{MARK}_")


def unauthorized() -> Refusal:
    """The one answer to every caller we do not know."""
    return Refusal(
        HTTPStatus.UNAUTHORIZED,
        "unauthorized",
        "Send an API key as Authorization: Bearer lk_... (ledger key create makes one).",
        headers={"WWW-Authenticate": 'Bearer realm="ledger"'},
    )
