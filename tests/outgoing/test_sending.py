"""One try: to the checked address with the name's certificate, bounded, and never inwards."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumers.outgoing import sending
from consumers.outgoing.deliveries import Outcome
from consumers.outgoing.sending import Sender
from tests.outgoing.conftest import Office, Receiver, receiving

NAME = "hooks.example.org"


def post(sender: Sender, url: str) -> Outcome:
    return asyncio.run(sender.post(url, b"{}", {"webhook-id": "glow:1"}))


def here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For `NAME`, signed by itself; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def secure(certificate: Path) -> Iterator[Receiver]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with receiving(tls) as made:
        yield made


def test_the_certificate_is_that_of_the_name_at_the_checked_address(
    secure: Receiver, certificate: Path
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    sender = Sender(loopback=True, resolving=here, trust=trust)
    assert post(sender, f"https://{NAME}:{secure.port}/hook") == Outcome(status=200)
    assert secure.posts[-1].headers["host"] == f"{NAME}:{secure.port}"
    other = post(sender, f"https://other.example.org:{secure.port}/hook")
    assert (other.taken, other.error) == (False, "no connection: ConnectError")
    stranger = Sender(loopback=True, resolving=here)
    assert not post(stranger, f"https://{NAME}:{secure.port}/hook").taken
    assert len(secure.posts) == 1


def test_a_name_that_means_something_else_by_now_gets_nothing(
    secure: Receiver, certificate: Path
) -> None:
    """B34: DNS that rebinds."""
    before = len(secure.posts)
    trust = ssl.create_default_context(cafile=str(certificate))
    found = post(Sender(resolving=here, trust=trust), f"https://{NAME}:{secure.port}/hook")
    assert found == Outcome(error="the host is not on the public internet")
    assert len(secure.posts) == before


def test_a_name_is_asked_for_once(receiver: Receiver) -> None:
    """B34: what is checked is what is connected to."""
    asked = []

    def once(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    sender = Sender(loopback=True, resolving=once)
    assert post(sender, f"http://{NAME}:{receiver.port}/hook").taken
    assert asked == [NAME]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_no_answer_and_is_not_followed(receiver: Receiver, status: int) -> None:
    """B34: redirect to private."""
    receiver.answers = [status]
    found = post(Sender(loopback=True), receiver.url)
    assert (found.taken, found.status) == (False, status)
    assert [one.path for one in receiver.posts] == ["/hook"]


def test_no_proxy_of_the_environment_is_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(Sender(loopback=True), receiver.url).taken


@pytest.mark.parametrize("speech", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"nonsense\r\n\r\n"])
def test_who_does_not_answer_or_never_ends_is_given_up(
    speech: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Header by header, each in time, an answer could go on for ever."""
    monkeypatch.setattr(sending, "SECONDS", 0.5)

    async def story() -> Outcome:
        async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                writer.write(speech)
                while speech != b"nonsense\r\n\r\n":
                    writer.write(b"x" if speech else b"")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            except ConnectionError:
                return
            finally:
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await Sender(loopback=True).post(f"http://127.0.0.1:{port}/", b"{}", {})

    found = asyncio.run(story())
    assert not found.taken
    assert found.error is not None


def test_nobody_there_is_told_without_an_address(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = post(Sender(loopback=True), f"http://127.0.0.1:{port}/")
    assert found == Outcome(error="no connection: ConnectError")
