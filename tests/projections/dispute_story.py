"""A half-used package whose charge is disputed, told for the tests of evidence."""

import io
from datetime import UTC, date, datetime
from typing import Literal

from PIL import Image, ImageDraw

from aggregates.clinic.events import ClinicDefined
from aggregates.communication.events import CommunicationLogged, Kind
from aggregates.dispute.events import DisputedPart, DisputeOpened
from aggregates.document.events import DocumentAttached
from aggregates.patient.events import PatientRegistered
from aggregates.service.events import ServiceDefined
from aggregates.subscription import events as e
from aggregates.subscription.card import Card
from aggregates.subscription.consent import ConsentDocument, Shown
from aggregates.subscription.leaving import HeldLot
from aggregates.subscription.link_events import CommunicationLinked
from ledger.canonical import digest
from ledger.personal import PersonalText
from ledger.store.store import EventStore
from tests.projections.story import CLINIC, TERMS, Story, line

SOLD = date(2026, 2, 3)
OPENED = date(2026, 4, 10)
NOW = datetime(2026, 4, 12, tzinfo=UTC)
DUE_BY = datetime(2026, 4, 24, tzinfo=UTC)
NAME, EMAIL, PHONE = "Pat Canary", "pat.canary@example.org", "+1 555 0100 canary"
REASON = "canary: she has melasma"
CARD = Card(brand="visa", last4="4242", entry="chip", present=True, network="visa")


def personal(kind: str, value: str) -> PersonalText:
    salt = kind.encode()
    return PersonalText(digest([kind, value]), "patient/p-1", kind, salt, value)


TEXTS = {
    kind: personal(kind, value)
    for kind, value in (("name", NAME), ("email", EMAIL), ("phone", PHONE), ("reason", REASON))
}


def told(
    store: EventStore,
    *,
    consent: bool = True,
    charges: tuple[int, ...] = (95400,),
    network: str | None = "visa",
) -> Story:
    """Six sessions for 900.00 plus 54.00 tax, paid by `charges`, three of them used."""
    story = Story(store)
    clinic = ClinicDefined(clinic=CLINIC, name="Glow", currency="USD", timezone="America/New_York")
    service = ServiceDefined(service="melasma-peel", label="Skin visit", list_price=15000)
    patient = PatientRegistered(
        patient="p-1",
        name=TEXTS["name"].digest,
        email=TEXTS["email"].digest,
        phone=TEXTS["phone"].digest,
    )
    story.tell(
        date(2026, 1, 5),
        ("clinic", "", clinic),
        ("service", "melasma-peel", service),
        ("patient", "p-1", patient),
        texts=tuple(TEXTS.values()),
    )
    peel = line("peel", 6, 15000, SOLD, date(2026, 5, 3), service="melasma-peel")
    story.sell("s-1", "p-1", SOLD, (peel,), tax=5400)
    if consent:
        story.tell(
            SOLD,
            ("communication", "copy-1", message("copy-1", "receipt", "out", SOLD)),
            ("subscription", "s-1", linked("copy-1", "receipt", SOLD)),
            ("subscription", "s-1", accepted()),
        )
    card = CARD.model_copy(update={"network": network})
    for number, amount in enumerate(charges, 1):
        story.pay("s-1", f"pay-{number}", amount, SOLD, charge=f"ch-{number}", card=card)
    for number, day in enumerate((date(2026, 2, 10), date(2026, 2, 24), date(2026, 3, 10)), 1):
        story.visit(f"v-{number}", "s-1", "peel-1", day)
    return story


def accepted() -> e.ConsentRecorded:
    signed = datetime(2026, 2, 3, 14, tzinfo=UTC)
    return e.ConsentRecorded(
        consent="consent-1",
        document=ConsentDocument(id="terms", version="3", sha256=TERMS),
        method="signature_pad",
        signer=TEXTS["name"].digest,
        signed_at=signed,
        shown_before_payment=True,
        shown=Shown(at=signed, where="tablet", position="signature"),
        copy_communication="copy-1",
        clauses=("refund", "cancellation", "expiry"),
    )


def message(
    name: str, kind: Kind, direction: Literal["in", "out"], on: date
) -> CommunicationLogged:
    return CommunicationLogged(
        communication=name,
        patient="p-1",
        subscription="s-1",
        kind=kind,
        channel="email",
        direction=direction,
        sent_at=datetime(on.year, on.month, on.day, 16, tzinfo=UTC),
        status="delivered" if direction == "out" else "received",
        summary=TEXTS["reason"].digest,
    )


def linked(name: str, kind: str, on: date) -> CommunicationLinked:
    return CommunicationLinked(communication=name, kind=kind, sent_on=on, failed=False)


def dispute(
    story: Story,
    code: str,
    amount: int = 95400,
    *,
    due_by: datetime | None = DUE_BY,
    claim: dict[str, str] | None = None,
    name: str = "d-1",
) -> int:
    """Opens the dispute; the position of its first event."""
    stated = {field: personal(f"claim.{field}", text) for field, text in (claim or {}).items()}
    state = story.contract("s-1")
    assert state.sold
    opened = DisputeOpened(
        dispute=name,
        charge="ch-1",
        amount=amount,
        currency="USD",
        reason="general",
        network_reason_code=code,
        opened_at=datetime(2026, 4, 10, 15, tzinfo=UTC),
        due_by=due_by,
        funds_withdrawn=True,
        parts=(DisputedPart(sale=state.sold.sale, payment="pay-1", amount=amount, fee=1500),),
        claim={field: text.digest for field, text in stated.items()},
    )
    lot = state.lots["peel-1"]
    frozen = e.UnitsFrozen(
        dispute=name,
        charge="ch-1",
        payment="pay-1",
        lots=(HeldLot(grant="peel-1", quantity=lot.remaining),),
        withdrawn=amount,
    )
    news = (("dispute", name, opened), ("subscription", "s-1", frozen))
    return story.tell(OPENED, *news, texts=tuple(stated.values()))


def document(
    story: Story, name: str, kind: str, content: bytes, media_type: str = "application/pdf"
) -> str:
    """Attaches a document to the contract; its digest."""
    sha256 = story.store.put_document(CLINIC, media_type, content, "patient/p-1")
    attached = DocumentAttached(
        document=name, kind=kind, sha256=sha256, media_type=media_type, subscription="s-1"
    )
    story.tell(date(2026, 3, 1), ("document", name, attached))
    return sha256


def paper(*, pages: int = 1, colour: str = "darkred", form: str = "PDF") -> bytes:
    """A scanned paper, in colour."""
    sheets = []
    for number in range(1, pages + 1):
        sheet = Image.new("RGB", (1240, 1754), "white")
        pen = ImageDraw.Draw(sheet)
        for row in range(40):
            pen.text((120, 120 + 36 * row), f"page {number} line {row} of a paper", fill=colour)
        sheets.append(sheet)
    written = io.BytesIO()
    more = {"save_all": True, "append_images": sheets[1:]} if form == "PDF" else {}
    sheets[0].save(written, form, **more)
    return written.getvalue()
