"""A clinic says over HTTP where its events are posted (reliability.md 6.9)."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from consumers.outgoing import addresses, wanting
from consumers.outgoing.sending import Sender
from consumers.outgoing.worker import Deliverer
from ledger.client import Client
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
    answer = api.client().put(f"{PLACE}/inner", json={"url": url})
    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (400, "invalid", "url")
    assert "inner" not in api.client().get(PLACE).text


def test_a_name_that_leads_within_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """B34."""

    def within(url: str, *, loopback: bool) -> addresses.Target:
        return addresses.checked(url, loopback=loopback, resolving=lambda *_: ["10.0.0.1"])

    monkeypatch.setattr(wanting, "checked", within)
    answer = api.client().put(f"{PLACE}/inner", json={"url": "https://hooks.example.org/"})
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
    answer = api.client().put(f"{PLACE}/wrong", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_an_endpoint_from_its_first_day_to_its_last(api: Api, receiver: Receiver) -> None:
    client = Client(api.url, api.key("glow", "clinic_admin"))
    made = client.keep_webhook_endpoint("books", url=receiver.url, types=["PatientRegistered"])
    secret = made.value["secret"]
    assert "secret" not in client.keep_webhook_endpoint("books", url=receiver.url).value
    [listed] = client.webhook_endpoints().value["items"]
    assert (listed["endpoint"], listed["types"], listed["disabled_at"]) == ("books", [], None)
    sent = client.register_patient("reg-hook", patient="p-hook")
    deliver(api)
    assert signed_by(secret, receiver.posts[-1])
    page = client.webhook_deliveries("books", limit=1).value
    assert (page["items"][0]["position"], page["items"][0]["state"]) == (sent.position, "delivered")
    replayed = client.replay_webhook_deliveries("books", first=sent.position).value
    assert replayed["deliveries"] == 1
    new = client.rotate_webhook_secret("books").value["secret"]
    deliver(api)
    assert signed_by(secret, receiver.posts[-1])
    assert signed_by(new, receiver.posts[-1])
    client.enable_webhook_endpoint("books")
    client.remove_webhook_endpoint("books")
    assert client.webhook_endpoints().value["items"] == []


def deliver(api: Api) -> None:
    asyncio.run(Deliverer(api.ledger.endpoints, Sender(loopback=True)).work_off())


def test_a_secret_is_in_no_answer_but_its_first(api: Api, receiver: Receiver) -> None:
    client = api.client()
    secret = client.put(f"{PLACE}/once", json={"url": receiver.url}).json()["secret"]
    for path in (PLACE, f"{PLACE}/once/deliveries"):
        assert secret not in client.get(path).text
    assert secret not in client.put(f"{PLACE}/once", json={"url": receiver.url}).text
    client.delete(f"{PLACE}/once")


def test_deliveries_are_listed_page_by_page(api: Api, receiver: Receiver) -> None:
    client = api.client()
    client.put(f"{PLACE}/paged", json={"url": receiver.url})
    client.post(f"{PLACE}/paged/replays", json={"first": 1, "last": 5})
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
    client.delete(f"{PLACE}/paged")


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
    own = api.client("dew").put(f"{PLACE}/theirs", json={"url": receiver.url})
    assert own.status_code in {200, 201}
    found: list[httpx.Response] = [
        api.client("glow").request(method, f"{PLACE}/{name}{path}", json={"first": 1})
        for name in ("theirs", "nobodys")
    ]
    assert [one.status_code for one in found] == [404, 404]
    assert found[0].json() == found[1].json()
    assert "theirs" in api.client("dew").get(PLACE).text
