"""The evidence folder of a disputed charge, from real rows to a folder that proves itself."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from aggregates.dispute.events import DisputeClosed
from aggregates.subscription import events as e
from aggregates.values import TenderPart
from ledger.store.store import EventStore
from projections.evidence.packet import build_packet
from projections.evidence.projection import EvidenceIndex, listed
from projections.evidence.verify import verify_packet
from tests.projections.dispute_story import (
    DUE_BY,
    EMAIL,
    NAME,
    NOW,
    OPENED,
    PHONE,
    REASON,
    SOLD,
    dispute,
    document,
    linked,
    message,
    paper,
    told,
)
from tests.projections.story import CLINIC, Story, catch_up

Build = dict[str, Any]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "packet"


def build(database: str, store: EventStore, key: str, out: Path, now: datetime = NOW) -> Build:
    catch_up(database, EvidenceIndex())
    built = build_packet(store, CLINIC, key, out, now)
    assert built is not None
    assert verify_packet(out) == []
    assessment: Build = built["assessment"]
    return assessment


def read(out: Path, name: str) -> Build:
    content: Build = orjson.loads((out / name).read_bytes())
    return content


def arguments(assessment: Build) -> list[str]:
    return [item["argument"] for item in assessment["arguments"]]


def cancelled(story: Story) -> None:
    asked = message("cancel-1", "cancellation", "in", date(2026, 4, 1))
    story.tell(
        date(2026, 4, 1),
        ("communication", "cancel-1", asked),
        ("subscription", "s-1", linked("cancel-1", "cancellation", date(2026, 4, 1))),
    )


def test_services_not_received_but_three_were(database: str, store: EventStore, out: Path) -> None:
    story = told(store)
    dispute(story, "13.1")
    assessment = build(database, store, "d-1", out)
    assert (assessment["advice"], assessment["supported_amount"]) == ("partial", 47700)
    assert assessment["unused_value"] == {
        "amount": 47700,
        "method": "pro_rata",
        "working": [
            {"step": "funded value of the unused units", "amount": 45000},
            {"step": "tax given back", "amount": 2700},
        ],
    }
    assert arguments(assessment) == ["services_provided", "expected_date_not_reached"]
    assert (assessment["missing"], assessment["adverse"], assessment["late_entries"]) == (
        [],
        [],
        [],
    )
    [lot] = read(out, "facts.json")["charge_statement"]["lots"]
    assert [use["on"] for use in lot["used"]] == ["2026-02-10", "2026-02-24", "2026-03-10"]
    assert (lot["label"], lot["granted"], lot["remaining"]) == ("Skin visit", "6", "3")
    fields = read(out, "evidence.json")
    assert fields["service_date"] == "2026-02-10, 2026-02-24, 2026-03-10"
    assert (out / fields["service_documentation"]).read_bytes().startswith(b"%PDF-")
    assert fields["customer_name"] == NAME


def test_cancelled_services_cap_the_dispute_at_what_is_unused(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    cancelled(story)
    document(story, "doc-1", "receipt", paper())
    dispute(story, "13.7")
    assessment = build(database, store, "d-1", out)
    assert (assessment["advice"], assessment["supported_amount"]) == ("partial", 47700)
    assert arguments(assessment) == [
        "limited_return_or_cancellation_policy_properly_disclosed",
        "services_provided_prior_to_cancellation_date",
    ]
    fields = read(out, "evidence.json")
    assert "shown on tablet before payment" in fields["refund_policy_disclosure"]
    assert "$477.00" in fields["refund_refusal_explanation"]
    assert "1 Apr 2026" in fields["cancellation_rebuttal"]
    assert (out / fields["receipt"]).read_bytes().startswith(b"%PDF-")
    letter = (out / "letter.md").read_text()
    assert "concedes $477.00, the unused value, and asks for $477.00" in letter
    assert "Exhibit A" in letter
    assert len(letter.splitlines()) <= 46


def test_a_policy_nobody_was_shown_is_not_argued(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store, consent=False)
    cancelled(story)
    dispute(story, "13.7")
    assessment = build(database, store, "d-1", out)
    assert (assessment["advice"], assessment["supported_amount"]) == ("accept", 0)
    [fact] = assessment["adverse"]
    assert "not properly disclosed" in fact["fact"]
    assert [item["item"] for item in assessment["missing"]] == ["agreement", "policy", "refusal"]
    letter = (out / "letter.md").read_text()
    assert "does not contest" in letter
    assert "shown before payment" not in letter


@pytest.mark.parametrize(
    ("code", "due_by", "advice"),
    [
        ("10.5", DUE_BY, "accept"),
        ("10.1", DUE_BY, "fight"),
        ("10.2", DUE_BY, "accept"),
        ("13.6", DUE_BY, "fight"),
        ("13.3", DUE_BY, "partial"),
        ("13.2", DUE_BY, "manual_review"),
        ("12.6.1", DUE_BY, "fight"),
        ("13.1", datetime(2026, 4, 11, tzinfo=UTC), "no_response_possible"),
        ("13.1", None, "no_response_possible"),
    ],
)
def test_the_advice_follows_the_gates(
    *,
    database: str,
    store: EventStore,
    out: Path,
    code: str,
    due_by: datetime | None,
    advice: str,
) -> None:
    dispute(told(store), code, due_by=due_by)
    assert build(database, store, "d-1", out)["advice"] == advice


def test_a_refund_of_the_whole_amount_answers_everything(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    sold = story.contract("s-1").sold
    assert sold
    refund = e.Refunded(
        refund="r-1",
        formula="amount",
        amount=50000,
        tax=0,
        lots=(),
        shares=(),
        forfeited=0,
        conceded=50000,
        waived=0,
        payments=(TenderPart(payment="pay-1", tender="card", amount=50000),),
        to="original",
        paid=True,
        ended=True,
        reason="ee" * 32,
        sale=sold.sale,
    )
    story.tell(date(2026, 4, 2), ("subscription", "s-1", refund))
    dispute(story, "13.1", 50000)
    assessment = build(database, store, "d-1", out)
    assert (assessment["advice"], assessment["supported_amount"]) == ("fight", 50000)
    assert "credit_processed_correctly" in arguments(assessment)


def test_what_is_recorded_after_the_dispute_is_flagged_and_not_counted(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    dispute(story, "13.1")
    thawed = e.DisputeSettled(
        dispute="d-1",
        payment="pay-1",
        outcome="won",
        lots=(),
        thawed=(),
        lost=0,
        lost_tax=0,
        ended=False,
    )
    story.tell(OPENED, ("subscription", "s-1", thawed))
    late = story.visit("v-9", "s-1", "peel-1", date(2026, 3, 20), now=NOW)
    assessment = build(database, store, "d-1", out)
    assert assessment["late_entries"] == [late + 1]
    assert assessment["unused_value"]["amount"] == 47700
    visits = read(out, "facts.json")["visits"]
    assert [visit["late"] for visit in visits] == [False, False, False, True]


def test_a_charge_answers_for_its_share_of_the_units(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store, charges=(31800, 63600))
    dispute(story, "13.1", 31800)
    assessment = build(database, store, "d-1", out)
    assert assessment["unused_value"]["amount"] == 15900
    assert assessment["unused_value"]["working"][-1] == {
        "step": "less what other payments funded (2/3 of it)",
        "amount": -31800,
    }
    assert (assessment["advice"], assessment["supported_amount"]) == ("partial", 15900)
    [lot] = read(out, "facts.json")["charge_statement"]["lots"]
    assert (lot["funding_share"], lot["funded_by_charge"]) == ("1/3", 30000)


def test_a_closed_dispute_cannot_be_answered(database: str, store: EventStore, out: Path) -> None:
    story = told(store)
    dispute(story, "13.1")
    closed = DisputeClosed(dispute="d-1", charge="ch-1", outcome="accepted", shares=(), parts=())
    story.tell(date(2026, 4, 11), ("dispute", "d-1", closed))
    assert build(database, store, "d-1", out)["advice"] == "no_response_possible"
    [row] = listed(store, CLINIC)
    assert (row["dispute"], row["outcome"]) == ("d-1", "accepted")


def test_a_charge_finds_its_dispute_and_needs_none(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    assert build(database, store, "ch-1", out)["advice"] == "manual_review"
    assert "(none opened)" in (out / "letter.md").read_text()
    dispute(story, "13.1")
    assert build(database, store, "ch-1", out)["advice"] == "partial"
    assert build_packet(store, CLINIC, "ch-9", out, NOW) is None


def test_the_packet_holds_no_more_of_a_person_than_asked(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    cancelled(story)
    dispute(story, "13.7")
    build(database, store, "d-1", out)
    manifest = read(out, "manifest.json")
    for path in [path for path in out.rglob("*") if path.is_file()]:
        content = path.read_text("latin-1")
        assert not any(canary in content for canary in (PHONE, REASON))
        if path.name in ("facts.json", "manifest.json"):
            assert not any(canary in content for canary in (NAME, EMAIL))
        if str(path.relative_to(out)) in manifest["send"]:
            assert "melasma" not in content, path
    assert "melasma" not in (out / "facts.json").read_text()


def test_the_packet_is_as_of_the_sale(database: str, store: EventStore, out: Path) -> None:
    from aggregates.service.events import ServiceDefined

    story = told(store)
    renamed = ServiceDefined(service="melasma-peel", label="Other name", list_price=99900)
    story.tell(date(2026, 3, 1), ("service", "melasma-peel", renamed))
    dispute(story, "13.1")
    build(database, store, "d-1", out)
    facts = (out / "facts.json").read_text()
    assert "Skin visit" in facts
    assert "Other name" not in facts
    assert read(out, "facts.json")["sale"][0]["sold_on"] == SOLD.isoformat()


def test_one_flipped_byte_anywhere_is_found(database: str, store: EventStore, out: Path) -> None:
    story = told(store)
    document(story, "doc-1", "receipt", paper())
    dispute(story, "13.7")
    build(database, store, "d-1", out)
    for path in [path for path in out.rglob("*") if path.is_file()]:
        content = path.read_bytes()
        for place in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            assert verify_packet(out) != [], (path, place)
        path.write_bytes(content)
    assert verify_packet(out) == []
    (out / "more.txt").write_text("slipped in")
    assert verify_packet(out) == ["more.txt is not listed"]


def test_an_event_rewritten_with_fresh_digests_is_found(
    database: str, store: EventStore, out: Path
) -> None:
    """Someone who recomputes every digest still cannot give an event another content."""
    from ledger.canonical import canonical, digest

    dispute(told(store), "13.1")
    build(database, store, "d-1", out)
    manifest = read(out, "manifest.json")
    event = next(row for row in manifest["chain"]["events"] if row["type"] == "UnitsDrawn")
    event["body"] = event["body"].replace('"quantity":"1"', '"quantity":"2"')
    content = {key: value for key, value in manifest.items() if key != "content_sha256"}
    forged = canonical({**content, "content_sha256": digest(content)})
    (out / "manifest.json").write_bytes(forged)
    assert verify_packet(out) == [f"event {event['position']} is not the one that was recorded"]


def test_an_erased_person_leaves_a_packet_that_still_proves_itself(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    document(story, "doc-1", "receipt", paper())
    dispute(story, "13.1")
    store.erase(CLINIC, "patient/p-1")
    build(database, store, "d-1", out)
    assert "customer_name" not in read(out, "evidence.json")
    [attached] = read(out, "facts.json")["documents"]
    assert attached["available"] is False
