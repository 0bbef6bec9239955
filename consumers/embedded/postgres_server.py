"""The embedded PostgreSQL: make its cluster, start it, find it again, stop it.

It listens on a unix socket in a closed folder and nowhere else; whoever may enter the folder
is the superuser, so there is no password to lose. Callers hold the lock of the data folder.
"""

import hashlib
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import DuplicateDatabase, UniqueViolation

from consumers.embedded import place
from consumers.embedded.errors import EmbeddedError, with_log
from consumers.embedded.processes import command_line, end, kill, read_number, runs, wait_until

DATABASE = "ledger"
START_SECONDS = 60
LONGEST_SOCKET_PATH = 100
"""Bytes; systems allow 103 to 107 for the whole path of a socket."""

STARTING = {"pg_ctl", "postgres", "sh"}
"""pg_ctl leaves the postmaster to a shell, which becomes it; a child is named so at first, too."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """The server of one data folder; `overrides` are settings laid over ours."""

    data: Path
    overrides: Mapping[str, str]

    @property
    def cluster(self) -> Path:
        """The folder of the database files, behind a link where they had to move."""
        return (self.data / "postgres").resolve()

    @property
    def log(self) -> Path:
        """What the server says about itself."""
        return self.data / "log" / "postgres.log"

    def running(self) -> psutil.Process | None:
        """The live postmaster of this cluster."""
        pid = read_number(self.cluster / "postmaster.pid")
        if pid is None or not psutil.pid_exists(pid):
            return None
        process = psutil.Process(pid)
        return process if runs(process, "postgres", str(self.cluster)) else None

    def start(self) -> None:
        """Make sure that the server runs and has the database `ledger`.

        Raises EmbeddedError with the end of the server's log when it does not come up.
        """
        if not self._comes_up():
            self._make_cluster()
            self._clear_crash()
            self._launch()
            if not self._comes_up():
                raise with_log("PostgreSQL accepts no connection", self.log)
        self._make_database()

    def _make_database(self) -> None:
        """The backend of a killed caller may be making it still: then it is there at the end."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if found is None:
                with suppress(DuplicateDatabase, UniqueViolation):
                    name = sql.Identifier(DATABASE)
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(name))

    def stop(self) -> bool:
        """Shut down, rolling back what is open; whether there was a server to stop."""
        if self.running() is None:
            return False
        # To a postmaster SIGINT is a fast, SIGQUIT an immediate shutdown.
        if not end(self.running, [(signal.SIGINT, 60), (signal.SIGQUIT, 10)]):
            raise with_log("PostgreSQL does not stop", self.log)
        if self._socket_folder() != self.cluster:
            shutil.rmtree(self._socket_folder(), ignore_errors=True)
        return True

    def conninfo(self, database: str = DATABASE) -> str:
        """How the superuser `postgres` connects."""
        folder = str(self._socket_folder())
        return make_conninfo(host=folder, port=5432, user="postgres", dbname=database)

    def _name(self) -> str:
        return f"ledger-{hashlib.sha256(os.fsencode(self.cluster)).hexdigest()[:12]}"

    def _socket_folder(self) -> Path:
        """The cluster itself, or a folder with a short name when its path is too long."""
        if len(os.fsencode(self.cluster / ".s.PGSQL.5432")) < LONGEST_SOCKET_PATH:
            return self.cluster
        return Path(tempfile.gettempdir()) / self._name()

    def _make_cluster(self) -> None:
        """Initialise a draft and rename it: a cluster is there whole or not at all."""
        link = self.data / "postgres"
        if link.is_symlink() and not link.exists():
            raise EmbeddedError(f"the database files {link.readlink()} that {link} names are gone")
        if link.exists():
            return
        account = place.account_for(link)
        home = place.choose_home(self.data, account)
        for left_over in home.glob("initdb-*"):
            _abandon(left_over)
        draft = home / f"initdb-{os.getpid()}"
        account.own(draft)
        self._initialise(place.choose_binaries(home, account), draft, account)
        draft.rename(home / "postgres")
        if home != self.data:
            link.symlink_to(home / "postgres")

    def _initialise(self, binaries: Path, folder: Path, account: place.Account) -> None:
        command = [str(binaries / "initdb"), "-D", str(folder), "--username=postgres"]
        command += ["--auth=trust", "--data-checksums", "--encoding=UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        with self.log.open("ab") as log:
            done = account.run(command, log)
        if done.returncode != 0:
            raise with_log("initdb failed", self.log)
        with (folder / "postgresql.conf").open("a") as settings:
            settings.write("include = 'ledger.conf'\n")

    def _others(self) -> list[psutil.Process]:
        """What still runs for this cluster without a postmaster: the orphans of a killed one, and
        what starts one for a caller that was killed.
        """
        title, named = f"postgres: {self._name()}:", str(self.cluster)

        def own(words: Sequence[str]) -> bool:
            if "".join(words).startswith(title):
                return True
            known = bool(words) and Path(words[0]).name in STARTING
            return known and (named in words or f'"{named}"' in words[-1])

        return [process for process in psutil.process_iter() if own(command_line(process))]

    def _clear_crash(self) -> None:
        """Remove what a killed postmaster left and what would keep a new one from starting."""
        if not wait_until(lambda: not self._others(), 5):
            for orphan in self._others():
                kill(orphan)
            wait_until(lambda: not self._others(), 5)
        # PostgreSQL takes over the file of a dead pid, but not of one that now is somebody
        # else's or a zombie that nobody waits for.
        socket_lock = self._socket_folder() / ".s.PGSQL.5432.lock"
        for left_over in (self.cluster / "postmaster.pid", socket_lock):
            pid = read_number(left_over)
            if pid is not None and psutil.pid_exists(pid):
                left_over.unlink()

    def _launch(self) -> None:
        account = place.account_for(self.cluster)
        binaries = place.choose_binaries(self.cluster.parent, account)
        self._make_socket_folder(account)
        (self.cluster / "ledger.conf").write_text(self._settings())
        command = [str(binaries / "pg_ctl"), "start", "-w", f"--timeout={START_SECONDS}"]
        with self.log.open("ab") as log:
            done = account.run([*command, "-D", str(self.cluster)], log)
        if done.returncode != 0 and self.running() is None:
            raise with_log("PostgreSQL does not start", self.log)

    def _make_socket_folder(self, account: place.Account) -> None:
        folder = self._socket_folder()
        if not folder.exists():
            account.own(folder)
        found = folder.lstat()
        if found.st_uid != account.uid or found.st_mode & 0o077:
            raise EmbeddedError(f"{folder} belongs to somebody else; remove it")

    def _settings(self) -> str:
        own = {"unix_socket_directories": str(self._socket_folder()), "cluster_name": self._name()}
        lines = (
            f"{name} = '{_quoted(value)}'"
            for name, value in {**SETTINGS, **own, **self.overrides}.items()
        )
        return "\n".join(lines) + "\n"

    def _comes_up(self) -> bool:
        """Whether there is a server and it takes connections, now or when it has recovered."""

        def settled() -> bool:
            return not self._others() if self.running() is None else self._accepts()

        wait_until(settled, START_SECONDS)
        return self.running() is not None and self._accepts()

    def _accepts(self) -> bool:
        try:
            psycopg.connect(self.conninfo("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _abandon(draft: Path) -> None:
    """Remove a half-made cluster; the initdb of a killed starter may still be writing it."""
    for process in psutil.process_iter():
        if runs(process, "initdb", str(draft)):
            kill(process)

    def removed() -> bool:
        shutil.rmtree(draft, ignore_errors=True)
        return not draft.exists()

    wait_until(removed, 5)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
