"""A clinic says over HTTP where its events are posted (reliability.md 6.9)."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from consumers.outgoing import addresses, wanting
from consumers.outgoing.sending import Sender
from consumers.outgoing.worker import Deliverer
from ledger.client import Client
from ledger.store.pool import lent
from tests.http.conftest import Api
from tests.outgoing.conftest import Receiver, receiving, signed_by

PLACE = "/v1/webhook-endpoints"


@pytest.fixture
def receiver(api: Api) -> Iterator[Receiver]:
    """For development, with `LEDGER_WEBHOOK_LOOPBACK`."""
    before = api.ledger.settings
    api.ledger.settings = replace(before, webhook_loopback=True)
    with receiving() as made:
        yield made
    api.ledger.settings = before


@pytest.mark.parametrize(
    "url",
    [
        *("https://localhost/hook", "https://127.0.0.1/", "https://169.254.169.254/"),
        *("https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://0177.0.0.1/"),
        *("http://93.184.215.14/", "ftp://93.184.215.14/", "https://me@93.184.215.14/", ""),
    ],
)
def test_an_address_within_is_refused(api: Api, url: str) -> None:
    """B34."""
    answer = put(api, "inner", url)
    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (400, "invalid", "url")
    assert "inner" not in api.client().get(PLACE).text


def test_a_name_that_leads_within_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """B34."""

    def within(url: str, *, loopback: bool) -> addresses.Target:
        return addresses.checked(url, loopback=loopback, resolving=lambda *_: ["10.0.0.1"])

    monkeypatch.setattr(wanting, "checked", within)
    answer = put(api, "inner", "https://hooks.example.org/")
    assert (answer.status_code, answer.json()["field"]) == (400, "url")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": 5}, "url"),
        ({"url": "https://93.184.215.14/", "types": ["PackageSolt"]}, "types"),
        ({"url": "https://93.184.215.14/", "secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_read_is_told(api: Api, body: dict[str, object], field: str) -> None:
    answer = api.client().put(f"{PLACE}/wrong", json=body, headers=keyed("wrong"))
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_an_endpoint_from_its_first_day_to_its_last(api: Api, receiver: Receiver) -> None:
    client = Client(api.url, api.key("glow", "clinic_admin"))
    types = ["PatientRegistered"]
    made = client.keep_webhook_endpoint("books", "hook-1", url=receiver.url, types=types)
    secret = made.value["secret"]
    assert "secret" not in client.keep_webhook_endpoint("books", "hook-2", url=receiver.url).value
    [listed] = client.webhook_endpoints().value["items"]
    assert (listed["endpoint"], listed["types"], listed["disabled_at"]) == ("books", [], None)
    sent = client.register_patient("reg-hook", patient="p-hook")
    deliver(api)
    assert signed_by(secret, receiver.posts[-1])
    page = client.webhook_deliveries("books", limit=1).value
    assert (page["items"][0]["position"], page["items"][0]["state"]) == (sent.position, "delivered")
    replayed = client.replay_webhook_deliveries("books", "hook-3", first=sent.position).value
    assert replayed["deliveries"] == 1
    new = client.rotate_webhook_secret("books", "hook-4").value["secret"]
    deliver(api)
    assert signed_by(secret, receiver.posts[-1])
    assert signed_by(new, receiver.posts[-1])
    client.enable_webhook_endpoint("books", "hook-5")
    client.remove_webhook_endpoint("books", "hook-6")
    assert client.webhook_endpoints().value["items"] == []


def deliver(api: Api) -> None:
    asyncio.run(Deliverer(api.ledger.endpoints, Sender(loopback=True)).work_off())


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def put(api: Api, name: str, url: str, key: str | None = None) -> httpx.Response:
    """Under a key of its own, unless one is given."""
    api.count += 1
    headers = keyed(key or f"put-{api.count}")
    return api.client().put(f"{PLACE}/{name}", json={"url": url}, headers=headers)


def test_a_secret_is_in_no_answer_but_its_first(api: Api, receiver: Receiver) -> None:
    secret = put(api, "once", receiver.url).json()["secret"]
    for path in (PLACE, f"{PLACE}/once/deliveries"):
        assert secret not in api.client().get(path).text
    assert secret not in put(api, "once", receiver.url).text
    api.client().delete(f"{PLACE}/once", headers=keyed("end-once"))


def test_a_change_sent_again_is_made_once_and_answered_the_same(
    api: Api, receiver: Receiver
) -> None:
    """Whoever lost the answer still learns the secret, and it is still the only one."""
    client = api.client()
    for method, path, body in (
        ("PUT", "", {"url": receiver.url}),
        ("POST", "/secret", None),
        ("POST", "/replays", {"first": 1}),
        ("POST", "/enablement", None),
        ("DELETE", "", None),
    ):
        headers = keyed(f"again {method}{path}".replace("/", "-").replace(" ", "-"))
        first, again = (
            client.request(method, f"{PLACE}/again{path}", json=body, headers=headers) for _ in "ab"
        )
        assert first.is_success, first.text
        assert (first.status_code, first.json()) == (again.status_code, again.json())
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"


def test_the_same_change_at_once_is_one(api: Api, receiver: Receiver) -> None:
    put(api, "busy", receiver.url)
    client, headers = api.client(), keyed("rotate-busy")
    with ThreadPoolExecutor(4) as several:
        asked = [
            several.submit(client.post, f"{PLACE}/busy/secret", headers=headers) for _ in range(4)
        ]
        answers = [one.result() for one in asked]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["secret"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 3
    client.delete(f"{PLACE}/busy", headers=keyed("end-busy"))


def test_a_key_is_for_one_change_and_every_change_needs_one(api: Api, receiver: Receiver) -> None:
    put(api, "first", receiver.url, "once-and-for-all")
    other = put(api, "second", receiver.url, "once-and-for-all")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    assert "second" not in api.client().get(PLACE).text
    for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/replays")):
        answer = api.client().request(method, f"{PLACE}/first{path}", json={"first": 1})
        assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")
    assert "first" in api.client().get(PLACE).text
    api.client().delete(f"{PLACE}/first", headers=keyed("end-first"))


def test_no_secret_is_kept_with_the_answer(api: Api, receiver: Receiver) -> None:
    secret = put(api, "kept", receiver.url, "keep-kept").json()["secret"]
    with lent(api.ledger.endpoints.pool) as connection:
        rows = connection.execute("SELECT t::text FROM ops.webhook_act t").fetchall()
    assert rows
    assert not any(secret.removeprefix("whsec_") in row for (row,) in rows)
    api.client().delete(f"{PLACE}/kept", headers=keyed("end-kept"))


def test_deliveries_are_listed_page_by_page(api: Api, receiver: Receiver) -> None:
    client = api.client()
    put(api, "paged", receiver.url)
    span = {"first": 1, "last": 5}
    client.post(f"{PLACE}/paged/replays", json=span, headers=keyed("replay-paged"))
    place, seen = f"{PLACE}/paged/deliveries", []
    page = client.get(place, params={"limit": 2, "state": "pending"}).json()
    while True:
        seen += [item["position"] for item in page["items"]]
        if page["next"] is None:
            break
        asked = {"limit": 2, "state": "pending", "cursor": page["next"]}
        page = client.get(place, params=asked).json()
    assert seen == [5, 4, 3, 2, 1]
    for wrong in ({"state": "lost"}, {"cursor": "x"}, {"limit": 0}):
        assert client.get(place, params=wrong).status_code == 400
    client.delete(f"{PLACE}/paged", headers=keyed("end-paged"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", ""),
        ("POST", "/secret"),
        ("POST", "/enablement"),
        ("POST", "/replays"),
        ("GET", "/deliveries"),
    ],
)
def test_another_clinics_endpoint_is_like_none(
    api: Api, receiver: Receiver, method: str, path: str
) -> None:
    headers = keyed(f"theirs{method}{path}".replace("/", "-"))
    body = {"url": receiver.url}
    own = api.client("dew").put(f"{PLACE}/theirs", json=body, headers=headers)
    assert own.status_code in {200, 201}
    found: list[httpx.Response] = [
        api.client("glow").request(
            method, f"{PLACE}/{name}{path}", json={"first": 1}, headers=headers
        )
        for name in ("theirs", "nobodys")
    ]
    assert [one.status_code for one in found] == [404, 404]
    assert found[0].json() == found[1].json()
    assert "theirs" in api.client("dew").get(PLACE).text
