"""``GET /health`` on a port of its own: a supervisor's question, answered from the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import orjson

from ledger.errors import LedgerError

PATH = "/health"


@contextmanager
def answering(host: str, port: int, probe: Callable[[], None]) -> Iterator[int]:
    """Answers until the context ends; yields the port, chosen by the system for 0.

    200 while `probe` returns, 503 when it raises a LedgerError; 404 for any other path.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, {"status": "not found"})
                return
            try:
                probe()
            except LedgerError as error:
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"status": str(error)})
            else:
                self._answer(HTTPStatus.OK, {"status": "ok"})

        def log_message(self, *_: object) -> None:
            """A probe every few seconds is no news."""

        def _answer(self, status: HTTPStatus, content: dict[str, str]) -> None:
            body = orjson.dumps(content)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((host, port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
