"""Settings: one value, read from the environment in one place (style.md 8.2)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

DEFAULT_DATA = Path(".ledger")


@dataclass(frozen=True, slots=True)
class Issuer:
    """The identity provider whose tokens are trusted: its name, ours in them, and its keys."""

    name: str
    audience: str
    jwks: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the servers are and which clock holds.

    `database` and `nats` name external servers; without them the embedded ones of the
    folder `data` are used. `now` replaces the clock (interfaces.md 2, ``--now``). The hashes
    of API keys are keyed with `key_secret`; people may come with a token of `issuer`. The file
    `webhook_secrets` holds what posted events are signed with; `webhook_loopback`, for
    development, lets our own go to this machine. `tsa` is the address of a time-stamp
    authority (RFC 3161), which is asked about every anchor; without one nobody is. `documents`
    is the URL of the storage that keeps the bytes of documents; without one the database does.
    """

    data: Path = DEFAULT_DATA
    database: str | None = None
    nats: str | None = None
    now: datetime | None = None
    allow_clock: bool = False
    key_secret: str | None = field(default=None, repr=False)
    tsa: str | None = None
    documents: str | None = None
    issuer: Issuer | None = None
    webhook_secrets: Path | None = None
    webhook_loopback: bool = False
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def embedded(self) -> bool:
        """Whether PostgreSQL is the embedded one of the data folder."""
        return self.database is None

    def clock(self) -> datetime:
        """The ledger's now: the one given, else the system's, in UTC."""
        return self.now if self.now is not None else datetime.now(UTC)


def from_environment() -> Settings:
    """Settings from the variables ``LEDGER_…`` (interfaces.md 2)."""
    return Settings(
        data=Path(os.environ.get("LEDGER_DATA", DEFAULT_DATA)),
        database=os.environ.get("LEDGER_DATABASE_URL") or None,
        nats=os.environ.get("LEDGER_NATS_URL") or None,
        allow_clock=os.environ.get("LEDGER_ALLOW_CLOCK") == "1",
        tsa=os.environ.get("LEDGER_TSA_URL") or None,
        documents=os.environ.get("LEDGER_DOCUMENTS_URL") or None,
        key_secret=os.environ.get("LEDGER_KEY_SECRET") or None,
        issuer=_issuer(os.environ),
        webhook_secrets=Path(hooks)
        if (hooks := os.environ.get("LEDGER_WEBHOOK_SECRETS"))
        else None,
        webhook_loopback=os.environ.get("LEDGER_WEBHOOK_LOOPBACK") == "1",
        environment=dict(os.environ),
    )


def export(name: str, value: str) -> None:
    """Sets a variable that a library reads when it is loaded, in this process."""
    os.environ[name] = value


def _issuer(environment: Mapping[str, str]) -> Issuer | None:
    """All three of its variables, or none: half an issuer trusts nobody."""
    given = [environment.get(f"LEDGER_OIDC_{name}") for name in ("ISSUER", "AUDIENCE", "JWKS")]
    name, audience, jwks = given
    return Issuer(name, audience, jwks) if name and audience and jwks else None
