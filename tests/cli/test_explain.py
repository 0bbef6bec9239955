"""`ledger explain`: every entry, balance line and refund back to formula, inputs and events."""

from fractions import Fraction
from typing import Any

import pytest

from ledger.ratios import rounded
from tests.cli.conftest import Terminal, sale, visit

CLUB = {
    "command": "publish_offer",
    "id": "club",
    "data": {
        "offer": "club",
        "name": "Club",
        "price": 9000,
        "billing": {"kind": "recurring", "every": "month", "grants": "each_cycle"},
        "lines": [{"kind": "access", "line": "chat", "access": ["messaging"]}],
    },
}
MEMBER = {
    "command": "sell_package",
    "id": "join",
    "at": "2026-01-10T10:00:00-05:00",
    "data": {
        "subscription": "m-1",
        "offer": "club",
        "patient": "p-2",
        "commission": 3000,
        "commission_months": 24,
        "payment": {"payment": "pay-m", "amount": 9000, "tender": "card"},
    },
}
SOURCED = {"source": {"system": "ehr", "record": "rec-7"}}
REFUND = {
    "command": "refund",
    "id": "give-back",
    "at": "2026-01-25T10:00:00-05:00",
    "data": {"subscription": "s-1", "refund": "r-1", "reason": "moves away", "paid": True},
}
NOW = ("--now", "2026-02-04T09:00:00-05:00")
TO_FEBRUARY = ("--as-of", "2026-02-04")


@pytest.fixture(scope="module")
def told(terminal: Terminal) -> Terminal:
    """Ten drips, two used, the rest refunded; a membership; January closed on 4 February."""
    first = {**visit("v-1"), "at": "2026-01-12T10:00:00-05:00", **SOURCED}
    second = {**visit("v-2"), "at": "2026-01-20T10:00:00-05:00"}
    lines = (CLUB, sale("s-1"), MEMBER, first, second, REFUND)
    applied = terminal.apply(*lines, sale("s-2", patient="p-3"), options=NOW)
    assert applied.status == 0, applied.out
    assert terminal.run("close", "2026-01", *NOW).status == 0
    return terminal


def explained(told: Terminal, *key: str) -> Any:
    answer = told.run("explain", *key, *TO_FEBRUARY, "--json", *NOW)
    assert answer.status == 0, answer.err
    return answer.json


def journal(told: Terminal) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = told.run("journal", *TO_FEBRUARY, "--json", *NOW).json
    return entries


def test_every_entry_of_the_journal_is_explained(told: Terminal) -> None:
    entries = journal(told)
    kinds = {entry["entry"][0] for entry in entries}
    assert kinds == {"e", "c", "p"}
    for entry in entries:
        found = explained(told, entry["entry"])
        assert found["amount"] == sum(line["debit"] for line in entry["lines"])
        assert (found["id"], found["rule"]) == (entry["entry"], entry["rule"])
        assert [line["account"] for line in found["lines"]] == [
            line["account"] for line in entry["lines"]
        ]
        assert found["formula"]
        assert found["inputs"]
        assert found["events"]


def of_type(told: Terminal, kind: str, rule: str) -> list[Any]:
    return [
        explained(told, entry["entry"])
        for entry in journal(told)
        if entry["rule"] == rule and (entry["event"] or {}).get("type") == kind
    ]


def test_a_draw_is_worked_out_again_from_its_inputs(told: Terminal) -> None:
    draws = of_type(told, "UnitsDrawn", "9")
    assert [draw["paragraph"] for draw in draws] == ["4.9", "4.9"]
    for number, draw in enumerate(draws):
        given = draw["inputs"]
        assert (given["A"], given["N"], given["U"]) == (150000, "10", str(number))
        used = Fraction(given["U"]) + Fraction(given["quantity"])
        assert rounded(given["A"] * used / Fraction(given["N"])) - given["R"] == draw["amount"]
    assert draws[0]["events"][0]["source"] == SOURCED["source"]
    assert "source" not in draws[1]["events"][0]


def test_an_accrual_is_worked_out_again_from_its_days(told: Terminal) -> None:
    [accrual] = of_type(told, "PeriodClosed", "14")
    [span] = accrual["inputs"]["spans"]
    assert (span["starts"], span["ends"], span["days"]) == ("2026-01-10", "2026-02-10", 31)
    assert (span["days_passed"], span["A"]) == (22, 9000)
    assert rounded(Fraction(9000 * 22, 31)) == accrual["amount"] == span["earned"]
    assert accrual["inputs"]["recognised_before"] == 0
    [provisional] = [entry for entry in journal(told) if entry["entry"].startswith("p-2026-02-14")]
    later = explained(told, provisional["entry"])
    assert later["inputs"]["recognised_before"] == accrual["amount"]
    assert later["inputs"]["spans"][0]["days_passed"] == 26


def test_a_commission_is_spread_by_what_is_said_of_its_days(told: Terminal) -> None:
    """30.00 over the 730 days of two years, 22 of them in January."""
    entry = explained(told, "c-2026-01-10.8a-m-1-commission")
    inputs = entry["inputs"]
    assert (entry["paragraph"], inputs["days"], inputs["spread"]) == ("10.8", 730, 90)
    assert rounded(Fraction(inputs["commission"] * 22, inputs["days"])) == inputs["spread"]


def test_a_balance_line_is_what_is_funded_less_what_is_earned(told: Terminal) -> None:
    for subscription, line in (("s-2", "drips"), ("m-1", "chat"), ("s-1", "drips")):
        shown = told.run("balance", "--subscription", subscription, *TO_FEBRUARY, "--json", *NOW)
        [deferred] = [one["deferred"] for one in shown.json["subscriptions"][0]["lines"]]
        for name in (line, f"{line}.1"):
            found = explained(told, f"{subscription}/{name}")
            [grant] = found["inputs"]["grants"]
            assert found["amount"] == deferred == grant["funded"] - grant["earned"]
            moved = sum(one["credit"] - one["debit"] for one in found["lines"])
            assert moved == deferred


def test_a_refund_shows_l_f_and_d(told: Terminal) -> None:
    found = explained(told, "r-1")
    given = found["inputs"]
    assert (found["amount"], found["paragraph"], found["rule"]) == (120000, "8.1", "29, 30")
    assert (given["L"], given["F"], given["D"], given["tax"]) == (120000, 120000, 0, 0)
    assert sum(step["amount"] for step in given["working"]) == 120000
    assert [event["type"] for event in found["events"]] == ["Refunded"]


def test_a_position_leads_to_its_lines(told: Terminal) -> None:
    [entry] = [one for one in journal(told) if (one["event"] or {}).get("type") == "Refunded"][:1]
    position = str(entry["event"]["position"])
    by_option, by_name = explained(told, "--event", position), explained(told, position)
    assert by_option == by_name
    assert by_name["rule"] == "29, 30"
    assert {line["entry"] for line in by_name["lines"]} == {f"e-{position}-1", f"e-{position}-2"}
    silent = explained(told, "1")
    assert (silent["formula"], silent["lines"], silent["amount"]) == ("posts nothing", [], 0)


@pytest.mark.parametrize(
    "key", [("nobody",), ("s-1/none",), ("e-99999-1",), ("99999",), (), ("1", "--event", "2")]
)
def test_what_is_not_there_is_said_in_a_line(told: Terminal, key: tuple[str, ...]) -> None:
    answer = told.run("explain", *key, *NOW)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("ledger: ")


def test_people_read_tables(told: Terminal) -> None:
    answer = told.run("explain", "r-1", *NOW)
    assert answer.status == 0
    assert "$1,200.00" in answer.out
