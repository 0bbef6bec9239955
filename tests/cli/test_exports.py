"""The journal handed to other programs, as typed: drafts, closed months, files and batches."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal, sale, visit

FORMATS = ("iif", "qbo", "xero", "netsuite", "beancount", "hledger")
JANUARY = ("journal", "--period", "2026-01", "--format")


@pytest.fixture(scope="module")
def used(terminal: Terminal) -> Terminal:
    """Ten drips sold on 5 January to a patient with a name; one used that day."""
    known = {"patient": "p-1", "name": "Agatha Canary", "email": "canary@example.org"}
    lines = [
        {"command": "register_patient", "id": "reg-1", "data": known},
        sale("s-1"),
        visit("v-1"),
    ]
    assert terminal.apply(*lines).status == 0
    return terminal


@pytest.mark.parametrize("form", FORMATS)
def test_an_open_month_goes_out_as_a_draft_or_not_at_all(used: Terminal, form: str) -> None:
    refused = used.run(*JANUARY, form)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith("ledger: invalid: period: 2026-01 is open")
    draft = used.run(*JANUARY, form, "--draft")
    assert draft.status == 0
    batch = json.loads(draft.err)
    assert batch["draft"] is True
    assert batch["debit"] == batch["credit"] > 0
    assert "anary" not in draft.out + draft.err


def test_comma_separated_values_are_a_report_as_well(used: Terminal) -> None:
    answer = used.run(*JANUARY, "csv")
    assert answer.status == 0
    header, first, *_ = answer.out.splitlines()
    assert header.startswith("journal_id,line_no,posting_date,service_date,account,debit,credit")
    assert first.startswith("e-")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("trial-balance", "--format", "iif"), "--format iif: only the journal"),
        (("journal", "--out", "x"), "--out goes with --format csv, iif"),
        ((*JANUARY, "iif", "--detail", "all"), "--detail: 'all' is neither"),
    ],
)
def test_what_cannot_be_written(used: Terminal, typed: tuple[str, ...], said: str) -> None:
    answer = used.run(*typed)
    assert answer.status == 2
    assert answer.err.startswith(f"ledger: {said}")


def test_a_closed_month_goes_out_the_same_for_ever(used: Terminal, tmp_path: Path) -> None:
    mapped = {
        "command": "set_policy",
        "id": "map-1",
        "data": {
            "policy": "accounts",
            "value": {"2100": {"code": "24000", "name": "Prepaid packages"}},
            "effective": "2026-01-01",
            "reason": "our chart",
            "approver": "bob",
        },
    }
    assert used.apply(mapped).status == 0
    closed = used.run("close", "2026-01", "--json").json
    outs = {form: used.run(*JANUARY, form).out for form in FORMATS}
    late = {**visit("v-late"), "at": "2026-01-21T10:00:00-05:00"}
    assert used.apply(sale("s-2", patient="p-2"), late).status == 0
    for form in FORMATS:
        file = tmp_path / f"january.{form}"
        assert used.run(*JANUARY, form, "--out", str(file)).status == 0
        assert file.read_bytes() == outs[form].encode()
        batch = json.loads((tmp_path / f"january.{form}.batch.json").read_text())
        assert batch["batch"] == f"glow-2026-01-v1-{form}-summary"
        assert batch["sha256"] == closed["journal_digest"]
        assert (batch["close_version"], batch["position"]) == (1, closed["position"])
        [listed] = batch["files"]
        assert listed == {"file": file.name, "sha256": digest_of(file)}
    assert "24000,1500.00" not in outs["netsuite"]
    assert "24000,,1500.00" in outs["netsuite"]
    assert "Prepaid packages" in outs["qbo"]
    lines = used.run(*JANUARY, "netsuite", "--detail", "line").out
    assert "glow/e-" in lines


def test_a_month_that_is_open_again_is_refused_and_then_goes_out_as_version_2(
    used: Terminal,
) -> None:
    approvers = ("--approver", "bob", "--approver", "cy")
    assert used.run("reopen", "2026-01", *approvers, "--reason", "a visit was missing").status == 0
    assert used.run(*JANUARY, "hledger").status == 2
    assert used.run("close", "2026-01").status == 0
    again = used.run(*JANUARY, "hledger")
    assert again.status == 0
    assert "; period 2026-01, close version 2" in again.out
    assert json.loads(again.err)["batch"] == "glow-2026-01-v2-hledger-summary"


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("role", ["front_desk", "provider", "dispute_handler", "service"])
def test_only_accountants_and_administrators_hand_the_journal_on(used: Terminal, role: str) -> None:
    refused = used.run(*JANUARY, "iif", "--draft", "--role", role)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith(f"ledger: forbidden: the role {role} may not export")
    assert used.run(*JANUARY, "iif", "--draft", "--role", "accountant").status == 0


def test_an_export_of_other_books_says_so(used: Terminal) -> None:
    draft = used.run(*JANUARY, "qbo", "--draft", "--books", "cash")
    batch = json.loads(draft.err)
    assert (batch["books"], batch["batch"].rpartition("-")[2]) == ("cash", "cash")
    assert "Contract liability" not in draft.out
    own = json.loads(used.run(*JANUARY, "qbo", "--draft").err)
    assert (own["books"], own["debit"] > batch["debit"]) == (None, True)


@pytest.mark.parametrize("call", ["liability", "aging", "sales", "revenue", "journal", "expiring"])
@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_nobody_is_named_in_a_report(used: Terminal, call: str, form: str) -> None:
    """Ids stand for patients; who they are is not in the books."""
    answer = used.run(call, "--as-of", "2026-02-01", "--format", form)
    assert answer.status == 0
    assert "anary" not in answer.out + answer.err
