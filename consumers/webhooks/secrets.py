"""The secrets that events are signed with: a file of the platform's store, read when it changes.

`{"glow": {"stripe": ["whsec_new", "whsec_old"], "gateway": ["…"]}}`; two while one is exchanged.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

import orjson

from ledger.errors import LedgerError

#: The shortest that is taken for a secret.
SHORTEST = 16


class NoSecrets(LedgerError):
    """The file cannot be used; what it holds is not told."""


class Secrets:
    """What the file says now."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = Lock()
        self._read_at: int | None = None
        self._known: Mapping[str, Mapping[str, Sequence[str]]] = {}

    def of(self, clinic: str, source: str) -> Sequence[str]:
        """The secrets of a clinic with a system, none where it has none; raises NoSecrets."""
        if self._file is None:
            return ()
        with self._lock:
            try:
                changed = self._file.stat().st_mtime_ns
                if changed != self._read_at:
                    self._known = _checked(orjson.loads(self._file.read_bytes()))
                    self._read_at = changed
            except (OSError, ValueError) as error:
                raise NoSecrets(f"{self._file}: {type(error).__name__}") from None
            return self._known.get(clinic, {}).get(source, ())


def _checked(found: object) -> Mapping[str, Mapping[str, Sequence[str]]]:
    match found:
        case dict():
            for sources in found.values():
                for secrets in sources.values():
                    if not all(len(secret) >= SHORTEST for secret in secrets):
                        raise NoSecrets(f"a secret has at least {SHORTEST} characters")
            return found
        case _:
            raise NoSecrets("the secrets are named by clinic and system")
