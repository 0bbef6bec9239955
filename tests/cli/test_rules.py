"""`ledger rules`: every posting as an accountant reads it, and the page that is made of it."""

import csv
import io
import json
from pathlib import Path

import pytest

from aggregates.effects import POSTINGS
from ledger.books.rows import ROWS
from tests.cli.conftest import ROOT, Terminal


@pytest.fixture
def nowhere(tmp_path: Path) -> Terminal:
    """The rules need no ledger."""
    return Terminal(tmp_path / "none")


def test_every_posting_and_every_row_is_in_the_table(nowhere: Terminal) -> None:
    table = nowhere.run("rules", "--json").json
    told = [(rule["event"], rule["rule"]) for rule in table]
    assert told[: len(POSTINGS)] == [(posting.event, posting.row) for posting in POSTINGS]
    assert {rule for _, rule in told} == set(ROWS)
    assert all(rule["debit"] and rule["credit"] and rule["paragraph"] for rule in table)


def test_a_session_redeemed_moves_the_liability_into_revenue(nowhere: Terminal) -> None:
    table = nowhere.run("rules", "--json").json
    [rule] = [rule for rule in table if (rule["event"], rule["rule"]) == ("UnitsDrawn", "9")]
    assert rule["when"] == {"status": ["completed"], "liability": ["packages", "memberships"]}
    assert rule["debit"] == [
        {
            "accounts": ["2100", "2110", "2120", "2130", "2140"],
            "chosen_by": "liability",
            "amount": ["amount", "-unposted"],
            "each": None,
        }
    ]
    assert [leg["accounts"][0] for leg in rule["credit"]] == ["2000", "4000"]


def test_a_spreadsheet_reads_the_same(nowhere: Terminal) -> None:
    rows = list(csv.DictReader(io.StringIO(nowhere.run("rules", "--format", "csv").out)))
    [row] = [row for row in rows if (row["event"], row["rule"]) == ("PayoutRecorded", "48")]
    assert (row["debit"], row["credit"]) == ("1010 = amount", "1020 = amount")
    assert len(rows) == len(json.loads(nowhere.run("rules", "--json").out))


def test_the_page_is_what_the_rules_say_today(nowhere: Terminal) -> None:
    """When this fails: ledger rules --markdown > docs/rules.md."""
    assert (ROOT / "docs" / "rules.md").read_text() == nowhere.run("rules", "--markdown").out


def test_cash_books_have_a_table_of_their_own(nowhere: Terminal) -> None:
    """When the page differs: ledger rules --books cash --markdown > docs/rules-cash.md."""
    table = nowhere.run("rules", "--books", "cash", "--json").json
    [rule] = [rule for rule in table if rule["event"] == "DisputeOpened"]
    assert [leg["accounts"] for leg in rule["debit"]] == [["4910"], ["6110"]]
    assert "PeriodClosed" not in {rule["event"] for rule in table}
    page = nowhere.run("rules", "--books", "cash", "--markdown").out
    assert (ROOT / "docs" / "rules-cash.md").read_text() == page
