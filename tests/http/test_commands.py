"""Commands over HTTP are the commands: same answers, same codes, once for each key."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.http.conftest import AT, Api

SALE = {"subscription": "s-1", "patient": "p-1", "offer": "two"}
OWN_APPROVAL = {"until": "2026-09-01", "reason": "ill", "approver": "clinic_admin-glow"}


def visit(name: str, **more: Any) -> dict[str, Any]:
    lines = [{"line": "1", "service": "drip"}]
    return {"visit": name, "patient": "p-1", "status": "completed", "lines": lines, "at": AT} | more


def test_a_visit_is_recorded_and_read_at_once(api: Api) -> None:
    answer = api.post("/v1/visits", **visit("v-1"))
    assert answer.status_code == 201
    position = answer.headers["Last-Position"]
    assert answer.json()["data"]["coverage"][0]["covered"] == "1"
    balance = api.client().get(f"/v1/patients/p-1/balance?at_least={position}")
    assert balance.headers["Last-Position"] >= position
    [contract] = balance.json()["subscriptions"]
    assert contract["lines"][0]["used"] == "1"


def test_the_same_key_has_its_effect_once(api: Api) -> None:
    first = api.post("/v1/patients", key="once", patient="p-once")
    again = api.post("/v1/patients", key="once", patient="p-once")
    other = api.post("/v1/patients", key="once", patient="p-other")
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["code"] == "idempotency_conflict"


def test_the_same_key_twice_at_once_is_one_command(api: Api) -> None:
    api.client()
    with ThreadPoolExecutor(2) as both:
        sent = [both.submit(api.post, "/v1/patients", "race", patient="p-race") for _ in "ab"]
    found = [one.result() for one in sent]
    assert sorted(one.status_code for one in found) == [200, 201]
    assert found[0].json() == found[1].json()


def test_keys_of_two_clinics_have_nothing_to_do_with_each_other(api: Api) -> None:
    for clinic in ("glow", "dew"):
        answer = api.post("/v1/patients", key="shared", clinic=clinic, patient="p-shared")
        assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 300, "a b"])
def test_what_is_no_key_is_refused(api: Api, key: str) -> None:
    headers = {"Idempotency-Key": key}
    answer = api.client().post("/v1/patients", json={"patient": "p-9"}, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize("key", ["k\x7f", "k\x1b"])
def test_a_key_with_a_control_character_is_no_header(api: Api, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    answer = api.client().post("/v1/patients", json={"patient": "p-9"}, headers=headers)
    assert answer.status_code == 400


def test_a_command_without_a_key_is_refused(api: Api) -> None:
    answer = api.client().post("/v1/patients", json={"patient": "p-9"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"amount": 0.1}, "amount"),
        ({"amount": "12,50"}, "amount"),
        ({"amount": 2**63}, None),
        ({"role": "clinic_admin"}, "role"),
        ({"clinic_id": "dew"}, "clinic_id"),
        ({"approved_by": "bo"}, "approved_by"),
        ({"recorded_at": AT}, "recorded_at"),
        ({"subscription": "s-2"}, "subscription"),
        ({"at": "2026-03-02T10:00:00"}, "at"),
        ({"at": "2026-03-09T10:00:00Z"}, "at"),
        ({"payment": {"_type_": "decimal_str", "_data_": "1E+400"}}, None),
    ],
)
def test_a_wrong_field_is_named(api: Api, data: dict[str, Any], field: str | None) -> None:
    payment: dict[str, Any] = {"payment": "pay-x", "amount": 100, "tender": "card", "at": AT}
    answer = api.post("/v1/subscriptions/s-1/payments", **payment | data)
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field is None or answer.json()["field"] == field


@pytest.mark.parametrize(
    "raw",
    [
        b'{"patient":"a","patient":"b"}',
        b'{"patient":NaN}',
        b"[" * 10_000,
        b'{"patient":"\xff"}',
        b'{"patient":"\\ud800"}',
        b"[]",
        b"",
    ],
)
def test_a_body_that_takes_liberties_is_refused(api: Api, raw: bytes) -> None:
    headers = {"Idempotency-Key": "raw", "Content-Type": "application/json"}
    answer = api.client().post("/v1/patients", content=raw, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_body_of_another_kind_is_refused(api: Api) -> None:
    headers = {"Idempotency-Key": "form"}
    answer = api.client().post("/v1/patients", data={"patient": "p"}, headers=headers)
    assert answer.status_code == 415


def test_a_body_that_is_too_large_is_not_read(api: Api) -> None:
    headers = {"Idempotency-Key": "big", "Content-Type": "application/json"}

    def endless() -> Any:
        while True:
            yield b" " * 65536

    with httpx.Client(base_url=api.url, headers=api.client().headers) as client:
        try:
            status = client.post("/v1/patients", content=endless(), headers=headers).status_code
        except httpx.WriteError:  # the server hung up on us, which is an answer too
            status = 413
    assert status == 413
    assert api.client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("path", "data", "status", "code"),
    [
        ("/v1/subscriptions", SALE | {"offer": "no"}, 404, "unknown_offer"),
        ("/v1/subscriptions/s-no/pause", {"from": "2026-03-03"}, 404, "unknown_subscription"),
        ("/v1/subscriptions", SALE, 409, "duplicate"),
        ("/v1/periods/2027-01/close", {}, 400, "invalid"),
        ("/v1/subscriptions/s-1/extensions", OWN_APPROVAL, 403, "approval_required"),
    ],
)
def test_refusals_have_their_code_and_status(
    api: Api, path: str, data: dict[str, Any], status: int, code: str
) -> None:
    answer = api.post(path, **data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_many_commands_come_as_lines_and_answer_as_lines(api: Api) -> None:
    lines = "\n".join(
        f'{{"command":"register_patient","id":"bulk-{n}","at":"{AT}","data":{{"patient":"b-{n}"}}}}'
        for n in range(450)
    )
    foreign = f'{{"command":"register_patient","id":"f","clinic":"dew","at":"{AT}","data":{{}}}}'
    kind = {"Content-Type": "application/x-ndjson"}
    answer = api.client().post(
        "/v1/commands", content=f"{lines}\nnot json\n{foreign}\n", headers=kind
    )
    found = [httpx.Response(200, text=line).json() for line in answer.text.splitlines()]
    assert [one["ok"] for one in found] == [True] * 450 + [False] * 2
    assert [one["error"]["code"] for one in found[-2:]] == ["invalid", "invalid"]
