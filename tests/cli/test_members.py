"""The reports on members, from the history as it is recorded."""

import csv
import io
from typing import Any

import pytest

from tests.cli.conftest import Terminal, visit

MONTHLY = {
    "offer": "club",
    "name": "Drip club",
    "price": 30000,
    "tier": "silver",
    "billing": {"kind": "recurring", "every": "month", "grants": "each_cycle"},
    "lines": [{"kind": "units", "line": "drips", "services": ["drip"], "quantity": "2"}],
}
MARCH = "2026-03-31"


def at(day: str) -> str:
    return f"2026-{day}T10:00:00-05:00"


def joined(key: str, patient: str, on: str) -> dict[str, Any]:
    payment = {"payment": f"pay-{key}", "amount": 30000, "tender": "card"}
    data = {"subscription": key, "offer": "club", "patient": patient, "payment": payment}
    return {"command": "sell_package", "id": f"sell-{key}", "at": at(on), "data": data}


def message(key: str, direction: str, on: str) -> dict[str, Any]:
    data = {
        "communication": key,
        "patient": "p-1",
        "kind": "other",
        "channel": "portal",
        "direction": direction,
        "sent_at": at(on),
    }
    return {"command": "log_communication", "id": f"log-{key}", "at": at(on), "data": data}


@pytest.fixture(scope="module")
def club(terminal: Terminal) -> Terminal:
    """Two members of March: one came twice, the second time on the 20th; the other never."""
    lines = [
        {"command": "publish_offer", "id": "c-9", "at": at("01-05"), "data": MONTHLY},
        joined("s-1", "p-1", "03-02"),
        joined("s-2", "p-2", "03-03"),
        {**visit("v-1", provider="dr-a"), "at": at("03-05")},
        {**visit("v-2", provider="dr-b"), "at": at("03-20")},
        message("m-1", "in", "03-06"),
        message("m-2", "out", "03-21"),
    ]
    answer = terminal.apply(*lines, options=("--now", "2026-03-31T12:00:00-04:00"))
    assert answer.status == 0, answer.out
    return terminal


def asked(club: Terminal, *arguments: str) -> Any:
    return club.run(*arguments, "--now", "2026-03-31T12:00:00-04:00", "--json").json


def test_members_are_told_as_of_a_day(club: Terminal) -> None:
    first, second = asked(club, "members", "--as-of", MARCH)
    assert (first["visits"], first["used_at_list"], first["value_ratio"]) == (2, 40000, "1.33")
    assert first["messages"] == {"in": 1, "out": 1}
    assert (second["visits"], second["last_visit"], second["risk"]) == (0, None, [])
    [alone] = asked(club, "members", "--as-of", "2026-03-02")
    assert (alone["visits"], alone["messages"]) == (0, {"in": 0, "out": 0})


def test_what_was_not_known_is_hidden(club: Terminal) -> None:
    head = asked(club, "balance", "--patient", "p-1")["position"]
    known = {
        (row["visits"], row["messages"]["in"], row["messages"]["out"])
        for position in range(head + 1)
        for row in asked(club, "members", "--as-of", MARCH, "--known-at", str(position))
        if row["subscription"] == "s-1"
    }
    assert known == {(0, 0, 0), (1, 0, 0), (2, 0, 0), (2, 1, 0), (2, 1, 1)}


def test_figures_of_a_period(club: Terminal) -> None:
    found = asked(club, "metrics", "--period", "2026-03")
    [offer] = found["offers"]
    assert (found["as_of"], offer["active"], offer["new"]) == (MARCH, 2, 2)
    assert found["tiers"] == [{"tier": "silver", "granted": "4", "used": "2", "rate": "0.5000"}]
    assert found["expected_income"]["next_quarter"] == 2 * 3 * 30000
    assert [row["visits"] for row in found["providers"]] == [1, 1]


def test_the_csv_is_flat(club: Terminal) -> None:
    text = club.run("members", "--as-of", MARCH, "--format", "csv").out
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["cycles_paid"], first["messages_in"], first["value_ratio"]) == ("1", "1", "1.33")
    assert second["last_visit"] == ""


def test_tables_are_for_people(club: Terminal) -> None:
    shown = club.run("members", "--as-of", MARCH).out
    assert "Members as of 2026-03-31" in shown
    assert "$400.00" in shown
    figures = club.run("metrics", "--as-of", MARCH).out
    for title in ("Memberships in", "by tier", "by service", "Retention", "Expected income"):
        assert title in figures
    assert "$1,800.00" in figures
