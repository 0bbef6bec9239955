"""The servers of a run: embedded, durable as in production, gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from consumers.bootstrap import migration_folders
from consumers.embedded import Servers
from ledger.settings import Settings
from ledger.store.migrations import migrate


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with both servers. Each measurement has a database of its own."""

    folder: Path
    postgres: str
    nats: str

    def settings(self, database: str, now: datetime | None = None) -> Settings:
        """How a process of the ledger finds what `create` made, and NATS, at the time `now`."""
        return Settings(
            self.folder, database=database, nats=self.nats, now=now, allow_clock=now is not None
        )

    def create(self, name: str, *, migrated: bool = True) -> str:
        """Makes a database and returns its connection string."""
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        conninfo = make_conninfo(self.postgres, dbname=name)
        if migrated:
            migrate(conninfo, migration_folders())
        return conninfo


@contextmanager
def made() -> Iterator[Place]:
    """A place in a new folder below the system's temporary one."""
    folder = Path(tempfile.mkdtemp(prefix="ledger-bench-"))
    # PostgreSQL refuses to be root: another account must pass through.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    servers = Servers(folder)
    try:
        yield Place(folder, servers.postgres(), servers.nats())
    finally:
        servers.stop(force=True)
        rmtree(folder)
