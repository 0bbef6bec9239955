"""The packet as a bank's reviewer gets it: pages, words, ink (evidence.md 3.2, 6)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader

from ledger.store.store import EventStore
from projections.evidence.packet import Options, build_packet
from projections.evidence.projection import EvidenceIndex
from projections.evidence.verify import verify_packet
from tests.projections.dispute_story import (
    NOW,
    dispute,
    document,
    linked,
    message,
    paper,
    told,
)
from tests.projections.story import CLINIC, Story, catch_up

A4, LETTER = (595, 842), (612, 792)
MARGIN_CM = 1.6


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "packet"


def build(database: str, store: EventStore, out: Path, options: Options = Options()) -> PdfReader:
    catch_up(database, EvidenceIndex())
    built = build_packet(store, CLINIC, "d-1", out, NOW, options)
    assert built is not None
    assert verify_packet(out) == []
    return PdfReader(out / "packet.pdf")


def words(packet: PdfReader) -> str:
    pages = [page.extract_text() for page in packet.pages]
    return " ".join(" ".join(pages).replace("\u200b", "").split())


def told_in_full(store: EventStore) -> Story:
    story = told(store)
    asked = message("cancel-1", "cancellation", "in", date(2026, 4, 1))
    story.tell(
        date(2026, 4, 1),
        ("communication", "cancel-1", asked),
        ("subscription", "s-1", linked("cancel-1", "cancellation", date(2026, 4, 1))),
    )
    document(story, "doc-1", "receipt", paper())
    document(story, "doc-2", "signed_agreement", paper(pages=2, colour="navy"))
    document(story, "doc-3", "signature", paper(form="PNG"), "image/png")
    return story


def pictures(folder: Path) -> Iterator[Image.Image]:
    for page in pypdfium2.PdfDocument(folder / "packet.pdf"):
        yield page.render(scale=1).to_pil().convert("RGB")


def test_the_pages_answer_the_code(database: str, store: EventStore, out: Path) -> None:
    dispute(told_in_full(store), "13.1", claim={"last_expected_receipt_date": "2026-03-01"})
    packet = build(database, store, out)
    assert packet.pages
