"""A manual journal wherever books are read: journal, roll-forward, history, exports."""

from typing import Any

import pytest

from tests.cli.conftest import Terminal, sale

NOW = ("--now", "2026-01-20T09:00:00-05:00")
JANUARY = ("--period", "2026-01", "--json", *NOW)
LINES = [
    {"account": "2100", "debit": 5000, "subscription": "s-1", "line": "drips"},
    {"account": "4000", "credit": 5000, "location": "main"},
]


def adjustment(key: str, **more: Any) -> dict[str, Any]:
    data = {
        "adjustment": key,
        "lines": LINES,
        "reason": "two sessions were given before",
    }
    return {
        "command": "post_adjustment",
        "id": f"cmd-{key}",
        "at": "2026-01-15T10:00:00-05:00",
        "data": data | {"approver": "bob"} | more,
    }


@pytest.fixture(scope="module")
def adjusted(terminal: Terminal) -> Terminal:
    """Ten drips, of which a manual journal moves a part into revenue, until February."""
    applied = terminal.apply(sale("s-1"), adjustment("adj-1", auto_reverse=True), options=NOW)
    assert applied.status == 0, applied.out
    return terminal


def test_it_is_an_entry_and_a_column_of_its_own(adjusted: Terminal) -> None:
    [entry] = [one for one in adjusted.run("journal", *JANUARY).json if one["rule"] == "adj"]
    assert (entry["memo"], entry["posting_date"]) == ("Manual journal", "2026-01-15")
    assert [(line["account"], line["location"]) for line in entry["lines"]] == [
        ("2100", None),
        ("4000", "main"),
    ]
    [row] = [
        one
        for one in adjusted.run("rollforward", *JANUARY).json["accounts"]
        if one["account"] == "2100"
    ]
    assert (row["adjustments"], row["closing"]) == (-5000, 145000)
    back = adjusted.run("journal", "--period", "2026-02", "--json", *NOW).json
    assert [(one["rule"], one["posting_date"]) for one in back] == [("adj", "2026-02-01")]


def test_the_contract_s_history_tells_of_it(adjusted: Terminal) -> None:
    history = adjusted.run("history", "--subscription", "s-1", "--json", *NOW).json
    told = [row["summary"] for row in history if row["type"].startswith("Adjustment")]
    assert told == [
        "Manual journal adj-1 of $50.00 on 2100, 4000, to be reversed",
        "Manual journal adj-1 reversed",
    ]


def test_it_is_explained_by_its_lines(adjusted: Terminal) -> None:
    [entry] = [one for one in adjusted.run("journal", *JANUARY).json if one["rule"] == "adj"]
    found = adjusted.run("explain", entry["entry"], "--json", *NOW).json
    assert (found["rule"], found["amount"], found["formula"]) == (
        "adj",
        5000,
        "debit of each lines",
    )
    assert [line["account"] for line in found["inputs"]["lines"]] == ["2100", "4000"]


@pytest.mark.parametrize("form", ["iif", "qbo", "xero", "netsuite", "beancount", "hledger"])
def test_it_goes_out_with_the_rest(adjusted: Terminal, form: str) -> None:
    draft = adjusted.run("journal", "--period", "2026-01", "--format", form, "--draft", *NOW)
    assert draft.status == 0
    assert "Manual journal" in draft.out


def test_what_is_wrong_is_listed(adjusted: Terminal) -> None:
    lines = [{"account": "9999", "debit": 1}]
    [refused] = adjusted.apply(adjustment("adj-2", lines=lines, approver=None), options=NOW).lines
    assert refused["error"]["code"] == "invalid"
    assert [item["code"] for item in refused["error"]["details"]["problems"]] == [
        "invalid",
        "amount_mismatch",
        "approval_required",
    ]
