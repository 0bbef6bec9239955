"""The servers of a test run: one PostgreSQL for all workers, one NATS for each.

A server that does not start fails the tests that need it; nothing is skipped.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

import psycopg
from filelock import FileLock
from psycopg import sql
from psycopg.conninfo import make_conninfo

from consumers.embedded import Servers

TEMPLATE = "ledger_template"


def make_folder() -> Path:
    """A new folder with a short path that the account of PostgreSQL can reach."""
    folder = Path(tempfile.mkdtemp(prefix="ledger-tests-"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def remove_folder(folder: Path) -> None:
    """Stop the servers of every data folder in it, also after a test that was killed."""
    for data in folder.iterdir():
        if data.is_dir():
            Servers(data).stop(force=True)
    rmtree(folder)


def shared_postgres(folder: Path, *, durable: bool) -> str:
    """The run's server. Not `durable`: tests are fast, a machine's crash loses data."""
    overrides = {} if durable else {"fsync": "off"}
    return Servers(folder / "shared", overrides).postgres()


def make_template(url: str, folder: Path) -> None:
    """Migrate the database that every test copies, once in a run."""
    from consumers.bootstrap import migration_folders
    from ledger.store.migrations import migrate

    draft = f"{TEMPLATE}_draft"
    with FileLock(folder / "template.lock"), psycopg.connect(url, autocommit=True) as connection:
        if _exists(connection, TEMPLATE):
            return
        execute(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", draft)
        execute(connection, "CREATE DATABASE {}", draft)
        migrate(make_conninfo(url, dbname=draft), migration_folders())
        execute(connection, "ALTER DATABASE {} RENAME TO {}", draft, TEMPLATE)


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """A migrated, empty database of its own; `make_template` comes first.

    Its files are copied: to write them through the log costs the server several times as much.
    """
    name = f"test_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        execute(connection, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, TEMPLATE)
        yield make_conninfo(url, dbname=name)
        execute(connection, "DROP DATABASE {} WITH (FORCE)", name)


def execute(connection: psycopg.Connection[tuple[object, ...]], text: str, *names: str) -> None:
    """Run a statement about databases, whose names cannot be parameters."""
    connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))


def _exists(connection: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    return connection.execute(query, [name]).fetchone() is not None
