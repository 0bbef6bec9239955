"""Every kind of evidence.md 9: captured, a fact with its position, an exhibit, an item held."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from pypdf import PdfReader

from aggregates.booking.events import BookingRecorded
from aggregates.clinic.events import ClinicDefined
from aggregates.dispute.events import EvidenceSubmitted
from aggregates.evidence.events import EvidenceRecorded
from aggregates.patient.events import PatientRegistered
from aggregates.service.events import ServiceDefined
from ledger.events import Event
from ledger.store.store import EventStore
from projections.evidence.assessment.gates import assess
from projections.evidence.case import Case
from projections.evidence.codes.captured import SENT
from projections.evidence.gather import gather
from projections.evidence.packet import build_packet
from projections.evidence.projection import EvidenceIndex
from tests.projections.dispute_story import CARD, NOW, SOLD, TEXTS, accepted, dispute, told
from tests.projections.story import CLINIC, TERMS, Story, catch_up, line

MARCH = datetime(2026, 3, 3, 15, tzinfo=UTC)
SALE = datetime(2026, 2, 3, 13, tzinfo=UTC)
DIGEST = "cd" * 32
PERSON = TEXTS["reason"].digest


def recorded(kind: str, at: datetime = MARCH, **fields: Any) -> tuple[str, str, Event]:
    """Evidence about the contract, with its personal fields as digests."""
    event = EvidenceRecorded.model_validate(
        {"evidence": f"ev-{kind}", "kind": kind, "occurred_at": at, "subscription": "s-1"}
        | {"fields": fields}
    )
    return "evidence", event.evidence, event


def booked(status: str, on: date, **more: Any) -> tuple[str, str, Event]:
    event = BookingRecorded.model_validate(
        {"booking": "b-1", "patient": "p-1", "status": status, "booked_on": on, "starts": None}
        | {"services": ("melasma-peel",), "reason": PERSON}
        | more
    )
    return "booking", "b-1", event


def packet(database: str, store: EventStore, out: Path) -> dict[str, Any]:
    catch_up(database, EvidenceIndex())
    built = build_packet(store, CLINIC, "d-1", out, NOW)
    assert built is not None
    facts: dict[str, Any] = orjson.loads((out / "facts.json").read_bytes())
    return facts


def pages(out: Path) -> str:
    """The words of the packet with single spaces."""
    text = " ".join(page.extract_text() for page in PdfReader(out / "packet.pdf").pages)
    return " ".join(text.split())


def held(facts: dict[str, Any]) -> set[str]:
    return {item["item"] for item in facts["assessment"]["items"] if item["satisfied"]}


KINDS = [
    # kind, code, fields, the exhibit that shows it, the item it holds (None: an argument's)
    ("identity_checked", "10.3", {"type_of_id": "passport", "last_4": "77K1", "result": "matched",
     "matched_name": PERSON}, "Identity", "identity"),
    ("perk_used", "13.1", {"perk_id": "lounge", "value": 2500}, "Benefits used", "usage"),
    ("complaint", "13.3", {"issue_class": "result", "state": "closed", "response": PERSON},
     "Complaints and remedies", "remedy"),
    ("remedy", "13.3", {"offer": PERSON, "state": "declined", "date": "2026-03-02"},
     "Complaints and remedies", "remedy"),
    ("refund_request", "13.6", {"requester": PERSON, "state": "denied", "amount": 45000},
     "Refund requests", "refusal"),
    ("cancellation_request", "13.2", {"received_at": "2026-03-03T15:00:00Z", "channel": "email"},
     "Cancellation records", "cancellation_record"),
    ("cancellation_search", "13.2", {"channels": ("email", "phone"), "hits": 0,
     "operator": PERSON}, "Cancellation records", "cancellation_record"),
    ("card_event", "11.2", {"charge": "ch-1", "state": "authorized", "auth_code": "A1B2C3"},
     "Card records", "approval"),
    ("account_closed_notice", "13.2", {"received_at": "2026-03-03T15:00:00Z"},
     "Cancellation records", "cancellation_record"),
    ("cardholder_withdrawal", "13.1", {"received_at": "2026-03-03T15:00:00Z"},
     "Cancellation records", "communications"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code", "fields", "exhibit", "item"), KINDS)
def test_what_is_captured_reaches_fact_exhibit_and_item(
    database: str,
    store: EventStore,
    tmp_path: Path,
    kind: str,
    code: str,
    fields: dict[str, Any],
    exhibit: str,
    item: str,
) -> None:
    story = unused(store)
    position = story.tell(date(2026, 3, 4), recorded(kind, **fields))
    dispute(story, code)
    facts = packet(database, store, tmp_path)
    [fact] = facts["evidence"]
    assert (fact["kind"], fact["position"], fact["late"]) == (kind, position, False)
    assert fact["fields"] == {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in fields.items()
        if name in SENT[fact["kind"]]
    }
    assert PERSON not in str(facts)
    assert f": {exhibit}" in pages(tmp_path)
    assert item in held(facts)
    case = gather(store, CLINIC, "d-1", NOW)
    assert case is not None
    bare = assess(replace(case, evidence=()))
    assert item not in {found.item for found in bare.items if found.satisfied}


def test_terms_that_were_shown_count_towards_their_disclosure(
    database: str, store: EventStore, tmp_path: Path
) -> None:
    story = unused(store)
    shown = {"document_id": "terms", "sha256": TERMS, "where_shown": "tablet"}
    story.tell(SOLD, recorded("terms_presented", SALE, **shown, position="signature"))
    story.tell(SOLD, ("subscription", "s-1", accepted().model_copy(update={"shown": None})))
    dispute(story, "13.7")
    facts = packet(database, store, tmp_path)
    assert facts["disclosure"][0]["position_counts"]
    assert "Terms shown" in pages(tmp_path)


@pytest.mark.parametrize(
    ("status", "on", "item"),
    [("booked", date(2026, 5, 1), "availability"), ("checked_in", date(2026, 3, 5), "attendance")],
)
def test_bookings_reach_fact_exhibit_timeline_and_item(
    database: str, store: EventStore, tmp_path: Path, status: str, on: date, item: str
) -> None:
    """Only those for services of the package: what else somebody comes for is not shown."""
    story = unused(store, expires=date(2026, 4, 1))
    position = story.tell(date(2026, 3, 4), booked(status, on))
    other = booked("booked", on, booking="b-2", services=("botox",))
    story.tell(date(2026, 3, 4), ("booking", "b-2", other[2]))
    dispute(story, "13.1")
    facts = packet(database, store, tmp_path)
    [fact] = facts["bookings"]
    assert (fact["position"], fact["label"]) == (position, "Skin visit")
    assert item in held(facts)
    text = pages(tmp_path)
    assert ": Appointments" in text
    assert f": {status.replace('_', ' ')} Exhibit" in text


BEFORE = SALE - timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "news", "fact"),
    [
        (
            "13.2",
            recorded("cancellation_request", BEFORE, received_at="2026-02-02T13:00:00Z"),
            "charged after a recorded cancellation",
        ),
        (
            "13.2",
            recorded("account_closed_notice", BEFORE, received_at="2026-02-02T13:00:00Z"),
            "charged after a notice that the account was closed",
        ),
        (
            "13.6",
            recorded("refund_request", requester=PERSON, promise_text_hash=DIGEST),
            "refund promised and not paid",
        ),
        (
            "13.1",
            booked("cancelled", date(2026, 3, 9), cancelled_by="clinic"),
            "the clinic cancelled the appointment",
        ),
    ],
)
def test_what_speaks_against_us_is_accepted_with_its_fact(
    database: str, store: EventStore, code: str, news: tuple[str, str, Event], fact: str
) -> None:
    story = unused(store)
    position = story.tell(date(2026, 3, 4), news)
    dispute(story, code)
    judged = assess(case_of(database, store))
    assert judged.advice == "accept"
    assert [(item.fact, item.position) for item in judged.adverse] == [(fact, position)]


def test_a_search_answers_only_when_it_found_nothing(database: str, store: EventStore) -> None:
    story = told(store)
    story.tell(date(2026, 3, 4), recorded("cancellation_search", channels=("email",), hits=1))
    dispute(story, "13.2")
    arguments = assess(case_of(database, store)).arguments
    names = {item.argument for item in arguments}
    assert "cardholder_did_not_cancel_according_to_policy" not in names


def test_a_withdrawal_counts_though_it_comes_after_the_dispute_and_other_evidence_does_not(
    database: str, store: EventStore, tmp_path: Path
) -> None:
    story = told(store)
    dispute(story, "13.1")
    after = datetime(2026, 4, 11, 15, tzinfo=UTC)
    late = story.tell(
        date(2026, 4, 11),
        recorded("cardholder_withdrawal", after, received_at="2026-04-11T15:00:00Z"),
        recorded("identity_checked", after, type_of_id="passport", result="matched"),
    )
    facts = packet(database, store, tmp_path)
    assert {item["kind"]: item["late"] for item in facts["evidence"]} == {
        "cardholder_withdrawal": False,
        "identity_checked": True,
    }
    assert {late, late + 1} <= set(facts["assessment"]["late_entries"])
    arguments = {item["argument"]: item for item in facts["assessment"]["arguments"]}
    assert late in arguments["cardholder_no_longer_disputes"]["facts"]
    assert "Identity document" not in pages(tmp_path)


def test_what_was_sent_before_stays_in_the_clinics_own_facts(
    database: str, store: EventStore, tmp_path: Path
) -> None:
    story = told(store)
    dispute(story, "13.1")
    sent = EvidenceSubmitted(
        dispute="d-1",
        packet_sha256=DIGEST,
        profile="issuer_min",
        submitted_at=datetime(2026, 4, 11, 15, tzinfo=UTC),
        final=False,
    )
    position = story.tell(date(2026, 4, 11), ("dispute", "d-1", sent))
    [fact] = packet(database, store, tmp_path)["submissions"]
    assert (fact["position"], fact["packet_sha256"]) == (position, DIGEST)
    assert DIGEST not in (tmp_path / "evidence.json").read_text() + pages(tmp_path)


def case_of(database: str, store: EventStore) -> Case:
    catch_up(database, EvidenceIndex())
    case = gather(store, CLINIC, "d-1", NOW)
    assert case is not None
    return case


def unused(store: EventStore, expires: date = date(2026, 5, 3)) -> Story:
    """The package of `told`, paid by a card that was keyed in, and nothing else."""
    story = Story(store)
    clinic = ClinicDefined(clinic=CLINIC, name="Glow", currency="USD", timezone="America/New_York")
    service = ServiceDefined(service="melasma-peel", label="Skin visit", list_price=15000)
    story.tell(
        date(2026, 1, 5),
        ("clinic", "", clinic),
        ("service", "melasma-peel", service),
        ("patient", "p-1", PatientRegistered(patient="p-1")),
    )
    peel = line("peel", 6, 15000, SOLD, expires, service="melasma-peel")
    story.sell("s-1", "p-1", SOLD, (peel,), tax=5400)
    keyed = CARD.model_copy(update={"entry": "keyed"})
    story.pay("s-1", "pay-1", 95400, SOLD, charge="ch-1", card=keyed)
    return story
