"""The database schema as numbered SQL files, each applied once and never edited afterwards."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import psycopg

from ledger.errors import Broken

STORE_MIGRATIONS = Path(__file__).parent / "migrations"

# One migrating process at a time per database; the number is only this lock's name.
_LOCK = b"SELECT pg_advisory_lock(7226374301)"
_JOURNAL = b"""
CREATE SCHEMA IF NOT EXISTS ledger;
CREATE TABLE IF NOT EXISTS ledger.migration (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""


def migrate(admin_conninfo: str, folders: Sequence[Path] = (STORE_MIGRATIONS,)) -> list[str]:
    """Brings the database up to date and returns the names of the files it applied now.

    Files run folder by folder in the order of their names, each in its own transaction, as
    the login of `admin_conninfo`; a file takes the owner's role itself. Raises Broken when a
    file that was applied has other content now.
    """
    with psycopg.connect(admin_conninfo, autocommit=True) as connection:
        connection.execute(_LOCK)
        with connection.transaction():
            connection.execute(_JOURNAL)
        applied: dict[str, str] = dict(
            connection.execute("SELECT name, sha256 FROM ledger.migration").fetchall()
        )
        return [
            name
            for folder in folders
            for path in sorted(folder.glob("*.sql"))
            if _apply(connection, name := f"{folder.parent.name}/{path.name}", path, applied)
        ]


def _apply(connection: psycopg.Connection, name: str, path: Path, applied: dict[str, str]) -> bool:
    script = path.read_bytes()
    sha256 = hashlib.sha256(script).hexdigest()
    if name in applied:
        if applied[name] != sha256:
            raise Broken(f"migration {name} was edited after it was applied")
        return False
    with connection.transaction():
        connection.execute(script)
        connection.execute(b"RESET ROLE")
        connection.execute(
            "INSERT INTO ledger.migration (name, sha256) VALUES (%s, %s)", (name, sha256)
        )
    return True
