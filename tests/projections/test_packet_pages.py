"""The packet as a bank's reviewer gets it: pages, words, ink (evidence.md 3.2, 6)."""

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from ledger.store.store import EventStore
from projections.evidence.packet import Options, build_packet
from projections.evidence.paper.fitting import MOST_BYTES, TooLarge
from projections.evidence.paper.typesetting import _PRINTABLE, printable, typeset
from projections.evidence.projection import EvidenceIndex
from projections.evidence.verify import verify_packet
from tests.projections.dispute_story import NOW, dispute, document, linked, message, paper, told
from tests.projections.story import CLINIC, Story, catch_up

PAPERS = {"a4": (595, 842), "letter": (612, 792)}
MARGIN = 50
"""Points that stay white on every side; the margin is two centimetres."""
AS_USUAL = Options()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "packet"


def build(database: str, store: EventStore, out: Path, options: Options = AS_USUAL) -> PdfReader:
    catch_up(database, EvidenceIndex())
    built = build_packet(store, CLINIC, "d-1", out, NOW, options)
    assert built is not None
    assert verify_packet(out) == []
    return PdfReader(out / "packet.pdf")


def words(page: str) -> str:
    return " ".join(page.replace("\u200b", "").split())


def told_in_full(store: EventStore) -> Story:
    """The half-used package with papers in colour, and a cancellation by email."""
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


def drawn(file: Path) -> Iterator[Image.Image]:
    """Each page at a point a pixel."""
    for page in pypdfium2.PdfDocument(file):
        yield page.render(scale=1).to_pil().convert("RGB")


def test_the_pages_lead_from_the_answer_to_the_exhibits(
    database: str, store: EventStore, out: Path
) -> None:
    dispute(told_in_full(store), "13.1", claim={"last_expected_receipt_date": "2026-03-01"})
    packet = build(database, store, out)
    pages = [words(page.extract_text()) for page in packet.pages]
    assert len(pages) == 10
    for number, page in enumerate(pages, start=1):
        assert page.startswith(f"Glow - dispute d-1 Page {number} of 10")
        assert "Disclosure profile: issuer_min." in page
    letter, facts, *rest = pages
    for said in (
        "Reason 13.1 - Services not received",
        "Card Visa ending 4242",
        "Customer Pat Canary",
        "Services were provided to the cardholder on the dates below.",
        "Services were provided: 10 Feb 2026, 24 Feb 2026, 10 Mar 2026 (Exhibit A, section 4).",
        "The clinic concedes $477.00, the unused value, and asks for $477.00.",
        "The cardholder last wrote to the clinic on 1 Apr 2026.",
    ):
        assert said in letter
    order = ("1. Transaction", "2. Timeline", "1 Mar 2026 The cardholder states", "3. Argument")
    assert [facts.index(part) for part in order] == sorted(facts.index(part) for part in order)
    after = " ".join(rest)
    titles = re.findall(r"Exhibit ([A-Z]): ([A-Z][a-z]+ ?[a-z]*)", after)
    assert [title.strip() for _, title in titles] == [
        "Services provided",
        "Signed agreement",
        "Signature",
        "Messages",
        "Terms accepted",
        "Payments",
        "Receipt",
    ]
    assert "Unused value on 10 Apr 2026, method pro rata $477.00" in after
    assert "Record certificate" in pages[-1]


@pytest.mark.parametrize("size", ["a4", "letter"])
def test_pages_are_black_on_white_within_their_margins_and_never_blank(
    database: str, store: EventStore, out: Path, size: str
) -> None:
    dispute(told_in_full(store), "13.7")
    packet = build(database, store, out, Options(paper=size))
    width, height = PAPERS[size]
    for page, picture in zip(packet.pages, drawn(out / "packet.pdf"), strict=True):
        assert abs(page.mediabox.width - width) < 1
        assert abs(page.mediabox.height - height) < 1
        assert "/Annots" not in page
        red, green, blue = picture.split()
        assert ImageChops.difference(red, green).getbbox() is None
        assert ImageChops.difference(green, blue).getbbox() is None
        ink = ImageChops.invert(red).getbbox()
        assert ink is not None
        left, top, right, bottom = ink
        assert left >= MARGIN
        assert top >= MARGIN - 10
        assert right <= picture.width - MARGIN
        assert bottom <= picture.height - MARGIN + 10


def test_the_packet_keeps_to_the_universal_profile(
    database: str, store: EventStore, out: Path
) -> None:
    dispute(told_in_full(store), "13.1")
    packet = build(database, store, out)
    written = (out / "packet.pdf").read_bytes()
    assert len(packet.pages) <= 19
    assert len(written) <= MOST_BYTES
    assert not packet.is_encrypted
    assert b"pdfaid:part" in written
    sizes: set[float] = set()
    for page in packet.pages:
        page.extract_text(
            visitor_text=lambda text, _cm, tm, _font, size: sizes.add(abs(tm[0]) * size)
        )
    assert min(size for size in sizes if size) >= 12
    again = written
    build(database, store, out)
    assert (out / "packet.pdf").read_bytes() == again


MARKUP = '#link("https://x.example")[*b*] $x^2$ <script>alert(1)</script> ` @ref = \\u{1F600} //'


def test_what_people_typed_is_text_and_nothing_else(
    database: str, store: EventStore, out: Path
) -> None:
    from aggregates.clinic.events import ClinicDefined
    from aggregates.patient.events import PatientRegistered
    from tests.projections.dispute_story import personal

    story = told(store)
    name = personal("name", f"{MARKUP}{'w' * 200}")
    clinic = ClinicDefined(
        clinic=CLINIC, name=f"Glow {MARKUP}", currency="EUR", timezone="Europe/Berlin"
    )
    story.tell(
        date(2026, 3, 2),
        ("patient", "p-1", PatientRegistered(patient="p-1", name=name.digest)),
        ("clinic", "", clinic),
        texts=(name,),
    )
    dispute(story, "13.1")
    packet = build(database, store, out)
    letter = words(packet.pages[0].extract_text())
    assert printable(MARKUP).replace("\u200b", "").split()[0] in letter
    assert "<script>alert(1)</script>" in letter
    assert "\\<script>" not in (out / "letter.md").read_text()
    assert "&lt;script>" in (out / "letter.md").read_text()
    for page, picture in zip(packet.pages, drawn(out / "packet.pdf"), strict=True):
        assert "/Annots" not in page
        ink = ImageChops.invert(picture.convert("L")).getbbox()
        assert ink is not None
        assert ink[2] <= picture.width - MARGIN


def test_every_letter_that_may_be_printed_can_be(tmp_path: Path) -> None:
    """PDF/A refuses a letter without a shape; the table must name none."""
    letters = "".join(chr(code) for first, last in _PRINTABLE for code in range(first, last + 1))
    content: dict[str, Any] = {
        "paper": "a4",
        "title": "t",
        "clinic": "c",
        "header": "h",
        "footer": letters,
        "letter": None,
        "certificate": {"text": [letters], "digests": []},
        "exhibits": [],
    }
    assert typeset(content, {}, "a-2b").startswith(b"%PDF-")


def test_a_paper_with_a_link_and_a_script_goes_out_as_a_picture(
    database: str, store: EventStore, out: Path
) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(paper()))
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('canary')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject(name): value for name, value in action.items()}
    )
    writer.add_metadata({"/Title": "canary"})
    written = io.BytesIO()
    writer.write(written)
    story = told(store)
    document(story, "doc-1", "receipt", written.getvalue())
    dispute(story, "13.1")
    build(database, store, out)
    for file in ("packet.pdf", "exhibits/receipt.pdf"):
        content = (out / file).read_bytes()
        assert b"canary" not in content
        assert b"/JavaScript" not in content


def test_too_many_pages_are_refused_with_what_to_leave_out(
    database: str, store: EventStore, out: Path
) -> None:
    story = told(store)
    receipt = document(story, "doc-1", "receipt", paper(pages=4))
    signed = document(story, "doc-2", "signed_agreement", paper(pages=12))
    dispute(story, "13.1")
    with pytest.raises(TooLarge) as refused:
        build(database, store, out)
    said = str(refused.value)
    found = re.match(r"(\d+) pages of at most 19\.", said)
    assert found
    assert said.index(f"receipt {receipt[:12]} (4 pages") < said.index(
        f"signed_agreement {signed[:12]} (12 pages"
    )
    assert not out.exists()
    fitting = build(database, store, out, Options(leave_out=("doc-1",)))
    assert 16 <= len(fitting.pages) <= int(found[1]) - 4


def test_a_photograph_is_scaled_until_it_fits(database: str, store: EventStore, out: Path) -> None:
    """Noise does not compress: at 150 dots an inch it would take two megabytes."""
    noise = Image.effect_noise((1700, 2200), 120)
    written = io.BytesIO()
    noise.save(written, "PNG")
    story = told(store)
    document(story, "doc-1", "signature", written.getvalue(), "image/png")
    dispute(story, "13.1")
    build(database, store, out)
    assert 300_000 < (out / "packet.pdf").stat().st_size <= MOST_BYTES
