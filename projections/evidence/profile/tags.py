"""The sensitivity of every fact (evidence.md 7): redaction is a projection over these tags."""

from functools import cache
from typing import Literal

Tag = Literal["send", "keep", "clinical"]

#: `send` goes to the issuer, `keep` stays in the clinic's own file of facts, `clinical` is left
#: out of both unless somebody approved it. A name ending in * covers all below it.
TAGS: dict[str, Tag] = {
    "as_of": "send",
    "identifiers.*": "send",
    "claim.field": "keep",
    "claim.means": "send",
    "claim.date": "send",
    "claim.text": "clinical",
    "sale.name": "clinical",
    "sale.description": "clinical",
    "sale.description_sha256": "send",
    "sale.subscription": "keep",
    "sale.sold_on": "send",
    "sale.starts": "send",
    "sale.expires": "send",
    "sale.price": "send",
    "sale.tax": "send",
    "sale.currency": "send",
    "sale.plan": "send",
    "sale.invoice": "send",
    "sale.channel": "send",
    "sale.present": "send",
    "sale.refund_formula": "send",
    "sale.refund_fee": "send",
    "sale.terms.*": "send",
    "sale.lines.*": "send",
    "sale.position": "send",
    "consents.*": "send",
    "disclosure.*": "send",
    "payments.*": "send",
    "charge_statement.lots.subscription": "keep",
    "charge_statement.*": "send",
    "visits.visit": "keep",
    "visits.service": "clinical",
    "visits.provider": "keep",
    "visits.on": "send",
    "visits.status": "send",
    "visits.label": "send",
    "visits.quantity": "send",
    "visits.location": "send",
    "visits.checked_in_at": "send",
    "visits.signature_sha256": "send",
    "visits.recorded_at": "send",
    "visits.recorded_by": "send",
    "visits.visit_position": "send",
    "visits.position": "send",
    "visits.late": "send",
    "communications.kind": "send",
    "communications.direction": "send",
    "communications.channel": "send",
    "communications.sent_at": "send",
    "communications.status": "send",
    "communications.sha256": "send",
    "communications.summary": "clinical",
    "communications.position": "send",
    "communications.late": "send",
    "cancellations.*": "send",
    "refunds.*": "send",
    "extensions.*": "send",
    "documents.document": "keep",
    "documents.*": "send",
    "bookings.booking": "keep",
    "bookings.*": "send",
    "evidence.evidence": "keep",
    "evidence.*": "send",
    "submissions.*": "keep",
}

#: The fields that only an approval opens.
CLINICAL = frozenset(name for name, tag in TAGS.items() if tag == "clinical")


@cache
def tag_of(path: str) -> Tag | None:
    """The tag of a fact, by its own name or by the nearest name above it that covers all."""
    if path in TAGS:
        return TAGS[path]
    parts = path.split(".")
    names = (".".join([*parts[:length], "*"]) for length in range(len(parts) - 1, 0, -1))
    return next((TAGS[name] for name in names if name in TAGS), None)


@cache
def is_section(path: str) -> bool:
    """Whether the facts below this one have tags of their own."""
    return any(name.startswith(f"{path}.") for name in TAGS)
