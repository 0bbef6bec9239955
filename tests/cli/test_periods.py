"""A period as it is typed: soft close, close, reopen, close again, verify either version."""

import pytest

from tests.cli.conftest import Terminal, sale, visit

NOW = ("--now", "2026-02-04T09:00:00-05:00")
TWO = ("--approver", "bob", "--approver", "cy")
WHY = ("--reason", "a visit was missing")
FRONT = {"actor": {"id": "fay", "role": "front_desk"}}


@pytest.fixture(scope="module")
def sold(terminal: Terminal) -> Terminal:
    assert terminal.apply(sale("s-1"), options=NOW).status == 0
    return terminal


def late(key: str) -> dict[str, object]:
    return {**visit(key), "at": "2026-01-30T10:00:00-05:00"}


def test_a_month_from_open_to_closed_twice(sold: Terminal) -> None:
    soft = sold.run("close", "2026-01", "--soft", "--json", *NOW)
    assert (soft.status, soft.json) == (0, {"period": "2026-01", "state": "soft_closed"})
    stopped = sold.apply({**late("v-1"), **FRONT}, options=NOW)
    assert stopped.lines[0]["error"]["code"] == "period_closed"
    first = sold.run("close", "2026-01", "--json", *NOW)
    assert (first.status, first.json["version"]) == (0, 1)
    alone = sold.run("reopen", "2026-01", "--approver", "bob", *WHY, *NOW)
    assert (alone.status, alone.lines[0]["error"]["code"]) == (1, "approval_required")
    opened = sold.run("reopen", "2026-01", *TWO, *WHY, "--json", *NOW)
    assert opened.json == {"period": "2026-01", "version": 1, "state": "reopened"}
    assert sold.run("verify", "2026-01", *NOW).status == 2
    assert sold.apply(late("v-1"), options=NOW).status == 0
    second = sold.run("close", "2026-01", "--json", *NOW)
    assert (second.status, second.json["version"]) == (0, 2)
    assert second.json["journal_digest"] != first.json["journal_digest"]
    for version, sealed in ((1, first), (2, second)):
        proof = sold.run("verify", "2026-01", "--version", str(version), "--json", *NOW)
        assert (proof.status, proof.json["sealed"]) == (0, sealed.json["journal_digest"])
    assert sold.run("verify", "2026-01", "--json", *NOW).json["version"] == 2
    assert sold.run("check", *NOW).status == 0
