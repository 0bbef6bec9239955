"""People with a token of an identity provider (OpenID Connect): RFC 7519 and 8725.

Algorithms are ours to choose, never the token's; so are issuer, audience and keys. The token
says who somebody is and nothing else: clinic and role are looked up on every request.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import orjson
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from consumers.http.callers import CLINIC, Caller, unauthorized
from consumers.http.people import Membership, People
from consumers.http.problems import Refusal
from ledger.errors import LedgerError

#: Asymmetric only: with those, a public key can never pass for a shared secret.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LEEWAY = 60
"""Seconds by which clocks may differ."""
LONGEST = 8 * 1024
#: Keys are fetched again when a new one is named, but not more often than this, in seconds.
SELDOM = 60.0
_KEY_ID = re.compile(r"[A-Za-z0-9._=-]{1,128}")
_MOST_KEYS = 256 * 1024


class NoKeys(LedgerError):
    """The provider's keys cannot be had, or are not what they should be."""


class Jwks:
    """The provider's public keys, from a file or an https address."""

    def __init__(self, where: str, clock: Callable[[], float] = monotonic) -> None:
        if "://" in where and urlsplit(where).scheme != "https":
            raise NoKeys(f"{where}: keys come from a file or over https")
        self._where = where
        self._clock = clock
        self._lock = Lock()
        self._keys: dict[str, Any] = {}
        self._fetched: float | None = None

    def key(self, key_id: str) -> Any | None:
        """The key of that id, if the provider has it; raises NoKeys."""
        with self._lock:
            due = self._fetched is None or self._clock() - self._fetched >= SELDOM
            if key_id not in self._keys and due:
                self._fetched = self._clock()
                self._keys = _asymmetric(self._read())
            return self._keys.get(key_id)

    def _read(self) -> bytes:
        try:
            if "://" not in self._where:
                return Path(self._where).read_bytes()
            with build_opener(_NoRedirect).open(self._where, timeout=5) as answer:
                return bytes(answer.read(_MOST_KEYS))
        except (OSError, URLError) as error:
            raise NoKeys(f"{self._where}: {type(error).__name__}") from error


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Nobody sends us elsewhere for keys."""


def _asymmetric(raw: bytes) -> dict[str, Any]:
    try:
        keys = KeySet.import_key_set(orjson.loads(raw)).keys
    except (ValueError, KeyError, TypeError, JoseError) as error:
        raise NoKeys(f"the keys cannot be read: {type(error).__name__}") from error
    return {key.kid: key for key in keys if key.kid and key.key_type != "oct"}


class TokenBearer:
    """Callers with a signed token of the one provider that is trusted."""

    def __init__(
        self,
        people: People,
        jwks: Jwks,
        *,
        issuer: str,
        audience: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._people = people
        self._jwks = jwks
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def caller(self, token: str, request: Request) -> Caller:
        """The person the token names, at the clinic he asks for and works at."""
        person = self._person(token)
        found = _chosen(self._people.of(person), request.headers.get(CLINIC))
        return Caller(found.actor, found.role, found.clinic, frozenset(found.scopes))

    def _person(self, token: str) -> str:
        """The subject of a good token; raises Refusal, in the same way whatever is wrong."""
        try:
            key = self._jwks.key(_key_id(token))
            if key is None:
                raise unauthorized()
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            self._claims.validate(claims)
        except (JoseError, ValueError) as error:
            raise unauthorized() from error
        return str(claims["sub"])


def _key_id(token: str) -> str:
    """The key the token says it is signed with: a name, never a path or an address."""
    if len(token) > LONGEST or not token.isascii():
        raise unauthorized()
    part = token.partition(".")[0]
    header = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    key_id = header.get("kid") if isinstance(header, dict) else None
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise unauthorized()
    return key_id


def _chosen(memberships: list[Membership], clinic: str | None) -> Membership:
    """The membership meant: the one at the clinic that is named, or the only one."""
    if not memberships:
        raise unauthorized()
    if clinic is None and len(memberships) > 1:
        detail = f"You work at several clinics; say which in {CLINIC}."
        raise Refusal(HTTPStatus.BAD_REQUEST, "invalid", detail, CLINIC)
    for membership in memberships:
        if clinic in {None, membership.clinic}:
            return membership
    raise Refusal(HTTPStatus.NOT_FOUND, "unknown_clinic", "No such clinic.")
