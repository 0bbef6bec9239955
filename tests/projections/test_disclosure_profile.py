"""The minimum necessary: what stays with the clinic, and who may open it (evidence.md 7)."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import orjson
import pypdfium2
import pytest

from aggregates.clinic.events import PolicySet
from aggregates.dispute.events import DisclosureApproved
from aggregates.dispute.orders import Disclosable
from aggregates.offer.events import OfferPublished
from aggregates.service.events import ServiceDefined
from ledger.errors import Broken
from ledger.store.store import EventStore
from projections.evidence.packet import Options, build_packet
from projections.evidence.processors.limits import PROCESSORS
from projections.evidence.profile.elevation import NotApproved, profile_for
from projections.evidence.profile.project import kept, sent
from projections.evidence.profile.tags import CLINICAL, TAGS
from projections.evidence.projection import EvidenceIndex
from projections.evidence.verify import verify_packet
from tests.projections.dispute_story import (
    NOW,
    SOLD,
    dispute,
    document,
    linked,
    message,
    paper,
    personal,
    told,
)
from tests.projections.story import CLINIC, Story, catch_up, line, sale

#: Words that would tell an issuer what somebody is treated for.
CANARIES = ("melasma", "tretinoin", "chemotherapy", "hydroquinone", "relapse")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "packet"


def planted(store: EventStore) -> Story:
    """A package whose every free field holds a clinical word, used and disputed."""
    story = told(store)
    peel = line("peel", 2, 15000, SOLD, date(2026, 5, 3), service="melasma-peel")
    named = sale("s-2", "p-1", SOLD, (peel,), 0).model_copy(
        update={
            "name": "Melasma with tretinoin",
            "description": personal("description", "hydroquinone for melasma").digest,
        }
    )
    news: list[Any] = [("subscription", "s-2", named)]
    story.tell(SOLD, *news, texts=(personal("description", "hydroquinone for melasma"),))
    story.pay("s-2", "pay-9", 30000, SOLD, charge="ch-1")
    story.visit("v-9", "s-2", "peel-1", date(2026, 3, 2))
    wrote = message("m-1", "complaint", "in", date(2026, 3, 3)).model_copy(
        update={"summary": personal("summary", "a relapse after chemotherapy").digest}
    )
    clinical = message("m-2", "other", "out", date(2026, 3, 4)).model_copy(
        update={"clinical": True, "summary": personal("summary2", "tretinoin dose").digest}
    )
    story.tell(
        date(2026, 3, 4),
        ("communication", "m-1", wrote),
        ("communication", "m-2", clinical),
        ("subscription", "s-2", linked("m-1", "complaint", date(2026, 3, 3))),
        ("subscription", "s-2", linked("m-2", "other", date(2026, 3, 4))),
        texts=(
            personal("summary", "a relapse after chemotherapy"),
            personal("summary2", "tretinoin dose"),
        ),
    )
    document(story, "doc-1", "chart of melasma", b"melasma", "text/plain")
    document(story, "doc-2", "receipt", paper())
    claim = {"what_differs": "the melasma came back", "received_date": "2026-03-10"}
    dispute(story, "13.3", 125400, claim=claim)
    return story


def build(database: str, store: EventStore, out: Path, options: Options) -> dict[str, Any]:
    catch_up(database, EvidenceIndex())
    built = build_packet(store, CLINIC, "d-1", out, NOW, options)
    assert built is not None
    assert verify_packet(out) == []
    return built


def shown(file: Path) -> str:
    """What a file says to whoever opens it."""
    if file.suffix == ".pdf":
        pages = pypdfium2.PdfDocument(file)
        return "".join(page.get_textpage().get_text_range() for page in pages).lower()
    return file.read_text().lower()


@pytest.mark.parametrize("processor", list(PROCESSORS))
def test_no_clinical_word_leaves_the_clinic(
    database: str, store: EventStore, out: Path, processor: str
) -> None:
    planted(store)
    built = build(database, store, out, Options(processor))
    files = [file for file in out.rglob("*") if file.is_file()]
    assert len(files) >= 5
    # The manifest proves the events as they were recorded; like facts.json it is never sent.
    for file in files:
        if file.name != "manifest.json":
            assert [word for word in CANARIES if word in shown(file)] == [], file
    assert {"document": "doc-1", "why": "not a kind that an issuer needs"} in built["left_out"]
    facts = orjson.loads((out / "facts.json").read_bytes())
    assert facts["profile"] == "issuer_min"
    assert "Skin visit" in (out / "facts.json").read_text()


def test_an_approval_opens_exactly_its_fields(database: str, store: EventStore, out: Path) -> None:
    story = planted(store)
    approval = approved("sale.name", until=NOW + timedelta(hours=1))
    story.tell(NOW.date(), ("dispute", "d-1", approval), texts=(personal("why", "why"),))
    built = build(database, store, out, Options(include=("sale.name",)))
    packet = shown(out / "packet.pdf")
    assert "melasma with tretinoin" in packet
    assert "disclosure profile: issuer_min + sale.name (approved by privacy-1)" in " ".join(
        packet.split()
    )
    assert not any(word in packet for word in ("hydroquinone", "relapse", "chemotherapy"))
    assert built["files"]


def approved(field: str, until: datetime) -> DisclosureApproved:
    why = personal("why", "why").digest
    return DisclosureApproved(
        dispute="d-1", fields=(field,), reason=why, approver="privacy-1", expires=until
    )


def test_the_approval_of_another_dispute_opens_nothing(
    database: str, store: EventStore, out: Path
) -> None:
    story = planted(store)
    later = approved("sale.name", NOW + timedelta(days=1))
    other = later.model_copy(update={"dispute": "d-2"})
    story.tell(NOW.date(), ("dispute", "d-2", other), texts=(personal("why", "why"),))
    with pytest.raises(NotApproved, match=r"no approval in force covers sale\.name"):
        build(database, store, out, Options(include=("sale.name",)))


@pytest.mark.parametrize(
    ("field", "expires", "granted"),
    [
        ("sale.name", NOW + timedelta(seconds=1), True),
        ("sale.name", NOW, False),
        ("sale.description", NOW + timedelta(days=1), False),
    ],
)
def test_without_an_approval_in_force_the_builder_refuses(
    *, field: str, expires: datetime, granted: bool
) -> None:
    approval = approved(field, expires)
    if granted:
        assert profile_for(["sale.name"], [approval], NOW).fields == {"sale.name"}
        return
    with pytest.raises(NotApproved, match=r"no approval in force covers sale\.name"):
        profile_for(["sale.name"], [approval], NOW)


def test_nobody_can_approve_what_is_no_clinical_field() -> None:
    approval = approved("visits.provider", NOW + timedelta(days=1))
    assert "visits.provider" not in CLINICAL
    with pytest.raises(NotApproved):
        profile_for(["visits.provider"], [approval], NOW)


def test_what_may_be_approved_is_what_is_clinical() -> None:
    assert set(get_args(Disclosable)) == CLINICAL


def test_a_fact_without_a_tag_is_never_shown_by_chance() -> None:
    with pytest.raises(Broken, match=r"visits\.diagnosis has no sensitivity"):
        sent({"visits": [{"on": "2026-01-01", "diagnosis": "x"}]}, ())


@pytest.mark.parametrize(
    ("name", "in_kept", "in_sent"),
    [("on", True, True), ("provider", True, False), ("service", False, False)],
)
def test_a_tag_says_how_far_a_fact_goes(name: str, in_kept: bool, in_sent: bool) -> None:
    facts = {"visits": [{name: "x"}]}
    assert (kept(facts, ())["visits"] == [{name: "x"}]) is in_kept
    assert (sent(facts, ())["visits"] == [{name: "x"}]) is in_sent
    assert f"visits.{name}" in TAGS


def changed_later(story: Story) -> None:
    """A rename, a new price and a new policy, after the sale."""
    on = date(2026, 3, 20)
    renamed = ServiceDefined(service="melasma-peel", label="Renamed", list_price=77700)
    repriced = OfferPublished(offer="glow-6", version=2, name="Repriced", price=77700, lines=())
    policy = PolicySet(
        policy="grace_days", value=777, effective=on, reason="ee" * 32, approver="bob"
    )
    news = (("service", "melasma-peel", renamed), ("offer", "glow-6", repriced))
    story.tell(on, *news, ("clinic", "", policy))


def test_later_offers_policies_and_papers_do_not_reach_the_sale(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    changed_later(story)
    document(story, "doc-1", "refund_policy", b"Later policy: no refunds, ever", "text/plain")
    dispute(story, "13.7")
    built = build(database, store, out, Options())
    for file in out.rglob("*"):
        if file.is_file() and file.name != "manifest.json":
            content = shown(file)
            assert not any(
                word in content for word in ("renamed", "repriced", "777", "later policy")
            )
    assert built["left_out"] == [
        {"document": "doc-1", "why": "not the version of the terms that was accepted"}
    ]


def test_the_accepted_terms_themselves_are_shown(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    text = b"Unused units are refunded pro rata within 30 days."
    sha256 = document(story, "doc-1", "terms", text, "text/plain")
    state = story.contract("s-1")
    assert state.sold
    assert state.sold.terms
    other = sale("s-2", "p-1", SOLD, state.sold.lines, 0)
    terms = state.sold.terms.model_copy(update={"sha256": sha256})
    story.tell(SOLD, ("subscription", "s-2", other.model_copy(update={"terms": terms})))
    story.pay("s-2", "pay-9", 10000, SOLD, charge="ch-1")
    dispute(story, "13.7", 105400)
    build(database, store, out, Options())
    assert "refunded pro rata within 30 days" in " ".join(shown(out / "packet.pdf").split())


def test_only_order_of_recording_makes_an_entry_late(
    database: str, store: EventStore, out: Path
) -> None:
    """A history entered in one go, months later, is not late; what follows the dispute is."""
    months_later = NOW + timedelta(days=200)
    story = told(store)
    story.visit("v-4", "s-1", "peel-1", date(2026, 3, 12), now=months_later)
    dispute(story, "13.1")
    after = story.visit("v-5", "s-1", "peel-1", date(2026, 3, 14), now=months_later)
    assessment = build(database, store, out, Options())["assessment"]
    assert assessment["late_entries"] == [after + 1]
    packet = " ".join(shown(out / "packet.pdf").split())
    assert "12 mar 2026" in packet
    assert "14 mar 2026" not in packet
    assert "recorded after the dispute, and not relied on here: 1 of" in packet
