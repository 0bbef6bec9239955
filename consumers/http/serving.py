"""The API on a port, in this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from time import monotonic, sleep

import uvicorn
from fastapi import FastAPI

from ledger.errors import LedgerError

#: How long a stop waits for requests that are being answered.
DRAIN = 20
STARTING = 30.0


@contextmanager
def served(app: FastAPI, listener: socket) -> Iterator[int]:
    """Answers at a bound socket until the context ends, then drains; yields the port."""
    config = uvicorn.Config(
        app,
        loop="asyncio",  # whatever else is installed
        http="h11",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody between us and the caller is believed
        timeout_keep_alive=30,
        timeout_graceful_shutdown=DRAIN,
        h11_max_incomplete_event_size=64 * 1024,
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
