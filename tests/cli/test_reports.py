"""The reports on contracts as they are typed, in every form."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Terminal, sale, visit

CALLS = (
    "waterfall",
    "rpo",
    "contract-balances",
    "liability",
    "aging",
    "breakage",
    "processor",
    "sales",
    "profitability",
    "revenue",
)


@pytest.fixture(scope="module")
def used(terminal: Terminal) -> Terminal:
    """Ten drips sold and paid on 5 January; one used that day and one on 10 February."""
    later = {**visit("v-2"), "at": "2026-02-10T10:00:00-05:00"}
    assert terminal.apply(sale("s-1"), visit("v-1"), later).status == 0
    return terminal


@pytest.mark.parametrize("call", CALLS)
def test_every_report_is_a_table_and_csv(used: Terminal, call: str) -> None:
    asked = (call, "--as-of", "2026-02-28")
    table = used.run(*asked)
    assert (table.status, table.err) == (0, "")
    rows = list(csv.reader(io.StringIO(used.run(*asked, "--format", "csv").out)))
    assert all(len(row) == len(rows[0]) for row in rows)


@pytest.mark.parametrize("call", [*CALLS, "journal", "trial-balance", "rollforward", "late-events"])
@pytest.mark.parametrize("books", ["gaap", "ifrs", "cash"])
def test_every_report_is_made_of_other_books(used: Terminal, call: str, books: str) -> None:
    answer = used.run(call, "--as-of", "2026-02-28", "--books", books, "--json")
    assert (answer.status, answer.err) == (0, "")
    assert type(answer.json) is type(used.run(call, "--as-of", "2026-02-28", "--json").json)


@pytest.mark.parametrize("known", ["2", "2026-01-01T00:00:00Z"])
@pytest.mark.parametrize("call", [*CALLS, "journal", "trial-balance", "rollforward", "late-events"])
def test_every_report_can_be_asked_for_as_it_was_known(
    used: Terminal, call: str, known: str
) -> None:
    answer = used.run(call, "--as-of", "2026-02-28", "--known-at", known, "--json")
    assert (answer.status, answer.err) == (0, "")


def told(used: Terminal, call: str, *more: str) -> Any:
    """The report; how it was made, which objects say, is tested apart."""
    found = used.run(call, "--as-of", "2026-02-28", "--json", *more).json
    if isinstance(found, dict):
        found.pop("meta")
    return found


def test_cash_books_hold_what_was_paid(used: Terminal) -> None:
    accounts = told(used, "trial-balance", "--books", "cash")["accounts"]
    assert [(row["account"], row["balance"]) for row in accounts] == [
        ("1010", 150000),
        ("4000", -150000),
    ]
    assert told(used, "liability", "--books", "cash") == []
    assert told(used, "rpo", "--books", "cash")["excluded"] == []


def test_a_report_says_how_it_was_made(used: Terminal) -> None:
    asked = ("trial-balance", "--as-of", "2026-02-28", "--books", "cash")
    meta = used.run(*asked, "--json").json["meta"]
    assert {**meta, "position": 0} == {
        "clinic": "glow",
        "period": None,
        "as_of": "2026-02-28",
        "position": 0,
        "books": "cash",
        "rules": "cash-2026-1",
        "rows": 2,
    }
    foot = used.run(*asked).out.splitlines()[-1]
    assert foot == f"2 rows; position {meta['position']}, rules cash-2026-1, cash books"


def test_reports_are_taken_apart(used: Terminal) -> None:
    rolled = told(used, "rollforward", "--by", "cohort")
    [group] = rolled["groups"]
    assert group["group"] == "2026Q1"
    assert group["total"] == rolled["total"]
    assert rolled["satisfied_before"] == {"estimates": 0, "price": 0, "late": 0, "total": 0}
    [owed] = told(used, "liability", "--by", "patient")
    assert (owed["patient"], owed["subscription"], owed["amount"]) == ("p-1", None, 120000)
    earned = told(used, "revenue", "--by", "pattern,service,channel")
    row = {"pattern": "point_in_time", "service": "drip", "channel": None, "amount": 30000}
    assert (earned["rows"], earned["total"]) == ([row], 30000)
    [margin] = told(used, "profitability", "--by", "program")
    assert (margin["offer"], margin["revenue"]) == (None, 30000)
    refused = used.run("rollforward", "--by", "colour")
    assert refused.err == "ledger: --by: 'colour' is none of location, program, cohort\n"


def test_the_waterfall_and_what_is_promised(used: Terminal) -> None:
    row = {
        "booked": "2026-01",
        "amount": 150000,
        "recognized": {"2026-01": 15000, "2026-02": 15000},
        "refunded": 0,
        "remaining": 120000,
    }
    assert told(used, "waterfall") == {"as_of": "2026-02-28", "rows": [row]}
    assert told(used, "rpo") == {
        "as_of": "2026-02-28",
        "bands": [{"band": band, "amount": 0} for band in ("0-3", "4-12", "13-24", ">24")],
        "total": 0,
        "excluded": [{"reason": "original_term_one_year_or_less", "amount": 120000}],
    }


def test_the_liability_line_by_line(used: Terminal) -> None:
    balances = told(used, "contract-balances")
    assert balances["contract_liability"] == {"opening": 135000, "closing": 120000}
    assert balances["timing"] == {"current": 120000, "non_current": 0}
    assert told(used, "liability") == [
        {
            "account": "2100",
            "patient": "p-1",
            "subscription": "s-1",
            "offer": "iv-10",
            "line": "drips",
            "amount": 120000,
        }
    ]


def test_profitability_of_a_month(used: Terminal) -> None:
    nowhere = {"program": None, "offer": "iv-10", "location": None, "provider": None}
    costs = {"service_cost": 0, "supply_cost": 0}
    [place] = told(used, "profitability", "--period", "2026-02")
    assert place == {**nowhere, **costs, "revenue": 15000, "margin": 15000}


def test_what_was_not_known_is_not_in_the_report(used: Terminal) -> None:
    whole = used.run("trial-balance", "--as-of", "2026-02-28", "--json").json["position"]
    asked = ("waterfall", "--as-of", "2026-02-28", "--json", "--known-at", str(whole - 2))
    [row] = used.run(*asked).json["rows"]
    assert row["recognized"] == {"2026-01": 15000}


def test_bands_and_the_expedient_are_policies(used: Terminal) -> None:
    values = {"rpo_expedient": "off", "rpo_bands": [1, 6]}
    policies = [
        {
            "command": "set_policy",
            "id": f"set-{policy}",
            "data": {
                "policy": policy,
                "value": value,
                "effective": "2026-03-01",
                "reason": "the auditor asks for it",
                "approver": "bo",
            },
        }
        for policy, value in values.items()
    ]
    assert used.apply(*policies).status == 0
    found = used.run("rpo", "--as-of", "2026-03-01", "--json").json
    assert [band["band"] for band in found["bands"]] == ["0-1", "2-6", ">6"]
    assert (found["total"], found["excluded"]) == (120000, [])


@pytest.mark.parametrize("bands", [[], [0, 3], [3, 3], [12, 3], ["3"], [True], 3, [3, 2000]])
def test_bands_that_do_not_rise_are_refused(used: Terminal, bands: object) -> None:
    data = {
        "policy": "rpo_bands",
        "value": bands,
        "effective": "2026-03-01",
        "reason": "a mistake",
        "approver": "bo",
    }
    answer = used.apply({"command": "set_policy", "id": "set-wrong", "data": data})
    assert answer.status == 1
    assert answer.lines[0]["error"]["code"] == "invalid"
    assert answer.lines[0]["error"]["field"] == "data.value"


def test_a_workbook_is_the_same_again(used: Terminal) -> None:
    def workbook() -> bytes:
        asked = ("liability", "--as-of", "2026-02-28", "--format", "xlsx")
        process = used.start(*asked)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, b"")
        return out

    first = workbook()
    assert workbook() == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<v>120000</v>" in sheet


@pytest.mark.parametrize(
    ("call", "file", "begins"),
    [
        ("waterfall", "chart.svg", b"<?xml"),
        ("rollforward", "chart.png", b"\x89PNG"),
        ("utilization", "chart.SVG", b"<?xml"),
    ],
)
def test_a_chart_is_drawn_beside_the_answer(
    used: Terminal, tmp_path: Path, call: str, file: str, begins: bytes
) -> None:
    chart = tmp_path / file
    answer = used.run(call, "--as-of", "2026-02-28", "--chart", str(chart))
    assert (answer.status, answer.err) == (0, "")
    assert chart.read_bytes().startswith(begins)


def test_a_chart_of_another_kind_is_a_mistake(used: Terminal, tmp_path: Path) -> None:
    answer = used.run("waterfall", "--chart", str(tmp_path / "chart.bmp"))
    assert answer.status == 2
    assert "neither in .svg nor in .png" in answer.err
