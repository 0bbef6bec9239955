"""What was done, was undone, and was seen before: headers that say what the body cannot."""

from typing import Any

import httpx
import pytest

from tests.http.conftest import AT, Api

REVERSAL = {"reason": "wrong patient", "at": AT}


def visit(name: str) -> dict[str, Any]:
    lines = [{"line": "1", "service": "drip"}]
    return {"visit": name, "patient": "p-1", "status": "completed", "lines": lines, "at": AT}


def test_a_command_sent_again_says_when_its_effect_was_undone(api: Api) -> None:
    first = api.post("/v1/visits", key="undone", **visit("v-1"))
    again = api.post("/v1/visits", key="undone", **visit("v-1"))
    assert "Resource-State" not in again.headers
    api.does("/v1/visits/v-1/reversals", **REVERSAL)
    after = api.post("/v1/visits", key="undone", **visit("v-1"))
    assert after.json() == first.json()
    assert after.headers["Idempotency-Replayed"] == "true"
    assert after.headers["Resource-State"] == "reversed"


def test_a_sale_that_is_void_and_a_close_that_was_reopened_say_so(api: Api) -> None:
    sale = {"subscription": "s-void", "patient": "p-1", "offer": "two", "at": AT}
    api.post("/v1/subscriptions", key="void", **sale)
    api.does("/v1/subscriptions/s-void/void", reason="keyed twice", approver="bob", at=AT)
    assert state(api.post("/v1/subscriptions", key="void", **sale)) == "reversed"
    api.post("/v1/periods/2026-02/close", key="close")
    assert state(api.post("/v1/periods/2026-02/close", key="close")) is None
    api.does("/v1/periods/2026-02/reopening", approvers=["bob", "cy"], reason="a visit is missing")
    assert state(api.post("/v1/periods/2026-02/close", key="close")) == "reversed"
    api.does("/v1/periods/2026-02/close")
    assert state(api.post("/v1/periods/2026-02/close", key="close")) == "reversed"


def state(answer: httpx.Response) -> str | None:
    found: str | None = answer.headers.get("Resource-State")
    return found


def test_a_reversal_is_not_reversed_and_not_repeated(api: Api) -> None:
    """B24."""
    api.does("/v1/visits", **visit("v-24"))
    api.does("/v1/visits/v-24/reversals", **REVERSAL)
    again = api.post("/v1/visits/v-24/reversals", **REVERSAL)
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [
        ("older", 409, "conflict"),
        ("newer", 409, "conflict"),
        ('"-1"', 400, "invalid"),
        ("3", 400, "invalid"),
        ("*", 400, "invalid"),
        ('"1", "2"', 400, "invalid"),
    ],
)
def test_a_command_for_another_version_is_refused(
    api: Api, tag: str, status: int, code: str
) -> None:
    """B26."""
    version = int(api.client().get("/v1/subscriptions/s-1").headers["ETag"].strip('"'))
    tags = {"older": f'"{version - 1}"', "newer": f'"{version + 1}"'}
    answer = extends(api, f"no-{status}{tag}".strip('*", '), tags.get(tag, tag))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["field"] == "If-Match"


def test_a_command_for_the_version_that_was_seen_is_taken(api: Api) -> None:
    tag = api.client().get("/v1/subscriptions/s-1").headers["ETag"]
    assert extends(api, "seen", tag).status_code == 201
    assert extends(api, "seen", tag).headers["Idempotency-Replayed"] == "true"
    assert extends(api, "stale", tag).status_code == 409


def extends(api: Api, key: str, tag: str) -> httpx.Response:
    body = {"until": "2026-09-01", "reason": "ill", "approver": "bob", "at": AT}
    headers = {"Idempotency-Key": "".join(filter(str.isalnum, key)), "If-Match": tag}
    return api.client().post("/v1/subscriptions/s-1/extensions", json=body, headers=headers)


def test_a_path_that_names_nothing_has_no_version(api: Api) -> None:
    headers = {"Idempotency-Key": "match", "If-Match": '"1"'}
    answer = api.client().post("/v1/patients", json={"patient": "p-2"}, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (400, "If-Match")


def test_approval_is_asked_for_given_and_used(api: Api) -> None:
    """B25: the front desk asks, the accountant approves, the front desk refunds."""
    refund: dict[str, Any] = {
        "refund": "r-ask",
        "lines": [{"line": "drip", "quantity": "1"}],
        "reason": "moved",
    }
    command = {"command": "refund", "data": refund | {"subscription": "s-1"}}
    front: dict[str, Any] = {"sender": "front_desk"}
    asked = api.post("/v1/approvals", request="ask-1", command=command, **front)
    assert asked.status_code == 201
    own = api.post("/v1/approvals/ask-1/approval", **front)
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")
    assert api.post("/v1/approvals/ask-1/approval", sender="accountant").status_code == 201
    shown = api.client(role="accountant").get("/v1/approvals/ask-1").json()
    assert (shown["standing"], shown["command"]) == ("approved", command)
    path = "/v1/subscriptions/s-1/refunds"
    altered = api.post(path, **front, **refund | {"amount": 1, "approver": "ask-1"})
    assert (altered.status_code, altered.json()["code"]) == (403, "approval_required")
    done = api.post(path, **front, **refund | {"approver": "ask-1"})
    assert done.status_code == 201, done.text
    again = api.post(path, **front, **refund | {"refund": "r-two", "approver": "ask-1"})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
