"""The list of bad inputs (reliability.md 7.1): a stable answer, nothing recorded, nothing told."""

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.http.conftest import AT, Api

PAYMENT: dict[str, Any] = {"payment": "pay-x", "amount": 100, "tender": "card", "at": AT}
VISIT: dict[str, Any] = {"visit": "v-x", "patient": "p-1", "status": "completed", "at": AT}


AMOUNTS = """
NaN Infinity -0 1e400 0.30000000000000004 1e2 0 -1 true 9007199254740993 9223372036854775808
"12,50" "١٢" "12.345" "1e2" "" null [] {}
"""
RECORDED = ("a_visit_that", "the_transport", "a_name_is")


@pytest.fixture(autouse=True)
def nothing_is_recorded(api: Api, request: pytest.FixtureRequest) -> Iterator[None]:
    """By any of the tests but those few that show what is taken."""
    before = api.client().get("/v1/events?limit=1000").content
    yield
    if not any(name in request.node.name for name in RECORDED):
        assert api.client().get("/v1/events?limit=1000").content == before


def raw(api: Api, text: str) -> httpx.Response:
    headers = {"Idempotency-Key": "raw", "Content-Type": "application/json"}
    path = "/v1/subscriptions/s-1/payments"
    return api.client().post(path, content=text.encode(), headers=headers)


@pytest.mark.parametrize(
    "amount",
    AMOUNTS.split(),
)
def test_an_amount_is_a_count_of_minor_units(api: Api, amount: str) -> None:
    """B9, B10, B11."""
    text = f'{{"payment":"pay-x","amount":{amount},"tender":"card","at":"{AT}"}}'
    answer = raw(api, text)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("currency", ["", "usd", "QQQ", "US", "€"])
def test_a_currency_is_one_there_is(api: Api, currency: str) -> None:
    """B12."""
    answer = api.post("/v1/subscriptions/s-1/payments", **PAYMENT | {"currency": currency})
    assert answer.status_code in {400, 409}


def test_another_currency_than_the_clinics_is_told(api: Api) -> None:
    """B12."""
    answer = api.post("/v1/subscriptions/s-1/payments", **PAYMENT | {"currency": "EUR"})
    assert (answer.status_code, answer.json()["code"]) == (409, "currency_mismatch")


@pytest.mark.parametrize(
    "text",
    [
        '{"payment":"a","amount":1,"amount":2,"tender":"card"}',
        '{"payment":{"_type_":"decimal_str","_data_":"1E+400"},"amount":1,"tender":"card"}',
        '{"payment":"a","amount":' + "9" * 5000 + ',"tender":"card"}',
        '{"payment":' + "[" * 10_000 + "]" * 10_000 + "}",
        '\ufeff{"payment":"a","amount":1,"tender":"card"}',
        '{"payment":"a\\u0000","amount":1,"tender":"card"}',
        '{"payment":"\\ud800","amount":1,"tender":"card"}',
    ],
)
def test_text_that_takes_liberties(api: Api, text: str) -> None:
    """B8, B13, B14, B16."""
    assert raw(api, text).status_code == 400


@pytest.mark.parametrize(
    "at",
    [
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-02-29T10:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-12-31T23:59:60Z",
        "2026-03-08T02:30:00",
        "2026-11-01T01:30:00",
        "2026-03-01T10:00:00 EST5EDT;DROP",
        "2026-03-04T15:00:01Z",
    ],
)
def test_a_time_is_one_there_was_with_its_offset(api: Api, at: str) -> None:
    """B18 to B21."""
    answer = api.post("/v1/subscriptions/s-1/payments", **PAYMENT | {"at": at})
    assert (answer.status_code, answer.json()["field"]) == (400, "at")


@pytest.mark.parametrize("quantity", ["0", "-1", "1.2345", "2147483648", "1e3", "", "٣"])
def test_a_quantity_is_a_small_exact_decimal(api: Api, quantity: str) -> None:
    """B22."""
    lines = [{"line": "1", "service": "drip", "quantity": quantity}]
    answer = api.post("/v1/visits", **VISIT, lines=lines)
    assert (answer.status_code, answer.json()["field"]) == (400, "lines[0].quantity")


def test_a_visit_that_nothing_covers_is_an_answer_not_an_error(api: Api) -> None:
    """B23: another patient's package covers nothing; the visit is billed elsewhere."""
    lines = [{"line": "1", "service": "drip"}]
    answer = api.post("/v1/visits", **VISIT | {"visit": "v-23", "patient": "p-23"}, lines=lines)
    [row] = answer.json()["data"]["coverage"]
    assert (answer.status_code, row["covered"], row["reason"]) == (201, "0", "not_covered")


def test_units_of_another_patient_are_not_moved(api: Api) -> None:
    """B23: what would have to give units is told to be wrong."""
    moved = {"line": "drip", "quantity": "1", "to_patient": "p-2", "to_subscription": "s-9"}
    answer = api.post("/v1/subscriptions/s-1/transfers", **moved, reason="gift", at=AT)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_transferable")


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=0", "limit=1000000000", "sort=amount", "after=1%27%20OR%201=1"]
)
def test_a_list_is_asked_for_in_known_words(api: Api, query: str) -> None:
    """B27, B28."""
    assert api.client().get(f"/v1/events?{query}").status_code == 400


@pytest.mark.parametrize("name", ["%25", "_", "%27%20OR%201=1--", "$.a", "p-1%00", "..%2f..%2fx"])
def test_signs_of_a_query_language_mean_nothing(api: Api, name: str) -> None:
    """B28."""
    answer = api.client().get(f"/v1/patients/{name}/balance")
    assert answer.status_code in {200, 400, 404}
    assert answer.status_code != 200 or answer.json()["subscriptions"] == []


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"X-HTTP-Method-Override": "DELETE"}, 201),
        ("PUT", {}, 405),
        ("DELETE", {}, 405),
        ("POST", {"Content-Type": "text/plain"}, 415),
        ("POST", {"Content-Type": "application/xml"}, 415),
        ("POST", {"Content-Encoding": "gzip"}, 415),
        ("POST", {"Accept": ",".join(["text/html;q=0.1"] * 2000)}, 201),
        ("POST", {"Host": "evil.example", "X-Forwarded-For": "10.0.0.1"}, 201),
    ],
)
def test_the_transport_takes_no_liberties(
    api: Api, method: str, headers: dict[str, str], status: int
) -> None:
    """B15, B32, B33."""
    api.count += 1
    kind = {"Content-Type": "application/json", "Idempotency-Key": f"b32-{api.count}"}
    body = f'{{"patient":"p-32-{api.count}"}}'.encode()
    answer = api.client().request(method, "/v1/patients", content=body, headers=kind | headers)
    assert answer.status_code == status, answer.text
    assert "evil" not in answer.text + str(answer.headers)


def test_a_length_and_chunks_at_once_are_refused(api: Api) -> None:
    """B32: what could be read as two requests is read as none."""
    head = (
        "POST /v1/patients HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", httpx.URL(api.url).port or 0), 60) as connection:
        connection.sendall(head.encode())
        status = connection.recv(64).split()[1]
    assert status in {b"400", b"401"}


@pytest.mark.parametrize("name", ["A\u202eB", "A\u200bB", "<script>alert(1)</script>", "Zoë"])
def test_a_name_is_stored_as_it_is_and_shown_nowhere_as_markup(api: Api, name: str) -> None:
    """B17, B36: answers are JSON that no browser takes for a page."""
    api.count += 1
    answer = api.post("/v1/patients", patient=f"p-17-{api.count}", name=name)
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert name not in answer.text


@pytest.mark.parametrize(
    ("period", "data", "status", "code"),
    [
        ("2026-02", {"expected_digest": "0" * 64}, 409, None),
        ("2026-03", {}, 400, "invalid"),
        ("2031-01", {}, 400, "invalid"),
        ("x", {}, 400, "invalid"),
    ],
)
def test_a_close_that_cannot_be(
    api: Api, period: str, data: dict[str, Any], status: int, code: str | None
) -> None:
    """B38."""
    answer = api.post(f"/v1/periods/{period}/close", **data)
    assert answer.status_code == status, answer.text
    assert code in {None, answer.json()["code"]}


@pytest.mark.parametrize("document", ["../../x", "x" * 4000, "a/b", "a\\b", "con\u0000", "C:\\x"])
def test_an_upload_is_named_by_an_id(api: Api, document: str) -> None:
    """B40: there is no file name to follow; bytes are filed under their digest."""
    data = {"document": document, "kind": "terms", "sha256": "a" * 64, "media_type": "text/plain"}
    answer = api.post("/v1/documents", **data, content_base64="eA==", visit="v-1")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


OF_A_SALE = {"subscription": "s-1", "at": AT}


def test_bytes_that_are_not_what_their_digest_says_are_refused(api: Api) -> None:
    """B40."""
    data = {"document": "doc-x", "kind": "terms", "media_type": "text/plain"} | OF_A_SALE
    answer = api.post("/v1/documents", **data, sha256="a" * 64, content_base64="eA==")
    assert (answer.status_code, answer.json()["field"]) == (400, "sha256")
