"""What waits for a second person is listed on the command line."""

from tests.cli.conftest import Terminal


def test_requests_are_listed_until_they_are_decided(terminal: Terminal) -> None:
    command = {
        "command": "extend",
        "data": {"subscription": "s-1", "until": "2026-09-01", "reason": "ill"},
    }
    asked = {"request": "ask-1", "command": command}
    line = {
        "command": "request_approval",
        "id": "q-1",
        "at": "2026-01-05T10:00:00-05:00",
        "actor": {"id": "amy", "role": "accountant"},
        "data": asked,
    }
    now = ("--now", "2026-01-05T16:00:00Z")
    assert terminal.apply(line, options=now).status == 0
    [listed] = terminal.run("approvals", "--json", *now).json
    assert (listed["request"], listed["command"], listed["asked_by"]) == ("ask-1", "extend", "amy")
    assert terminal.run("approvals", "--json", "--now", "2026-02-05T16:00:00Z").json == []
    assert "ask-1" in terminal.run("approvals", *now).out
    decided = {"command": "approve", "id": "q-2", "at": line["at"], "data": {"request": "ask-1"}}
    assert terminal.apply(decided, options=now).status == 0
    assert terminal.run("approvals", "--json", *now).json == []
    [approved] = terminal.run("approvals", "--standing", "approved", "--json", *now).json
    assert approved["decided_by"] == "ada"
