"""Receivers on this machine, a clinic with a history, and its endpoints."""

import hmac
import ssl
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from commands.handling import Commands
from consumers.outgoing.deliveries import Deliveries
from consumers.outgoing.endpoints import Endpoints, NewEndpoint
from consumers.outgoing.sending import Sender
from consumers.outgoing.worker import Deliverer
from tests.support import massages as glow

SERVER_SECRET = b"pepper"


@dataclass
class Post:
    """What arrived: the headers by their names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def position(self) -> int:
        return int(orjson.loads(self.body)["data"]["position"])


@dataclass
class Receiver:
    """A server that notes every request and answers as told, 200 when nothing is told."""

    answers: list[int] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    @property
    def positions(self) -> list[int]:
        return [post.position for post in self.posts]


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver(scheme="http" if tls is None else "https")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            heads = {name.lower(): value for name, value in self.headers.items()}
            receiver.posts.append(Post(self.path, heads, self.rfile.read(length)))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Location", receiver.url + "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 3, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Office:
    """The machinery of webhooks on a database with the clinic `glow`, on a clock of its own."""

    commands: Commands
    endpoints: Endpoints
    deliveries: Deliveries
    clock: Clock
    sold: int = 0

    def add(self, url: str, *types: str, name: str = "billing", clinic: str = "glow") -> str:
        new = NewEndpoint(clinic, name, url, types, "ana")
        secret = self.endpoints.keep(new, self.clock())[1]
        assert secret is not None
        return secret

    def sells(self, count: int = 1) -> None:
        """Each sale is several events."""
        for _ in range(count):
            self.sold += 1
            data = {"patient": f"p-{self.sold}"}
            glow.accepted(
                [
                    self.commands.handle(
                        glow.envelope(
                            "register_patient", f"reg-{self.sold}", "glow", glow.SOLD, **data
                        )
                    )
                ]
            )

    def head(self) -> int:
        head = self.commands.store.head("glow")
        return 0 if head is None else head.position

    def deliverer(self, sender: Sender | None = None) -> Deliverer:
        return Deliverer(self.endpoints, sender or Sender(loopback=True), self.clock)

    def standing(self, name: str = "billing") -> list[tuple[int, str, int]]:
        """Position, state and tries, in the order of positions."""
        listed = self.deliveries.list("glow", name)
        return [(one.position, one.state, one.tries) for one in reversed(listed)]


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    endpoints = Endpoints.open(database, SERVER_SECRET)
    with glow.commands_on(database) as commands:
        glow.open_clinic(commands)
        yield Office(commands, endpoints, Deliveries(endpoints.pool), Clock())
    endpoints.close()


def signed_by(secret: str, post: Post) -> bool:
    """What a receiver does (standardwebhooks.com): the signature over id, time and raw body."""
    key = b64decode(secret.removeprefix("whsec_"))
    told = f"{post.headers['webhook-id']}.{post.headers['webhook-timestamp']}.".encode() + post.body
    right = "v1," + b64encode(hmac.new(key, told, sha256).digest()).decode()
    return right in post.headers["webhook-signature"].split(" ")
