"""Lists come page by page, none is left out, and none is another clinic's."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.http.conftest import AT, Api


@pytest.fixture(scope="module")
def busy(api: Api) -> Api:
    """Five sales with their visits at each clinic, and three requests for approval."""
    for clinic in ("glow", "dew"):
        for number in range(1, 6):
            sale: dict[str, Any] = {
                "subscription": f"l-{number}",
                "patient": f"lp-{number % 2}",
                "offer": "two",
            }
            paid: dict[str, Any] = {"payment": f"lpay-{number}", "amount": 18000, "tender": "card"}
            sold = api.post("/v1/subscriptions", clinic=clinic, **sale, payment=paid, at=AT)
            assert sold.status_code == 201, sold.text
            visit: dict[str, Any] = {
                "visit": f"lv-{number}",
                "patient": sale["patient"],
                "status": "completed",
            }
            lines = [{"line": "1", "service": "drip"}]
            done = api.post("/v1/visits", clinic=clinic, **visit, lines=lines, at=AT)
            assert done.status_code == 201, done.text
        for number in range(1, 4):
            command = {
                "command": "extend",
                "data": {"subscription": f"l-{6 - number}", "until": "2026-09-01", "reason": "ill"},
            }
            asked: dict[str, Any] = {"request": f"ask-{number}", "command": command}
            told = api.post("/v1/approvals", clinic=clinic, sender="accountant", **asked)
            assert told.status_code == 201, told.text
    return api


def pages(api: Api, path: str, limit: int, clinic: str = "glow", **query: str) -> Iterator[Any]:
    cursor: dict[str, str] = {}
    while True:
        asked: dict[str, str | int] = {"limit": limit, **query, **cursor}
        answer = api.client(clinic).get(path, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page["items"]
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
@pytest.mark.parametrize(
    ("path", "name", "newest_first"),
    [
        ("/v1/subscriptions", "subscription", False),
        ("/v1/visits", "visit", True),
        ("/v1/payments", "payment", True),
        ("/v1/approvals", "request", True),
    ],
)
def test_every_page_goes_on_where_the_one_before_ended(
    busy: Api, path: str, name: str, limit: int, *, newest_first: bool
) -> None:
    found = list(pages(busy, path, limit))
    names = [item[name] for items in found for item in items]
    assert all(len(items) <= limit for items in found)
    assert len(names) == len(set(names)) >= 3
    if newest_first:
        positions = [item["position"] for items in found for item in items]
        assert positions == sorted(positions, reverse=True)
    else:
        assert names == sorted(names)


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        ("/v1/subscriptions", {"patient": "lp-0"}, ["l-2", "l-4"]),
        ("/v1/subscriptions", {"patient": "lp-0", "offer": "none"}, []),
        ("/v1/visits", {"patient": "lp-1"}, ["lv-5", "lv-3", "lv-1"]),
        ("/v1/visits", {"patient": "'; drop table"}, None),
        ("/v1/payments", {"subscription": "l-3"}, ["lpay-3"]),
        ("/v1/payments", {"subscription": "%"}, None),
        ("/v1/approvals", {"standing": "lost"}, None),
        ("/v1/visits", {"status": "completed"}, None),
    ],
)
def test_a_list_is_narrowed_to_the_letter(
    busy: Api, path: str, query: dict[str, str], names: list[str] | None
) -> None:
    """B28."""
    answer = busy.client().get(path, params=query)
    if names is None:
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        return
    found = [next(iter(item[key] for key in NAMES if key in item)) for item in of(answer)]
    assert found == names


NAMES = ("visit", "payment", "subscription")


def of(answer: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_contract_of_the_list_is_as_in_its_balance(busy: Api) -> None:
    listed = {item["subscription"]: item for item in of(busy.client().get("/v1/subscriptions"))}
    [alone] = busy.client().get("/v1/subscriptions/l-2").json()["subscriptions"]
    assert listed["l-2"] == {"patient": "lp-0", **alone}


def test_a_cursor_is_for_its_list_and_its_clinic(busy: Api) -> None:
    """B27."""
    next_ = busy.client().get("/v1/visits?limit=1").json()["next"]
    for clinic, path in (("dew", "/v1/visits"), ("glow", "/v1/payments")):
        answer = busy.client(clinic).get(path, params={"cursor": next_})
        assert (answer.status_code, answer.json()["field"]) == (400, "cursor")


def test_what_is_open_for_approval_is_what_may_still_be_decided(busy: Api) -> None:
    def standing(kind: str) -> list[str]:
        found = of(busy.client().get("/v1/approvals", params={"standing": kind}))
        return [item["request"] for item in found]

    assert standing("open") == ["ask-3", "ask-2", "ask-1"]
    busy.does("/v1/approvals/ask-1/approval")
    busy.does("/v1/approvals/ask-2/rejection", reason="no need")
    assert [standing(kind) for kind in ("open", "approved", "rejected", "used")] == [
        ["ask-3"],
        ["ask-1"],
        ["ask-2"],
        [],
    ]
    data = {"until": "2026-09-01", "reason": "ill", "approver": "ask-1"}
    used = busy.post("/v1/subscriptions/l-5/extensions", sender="accountant", **data)
    assert used.status_code == 201, used.text
    assert standing("used") == ["ask-1"]
    [item] = of(busy.client().get("/v1/approvals", params={"standing": "used"}))
    assert (item["asked_by"], item["decided_by"]) == ("accountant-glow", "clinic_admin-glow")
    assert "ask-1" in busy.client("dew").get("/v1/approvals").text


def test_a_rebuilt_list_is_the_same(busy: Api) -> None:
    paths = ("/v1/visits", "/v1/payments", "/v1/approvals?standing=used")
    before = [busy.client().get(path).json()["items"] for path in paths]
    [lists] = [feed for feed in busy.ledger.feeds if feed.projection.name == "lists"]
    lists.rebuild("glow")
    assert [busy.client().get(path).json()["items"] for path in paths] == before
