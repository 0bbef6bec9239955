"""Settings: one value, read from the environment in one place (style.md 8.2)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

DEFAULT_DATA = Path(".ledger")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the servers are and which clock holds.

    `database` and `nats` name external servers; without them the embedded ones of the
    folder `data` are used. `now` replaces the clock (interfaces.md 2, ``--now``). The hashes
    of API keys are keyed with `key_secret`. `tsa` is the address of a time-stamp authority
    (RFC 3161), which is asked about every anchor; without one nobody is.
    """

    data: Path = DEFAULT_DATA
    database: str | None = None
    nats: str | None = None
    now: datetime | None = None
    allow_clock: bool = False
    key_secret: str | None = field(default=None, repr=False)
    tsa: str | None = None
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
        key_secret=os.environ.get("LEDGER_KEY_SECRET") or None,
        environment=dict(os.environ),
    )
