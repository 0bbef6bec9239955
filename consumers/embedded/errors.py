"""What can go wrong with an embedded server, said so that the reader can act on it."""

from collections.abc import Sequence
from pathlib import Path

from ledger.errors import LedgerError

LOG_LINES = 15


class EmbeddedError(LedgerError):
    """An embedded server cannot be installed, started, reached or stopped."""


class InUse(EmbeddedError):
    """Other live processes use the servers; `pids` names them."""

    def __init__(self, data: Path, pids: Sequence[int]) -> None:
        self.pids = tuple(pids)
        named = ", ".join(str(pid) for pid in self.pids)
        super().__init__(f"the servers of {data} are in use by process {named}")


def with_log(message: str, log: Path) -> EmbeddedError:
    """An error that ends with the last lines of the server's own log."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return EmbeddedError("\n  ".join([f"{message}; end of {log}:", *lines[-LOG_LINES:]]))
