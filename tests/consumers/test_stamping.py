"""Time stamps (RFC 3161): what the authority answers is checked before it is kept."""

from collections.abc import Iterator

import pytest

from consumers.stamping import NotStamped, stamped
from tests.support.authority import Authority, answering

MESSAGE = b'{"number":1}'


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def url(authority: Authority) -> Iterator[str]:
    with answering(authority) as address:
        yield address


def test_the_answer_is_about_the_message(authority: Authority, url: str) -> None:
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    answer = decode_timestamp_response(stamped(url, MESSAGE))
    verifier = VerifierBuilder(roots=load_pem_x509_certificates(authority.pem)).build()
    assert verifier.verify_message(answer, MESSAGE)


def test_a_refusal_is_no_stamp(authority: Authority, url: str) -> None:
    authority.granting = False
    with pytest.raises(NotStamped, match="refused"):
        stamped(url, MESSAGE)


def test_an_answer_about_something_else_is_no_stamp(authority: Authority, url: str) -> None:
    authority.confused = True
    with pytest.raises(NotStamped, match="something else"):
        stamped(url, MESSAGE)


def test_an_authority_that_is_not_there_is_said_so(url: str) -> None:
    with pytest.raises(NotStamped, match="did not answer"):
        stamped("http://127.0.0.1:1/", MESSAGE)
    with pytest.raises(NotStamped, match="no http address"):
        stamped("file:///etc/passwd", MESSAGE)
