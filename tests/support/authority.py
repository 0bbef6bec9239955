"""A time-stamp authority (RFC 3161) on this machine, with a certificate made for the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

INTEGER, OCTETS, OID, TIME, SEQUENCE, SET, TAGGED = 0x02, 0x04, 0x06, 0x18, 0x30, 0x31, 0xA0
SHA, ECDSA = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"
SIGNED, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
TYPE, DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def der(tag: int, *parts: bytes) -> bytes:
    """One element of DER."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    width = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | width]) + size.to_bytes(width) + body


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    body = [40 * first + second]
    for arc in rest:
        sevens = [arc & 0x7F]
        while arc := arc >> 7:
            sevens.insert(0, 0x80 | arc & 0x7F)
        body += sevens
    return der(OID, bytes(body))


def number(value: int) -> bytes:
    return der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def elements(body: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Tag, content and the whole of each element of up to 255 bytes."""
    while body:
        long = body[1] == 0x81
        start = 3 if long else 2
        end = start + body[2 if long else 1]
        yield body[0], body[start:end], body[:end]
        body = body[end:]


class Authority:
    """Its key and certificate, and what it answers."""

    def __init__(self) -> None:
        self.granting = True
        self.confused = False
        self.asked = 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        self._certificate = (
            x509.CertificateBuilder(name, name, self._key.public_key(), 7)
            .not_valid_before(MADE - timedelta(days=3650))
            .not_valid_after(MADE + timedelta(days=3650))
            .add_extension(stamping, critical=True)
            .sign(self._key, SHA256())
        )

    @property
    def pem(self) -> bytes:
        return self._certificate.public_bytes(Encoding.PEM)

    def answer(self, query: bytes) -> bytes:
        """The response to a request."""
        self.asked += 1
        if not self.granting:
            return der(SEQUENCE, der(SEQUENCE, number(2)))
        [(_, request, _)] = elements(query)
        _, (_, _, imprint), *others = elements(request)
        if self.confused:
            hashed = der(OCTETS, sha256(b"something else").digest())
            imprint = der(SEQUENCE, der(SEQUENCE, oid(SHA), b"\x05\x00"), hashed)
        nonce = next(whole for tag, _, whole in others if tag == INTEGER)
        moment = der(TIME, b"20260412000000Z")
        info = der(SEQUENCE, number(1), oid("1.2.3.4"), imprint, number(41), moment, nonce)
        return der(SEQUENCE, der(SEQUENCE, number(0)), self._signed(info))

    def _signed(self, info: bytes) -> bytes:
        """The token: signed data of RFC 5652 over the info."""
        certificate = self._certificate.public_bytes(Encoding.DER)
        named = der(SEQUENCE, der(SEQUENCE, der(OCTETS, sha256(certificate).digest())))
        attributes = sorted(
            der(SEQUENCE, oid(kind), der(SET, value))
            for kind, value in (
                (TYPE, oid(TST_INFO)),
                (DIGEST, der(OCTETS, sha256(info).digest())),
                (CERTIFICATE, der(SEQUENCE, named)),
            )
        )
        signature = self._key.sign(der(SET, *attributes), ec.ECDSA(SHA256()))
        issuer = self._certificate.issuer.public_bytes()
        signer = der(
            SEQUENCE,
            number(1),
            der(SEQUENCE, issuer, number(self._certificate.serial_number)),
            der(SEQUENCE, oid(SHA)),
            der(TAGGED, *attributes),
            der(SEQUENCE, oid(ECDSA)),
            der(OCTETS, signature),
        )
        content = der(SEQUENCE, oid(TST_INFO), der(TAGGED, der(OCTETS, info)))
        algorithms = der(SET, der(SEQUENCE, oid(SHA)))
        parts = (number(3), algorithms, content, der(TAGGED, certificate), der(SET, signer))
        return der(SEQUENCE, oid(SIGNED), der(TAGGED, der(SEQUENCE, *parts)))


@contextmanager
def answering(authority: Authority) -> Iterator[str]:
    """The address at which it answers, until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Says nothing on the terminal."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
