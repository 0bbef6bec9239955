"""A proxy before PostgreSQL that loses the reply to an append, after it was committed."""

import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

APPEND = b"ledger.append("


class LosingProxy:
    """Passes everything on, but cuts the connection instead of the next `losses` replies.

    The server commits before it replies, so what is lost is the answer and never the work.
    `lost` counts.
    """

    def __init__(self, conninfo: str, folder: Path) -> None:
        server = conninfo_to_dict(conninfo)
        self._name = f".s.PGSQL.{server.get('port', 5432)}"
        self._server = str(Path(str(server["host"])) / self._name)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / self._name))
        self._listener.listen()
        self.conninfo = make_conninfo(conninfo, host=str(folder))
        self.losses = 0
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                threading.Thread(target=self._pass, args=(client, server), daemon=True).start()

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        appending = False
        with client, server, selectors.DefaultSelector() as ready, suppress(OSError):
            ready.register(client, selectors.EVENT_READ)
            ready.register(server, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    data = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
                    if not data:
                        return
                    if key.fileobj is client:
                        appending = appending or APPEND in data
                        server.sendall(data)
                    elif appending and self.losses:
                        self.losses -= 1
                        self.lost += 1
                        return
                    else:
                        appending = False
                        client.sendall(data)
