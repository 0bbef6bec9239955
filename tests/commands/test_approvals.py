"""Two people: one asks, another approves exactly that, and it is done once (B25)."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.events import Recorded
from tests.commands.practice import VISITED, Practice, visit

JO = {"id": "jo", "role": "front_desk"}
ACC = {"id": "acc", "role": "accountant"}
ONE = [{"line": "m", "quantity": "1"}]
REFUND = {"subscription": "s-1", "refund": "r-1", "lines": ONE, "reason": "moved away"}


@pytest.fixture
def desk(practice: Practice) -> Practice:
    """A pack of which one massage is used."""
    practice.opens().sells()
    practice.does("record_visit", visit(), VISITED)
    return practice


def asks(desk: Practice, request: str = "ask-1", **more: Any) -> None:
    command = {"command": "refund", "data": REFUND} | more
    data = {"request": request, "command": command}
    desk.does("request_approval", data, VISITED, actor=JO)


def approves(desk: Practice, request: str = "ask-1") -> None:
    desk.does("approve", {"request": request}, VISITED, actor=ACC)


def sends(desk: Practice, actor: dict[str, str] = JO, **more: Any) -> str | None:
    """The code of the refusal of the refund with the request as its approver."""
    data = REFUND | {"approver": "ask-1"} | more
    result = desk.send(desk.line("refund", data, VISITED, actor=actor))
    return None if result.error is None else result.error.code.value


def test_what_was_approved_is_done_once(desk: Practice) -> None:
    asks(desk)
    assert sends(desk) == "approval_required"
    approves(desk)
    before = desk.head()
    assert sends(desk) is None
    assert desk.told(before)[-1] == "ApprovalUsed approval/ask-1"
    assert sends(desk, refund="r-2") == "duplicate"


def test_sent_again_the_command_gives_its_first_answer(desk: Practice) -> None:
    asks(desk)
    approves(desk)
    line = desk.line("refund", REFUND | {"approver": "ask-1"}, VISITED, actor=JO)
    first = desk.send(line)
    assert (first.ok, desk.send(line).replayed) == (True, True)


@pytest.mark.parametrize(
    "altered",
    [
        {"amount": 1},
        {"refund": "r-2"},
        {"reason": "moved far away"},
        {"lines": [{"line": "m", "quantity": "2"}]},
    ],
)
def test_an_altered_command_is_not_what_was_approved(
    desk: Practice, altered: dict[str, Any]
) -> None:
    asks(desk)
    approves(desk)
    assert sends(desk, **altered) == "approval_required"
    assert sends(desk) is None


@pytest.mark.parametrize(
    ("bound", "code"),
    [
        ({"at": VISITED}, None),
        ({"at": "2026-01-12T15:00:00Z"}, None),
        ({"at": "2026-01-12T15:00:01Z"}, "approval_required"),
        ({"actor": JO}, None),
        ({"actor": ACC}, "approval_required"),
        ({"id": "another"}, "approval_required"),
        ({"clinic": "another"}, "approval_required"),
    ],
)
def test_what_the_request_names_is_bound(
    desk: Practice, bound: dict[str, Any], code: str | None
) -> None:
    asks(desk, **bound)
    approves(desk)
    assert sends(desk) == code


def test_another_person_cannot_use_the_approval(desk: Practice) -> None:
    asks(desk)
    approves(desk)
    assert sends(desk, {"id": "kim", "role": "front_desk"}) == "approval_required"


def test_nobody_approves_his_own_request(desk: Practice) -> None:
    command = {"command": "refund", "data": REFUND}
    desk.does("request_approval", {"request": "ask-1", "command": command}, VISITED, actor=ACC)
    error = desk.refuses("approve", {"request": "ask-1"}, VISITED, actor=ACC)
    assert error["code"] == "approval_required"


def test_who_may_not_act_alone_may_not_approve(desk: Practice) -> None:
    command = {"command": "extend", "data": {"subscription": "s-1", "until": "2026-12-31"}}
    handler = {"id": "di", "role": "dispute_handler"}
    desk.does("request_approval", {"request": "ask-1", "command": command}, VISITED, actor=handler)
    error = desk.refuses("approve", {"request": "ask-1"}, VISITED, actor=ACC)
    assert error["code"] == "forbidden"


def test_nobody_asks_for_what_he_may_not_even_ask(desk: Practice) -> None:
    command = {"command": "extend", "data": {"subscription": "s-1"}}
    data = {"request": "ask-1", "command": command}
    error = desk.refuses("request_approval", data, VISITED, actor=JO)
    assert error["code"] == "forbidden"


def test_a_rejected_request_stays_rejected(desk: Practice) -> None:
    asks(desk)
    desk.does("reject", {"request": "ask-1", "reason": "no"}, VISITED, actor=ACC)
    error = desk.refuses("approve", {"request": "ask-1"}, VISITED, actor=ACC)
    assert error["code"] == "duplicate"
    assert sends(desk) == "approval_required"


@pytest.mark.parametrize(("days", "code"), [(7, None), (8, "expired")])
def test_an_approval_holds_for_a_week(desk: Practice, days: int, code: str | None) -> None:
    asks(desk)
    approves(desk)
    desk.clock.now += timedelta(days=days)
    assert sends(desk) == code


def test_a_request_that_has_expired_is_not_approved(desk: Practice) -> None:
    asks(desk)
    desk.clock.now += timedelta(days=8)
    error = desk.refuses("approve", {"request": "ask-1"}, VISITED, actor=ACC)
    assert error["code"] == "expired"


def test_two_requests_approved_by_one_person_are_one_approver(desk: Practice) -> None:
    desk.does("close_period", {"period": "2026-01"}, VISITED)
    reopening = {"period": "2026-01", "reason": "a visit was missing"}
    command = {"command": "reopen_period", "data": reopening}
    for request, person in (("ask-1", "bob"), ("ask-2", "bob"), ("ask-3", "cy")):
        data = {"request": request, "command": command}
        desk.does("request_approval", data, VISITED, actor=ACC)
        actor = {"id": person, "role": "clinic_admin"}
        desk.does("approve", {"request": request}, VISITED, actor=actor)
    twice = reopening | {"approvers": ["ask-1", "ask-2"]}
    error = desk.refuses("reopen_period", twice, VISITED, actor=ACC)
    assert (error["code"], error["field"]) == ("approval_required", "data.approvers")
    desk.does("reopen_period", reopening | {"approvers": ["ask-1", "ask-3"]}, VISITED, actor=ACC)


def test_the_event_holds_no_text_of_the_command(desk: Practice) -> None:
    asks(desk)
    asked: Recorded = desk.history()[-1]
    assert "moved away" not in asked.event.model_dump_json()
    assert desk.commands.store.erase(desk.clinic, "p-1") >= 1
    approves(desk)
    assert sends(desk) == "approval_required"


@pytest.mark.parametrize(
    "command",
    [
        {"command": "refund"},
        {"command": "nothing", "data": {}},
        {"command": "refund", "data": REFUND | {"approver": "bob"}},
        {"command": "refund", "data": REFUND, "position": 1},
        "refund",
    ],
)
def test_what_is_no_command_is_no_request(desk: Practice, command: Any) -> None:
    data = {"request": "ask-1", "command": command}
    error = desk.refuses("request_approval", data, VISITED, actor=JO)
    assert error["code"] == "invalid"
