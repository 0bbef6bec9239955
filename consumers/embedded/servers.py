"""Both servers of a data folder, shared by the processes that use it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from consumers.embedded.errors import EmbeddedError, InUse
from consumers.embedded.nats_server import NatsServer
from consumers.embedded.place import make_data_folder
from consumers.embedded.postgres_server import PostgresServer
from consumers.embedded.processes import Users

LOCK_SECONDS = 180
"""Longer than initialising and starting both servers takes on a slow machine."""


@dataclass(frozen=True, slots=True)
class Servers:
    """The embedded servers of the folder `data`; `overrides` are settings for PostgreSQL.

    A process calls `join` before it asks for an address and `leave` when it is done, so that
    nobody stops the servers under it. Everything happens under a lock that the system frees
    when its holder dies; what a killed process or server left behind is taken over.
    Every call raises EmbeddedError with what to do about it.
    """

    data: Path
    overrides: Mapping[str, str] = field(default_factory=dict)

    def postgres(self) -> str:
        """Connection string of the superuser on the database `ledger`, started if need be."""
        with self._locked():
            server = PostgresServer(self._data, self.overrides)
            server.start()
            return server.conninfo()

    def nats(self) -> str:
        """``nats://127.0.0.1:<port>``, started if need be."""
        with self._locked():
            server = NatsServer(self._data)
            server.start()
            return server.url()

    def running(self) -> list[str]:
        """Which of `postgres` and `nats` are up."""
        return [name for name, server in self._servers() if server.running() is not None]

    def join(self) -> None:
        """Count this process among the users of the folder."""
        with self._locked():
            self._users.add()

    def leave(self) -> None:
        """Count this process no longer."""
        self._users.remove()

    def stop(self, force: bool = False) -> list[str]:
        """Stop what runs and name it; `force` even while others use it.

        Raises InUse when another live process uses the folder.
        """
        if not self._data.exists():
            return []
        with self._locked():
            others = self._users.others()
            if others and not force:
                raise InUse(self.data, others)
            return [name for name, server in self._servers() if server.stop()]

    def _servers(self) -> list[tuple[str, NatsServer | PostgresServer]]:
        return [
            ("nats", NatsServer(self._data)),
            ("postgres", PostgresServer(self._data, self.overrides)),
        ]

    @property
    def _data(self) -> Path:
        return self.data.resolve()

    @property
    def _users(self) -> Users:
        return Users(self._data / "users")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            make_data_folder(self._data)
            (self._data / "log").mkdir(mode=0o700, exist_ok=True)
            lock = FileLock(self._data / "lock", timeout=LOCK_SECONDS)
            with lock:
                yield
        except Timeout:
            raise EmbeddedError(f"another process holds {self._data / 'lock'}") from None
        except PermissionError as error:
            raise EmbeddedError(f"{error.filename}: not allowed for this user") from error
