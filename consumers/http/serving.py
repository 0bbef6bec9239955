"""The API on a port, in this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from time import monotonic, sleep

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ledger.errors import LedgerError

#: How long a stop waits for requests that are being answered.
DRAIN = 20
STARTING = 30.0
#: A request's line and headers are given up beyond this, and what was read with it.
MOST_HEAD = 64 * 1024
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


class Bounded(HttpToolsProtocol):
    """HTTP/1.1 on one connection; the parser itself would collect headers without an end."""

    _head = 0
    _is_in_head = False

    def data_received(self, data: bytes) -> None:
        """Reads on, unless the head has become too large."""
        super().data_received(data)
        if not self._is_in_head:
            return
        self._head += len(data)
        if self._head > MOST_HEAD:
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._head, self._is_in_head = 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is over."""
        self._is_in_head = False
        super().on_headers_complete()


@contextmanager
def served(app: FastAPI, listener: socket) -> Iterator[int]:
    """Answers at a bound socket until the context ends, then drains; yields the port."""
    config = uvicorn.Config(
        app,
        loop="auto",  # uvloop, where there is one for the system
        http=Bounded,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody between us and the caller is believed
        timeout_keep_alive=30,
        timeout_graceful_shutdown=DRAIN,
        limit_concurrency=256,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        _wait(server, thread)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    late = monotonic() + STARTING
    while not server.started:
        if not thread.is_alive() or monotonic() > late:
            raise LedgerError("the HTTP server did not start")
        sleep(0.01)
