"""A dispute from the work list to the folder, as its handler types it."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.cli.conftest import Terminal, sale, visit

NOW = ("--now", "2026-03-20T09:00:00-04:00")
RECEIPT = b"IV Series, 10 drips, 1,500.00"


@pytest.fixture(scope="module")
def disputed(terminal: Terminal) -> Terminal:
    """Ten drips, two of them used, whose charge is disputed; due in two days."""
    card = {"brand": "visa", "last4": "4242", "entry": "chip", "present": True, "network": "visa"}
    payment = {"payment": "pay-1", "amount": 150000, "tender": "card", "charge": "ch-1"}
    document = {
        "document": "doc-1",
        "kind": "receipt",
        "sha256": hashlib.sha256(RECEIPT).hexdigest(),
        "media_type": "text/plain",
        "content_base64": base64.b64encode(RECEIPT).decode(),
        "subscription": "s-1",
    }
    dispute = {
        "dispute": "dp-1",
        "charge": "ch-1",
        "amount": 150000,
        "reason": "product_not_received",
        "network_reason_code": "13.1",
        "opened_at": "2026-03-10T10:00:00-04:00",
        "due_by": "2026-03-22T17:00:00-04:00",
    }
    lines = [
        sale("s-1", payment=payment | {"card": card}),
        visit("v-1") | {"at": "2026-01-12T10:00:00-05:00"},
        visit("v-2") | {"at": "2026-02-12T10:00:00-05:00"},
        {"command": "attach_document", "id": "attach-1", "data": document},
        {
            "command": "open_dispute",
            "id": "open-1",
            "at": "2026-03-10T10:00:00-04:00",
            "data": dispute,
        },
    ]
    assert terminal.apply(*lines).status == 0
    return terminal


def test_the_work_list_says_what_to_do(disputed: Terminal) -> None:
    [row] = disputed.run("disputes", "--json", *NOW).json
    assert (row["dispute"], row["status"], row["code"]) == ("dp-1", "needs_response", "13.1")
    assert (row["recommendation"], row["supported_amount"]) == ("partial", 30000)
    assert "$300.00" in disputed.run("disputes", *NOW).out
    counted = disputed.run("disputes", "--outcomes", "--json").json
    assert {(one["by"], one["value"], one["open"]) for one in counted} >= {
        ("code", "13.1", 1),
        ("offer", "iv-10", 1),
    }


def test_a_tick_tells_that_the_answer_is_due(disputed: Terminal) -> None:
    told = disputed.run("tick", *NOW).lines
    assert [line["data"] for line in told if line["id"].startswith("signal_dispute-dp-1")] == [
        {"signals": ["DisputeDue"]}
    ]
    again = disputed.run("tick", *NOW).lines
    assert not any(line["id"].startswith("signal_dispute") for line in again)


def test_the_packet_is_written_for_the_processor_and_proves_itself(
    disputed: Terminal, tmp_path: Path
) -> None:
    out = tmp_path / "packet"
    options = ("--processor", "square", "--paper", "a4", "--standard", "a-4")
    answer = disputed.run("evidence", "dp-1", "--out", str(out), *options, *NOW)
    assert answer.status == 0, answer.err
    assert "partial" in answer.out
    packet = PdfReader(out / "packet.pdf")
    assert abs(packet.pages[0].mediabox.width - 595) < 1
    assert "IV Series, 10 drips" in "".join(page.extract_text() for page in packet.pages)
    items = json.loads((out / "evidence.json").read_bytes())
    assert {"evidence_type": "GENERIC_EVIDENCE", "file": "packet.pdf"} in items
    assert disputed.run("verify-packet", str(out)).status == 0


def test_a_document_can_be_left_out_by_name(disputed: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "packet"
    answer = disputed.run("evidence", "dp-1", "--out", str(out), "--leave-out", "doc-1", *NOW)
    assert "left out: doc-1" in answer.out
    wrong = disputed.run("evidence", "dp-1", "--out", str(out), "--leave-out", "doc-9", *NOW)
    assert wrong.status == 2
    assert "no document doc-9 is attached" in wrong.err
    assert disputed.run("evidence", "dp-1", "--out", str(out), "--processor", "acme").status == 2
