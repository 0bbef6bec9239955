"""Estimates as they are typed: a close that is only tried, then set, closed, shown, explained."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Terminal, sale, visit

NOW = ("--now", "2026-02-04T09:00:00-05:00")
BOB = {"approver": "bob"}
OUR_STATE = {"policy": "escheat", "value": "exempt", "effective": "2026-01-01", "reason": "law"}
METHOD = {
    "policy": "breakage_method",
    "value": "proportional",
    "effective": "2026-01-01",
    "reason": "two years of data",
}
ESTIMATE: dict[str, Any] = {
    "estimate": "b-1",
    "kind": "breakage",
    "scope": {"offer": "iv-10"},
    "rate": "0.2",
    "effective": "2026-01-01",
    "evidence": "file 7",
}
SUPPOSED = {
    "breakage_method": "proportional",
    "estimates": [{"kind": "breakage", "scope": {}, "rate": "0.2"}],
}


def line(command: str, key: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"command": command, "id": key, "data": data | BOB}


@pytest.fixture(scope="module")
def used(terminal: Terminal) -> Terminal:
    """Ten drips for 1,500, of which four were used in January."""
    drawn = [{**visit(f"v-{n}"), "at": f"2026-01-1{n}T10:00:00-05:00"} for n in range(4)]
    lines = (line("set_policy", "law", OUR_STATE), sale("s-1"), *drawn)
    applied = terminal.apply(*lines, options=NOW)
    assert applied.status == 0, applied.out
    return terminal


def tried(used: Terminal, tmp_path: Path, given: Any, *more: str) -> Any:
    file = tmp_path / "policies.json"
    file.write_text(given if isinstance(given, str) else json.dumps(given))
    return used.run("close", "2026-01", "--what-if", str(file), *more, *NOW)


def test_what_a_close_would_change_is_shown_and_nothing_recorded(
    used: Terminal, tmp_path: Path
) -> None:
    before = used.run("trial-balance", "--as-of", "2026-01-31", "--json", *NOW).json
    found = tried(used, tmp_path, SUPPOSED, "--json").json
    # 150,000 × 4 ÷ 8 is 75,000, of which 60,000 is service.
    changed = {row["account"]: row["difference"] for row in found["accounts"] if row["difference"]}
    assert changed == {"2100": 15000, "4030": -15000}
    moved = {row["movement"]: row for row in found["rollforward"]}
    assert moved["breakage"] == {
        "movement": "breakage",
        "now": 0,
        "then": -15000,
        "difference": -15000,
    }
    assert moved["closing"]["then"] == moved["closing"]["now"] - 15000
    table = tried(used, tmp_path, SUPPOSED)
    assert table.status == 0
    assert "150.00" in table.out
    assert used.run("trial-balance", "--as-of", "2026-01-31", "--json", *NOW).json == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "policies.json"),
        ("[]", "give policies by name"),
        ({"breakage": "remote"}, "'breakage' is no policy"),
        ({"breakage_method": "guess"}, "breakage_method is one of"),
        ({"lot_order": "fifo"}, "decided with each event"),
        ({"breakage_max_change": 5}, "decided with each event"),
        ({"estimates": [{"kind": "breakage", "rate": "2"}]}, "estimates.0.rate"),
        ({"estimates": "all"}, "estimates"),
    ],
)
def test_a_file_that_cannot_be_meant_is_a_mistake(
    used: Terminal, tmp_path: Path, given: Any, said: str
) -> None:
    answer = tried(used, tmp_path, given)
    assert answer.status == 2
    assert said in answer.err


def test_a_missing_file_is_a_mistake(used: Terminal) -> None:
    assert used.run("close", "2026-01", "--what-if", "nowhere.json", *NOW).status == 2


def test_once_it_is_set_the_close_does_it_and_tells_why(used: Terminal) -> None:
    lines = (line("set_policy", "method", METHOD), line("set_estimate", "b-1", ESTIMATE))
    applied = used.apply(*lines, options=NOW)
    assert applied.status == 0, applied.out
    refused = used.apply(line("set_estimate", "b-2", ESTIMATE | {"rate": "0.7"}), options=NOW)
    error = refused.lines[0]["error"]
    assert (error["code"], error["field"]) == ("conflict", "data.rate")
    assert "4 of 10 units are used" in error["details"]["problems"][0]["message"]
    closed = used.run("close", "2026-01", "--json", *NOW)
    assert closed.status == 0, closed.out
    assert {"kind": "breakage_history_short", "id": "iv-10"} in closed.json["exceptions"]
    [row] = used.run("breakage", "--period", "2026-01", "--json", *NOW).json
    shown = {name: row[name] for name in ("cohort", "estimate", "expected", "posted", "remaining")}
    assert shown == {
        "cohort": "2026Q1",
        "estimate": "0.2",
        "expected": 30000,
        "posted": 15000,
        "remaining": 75000,
    }
    journal = used.run("journal", "--period", "2026-01", "--json", *NOW).json
    [entry] = [entry for entry in journal if entry["rule"] == "10"]
    assert entry["entry"] == "c-2026-01-10-iv-10/2026Q1/drips/6m/2100"
    assert entry["memo"] == "Breakage with use, by the estimate: iv-10/2026Q1/drips/6m/2100"
    assert {(leg["offer"], leg["subscription"]) for leg in entry["lines"]} == {("iv-10", None)}
    told = used.run("explain", entry["entry"], "--as-of", "2026-02-04", "--json", *NOW).json
    inputs = {name: told["inputs"][name] for name in ("A", "N", "U", "rate", "estimate")}
    assert inputs == {"A": 150000, "N": "10", "U": "4", "rate": "0.2", "estimate": "b-1"}
    assert (told["amount"], told["paragraph"]) == (15000, "7.3")
    assert [(lot["used"], lot["amount"]) for lot in told["inputs"]["lots"]] == [("4", 15000)]
    promised = used.run("rpo", "--as-of", "2026-01-31", "--json", *NOW).json
    reasons = {row["reason"]: row["amount"] for row in promised["excluded"]}
    assert promised["total"] + sum(reasons.values()) == 150000 - 60000 - 15000
    assert used.run("verify", "2026-01", *NOW).status == 0
    assert used.run("check", *NOW).status == 0
