"""Writes the evidence folder of a dispute or charge (interfaces.md 6, "evidence")."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from ledger.canonical import canonical, digest
from ledger.store.store import EventStore
from projections.evidence.assess import Assessment, assess
from projections.evidence.exhibits import Exhibit, amount_text, exhibits
from projections.evidence.facts import PROFILE, cited, facts
from projections.evidence.fields import processor_fields
from projections.evidence.gather import Case, gather
from projections.evidence.letter import letter
from projections.evidence.pdf import pdf
from projections.evidence.proof import CLAIM, proof

MANIFEST = "manifest.json"
#: What stays with the clinic for an arbiter or a court; all other files go to the processor.
KEPT = (MANIFEST, "facts.json", "letter.md")


def build_packet(
    store: EventStore, clinic: str, key: str, out: Path, now: datetime
) -> dict[str, Any] | None:
    """Writes the packet of a dispute or charge into `out`; None when neither is known.

    Returns the assessment, the files with their digests, and `packet_sha256`, the digest of
    the manifest, which `record_submission` takes. A packet that lies in `out` is replaced.
    The read model `evidence` must be up to date.
    """
    case = gather(store, clinic, key, now)
    if case is None:
        return None
    assessment = assess(case)
    found = facts(case, assessment)
    shown = exhibits(found, assessment.group)
    letters = {exhibit.key: exhibit.letter for exhibit in shown}
    found["assessment"] = assessment.data(letters)
    files = _files(case, assessment, found, shown)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = _manifest(digests, proof(store, clinic, cited(found), case.head))
    _write(out, {**files, MANIFEST: manifest})
    packet = hashlib.sha256(manifest).hexdigest()
    return {"assessment": found["assessment"], "files": digests, "packet_sha256": packet}


def _manifest(digests: dict[str, str], chain: dict[str, Any]) -> bytes:
    """The manifest in canonical bytes, with the digest of its own content."""
    content = {
        "format": 1,
        "profile": PROFILE,
        "files": digests,
        "send": sorted(set(digests) - set(KEPT)),
        "keep": sorted(KEPT),
        "chain": chain,
    }
    return canonical({**content, "content_sha256": digest(content)})


def _files(
    case: Case, assessment: Assessment, found: dict[str, Any], shown: list[Exhibit]
) -> dict[str, bytes]:
    text = letter(found, assessment, shown)
    fields = processor_fields(found, assessment, shown, case.texts, text)
    made = {item.file: pdf([_titled(item)]) for item in shown if item.sha256 is None}
    copied = {item.file: case.contents[item.sha256] for item in shown if item.sha256}
    sections = [text.replace("# ", "").splitlines(), ["Timeline", "", *_timeline(found)]]
    sections += [_titled(item) for item in shown if item.sha256 is None]
    sections.append(_certificate(case))
    return {
        "facts.json": orjson.dumps(found, option=orjson.OPT_INDENT_2),
        "evidence.json": orjson.dumps(fields, option=orjson.OPT_INDENT_2),
        "letter.md": text.encode(),
        "packet.pdf": pdf(sections),
        **made,
        **copied,
    }


def _titled(exhibit: Exhibit) -> list[str]:
    return [f"Exhibit {exhibit.letter}: {exhibit.title}", "", *exhibit.lines]


def _timeline(found: dict[str, Any]) -> list[str]:
    known = found["identifiers"]
    rows = [(sale["sold_on"], f"{sale['name']} sold") for sale in found["sale"]]
    rows += [(item["signed_at"], "terms accepted") for item in found["consents"]]
    rows += [
        (item["on"], f"{amount_text(found, item['amount'])} paid by {item['tender']}")
        for item in found["payments"]
    ]
    rows += [(item["on"], f"{item['label']}: {item['status']}") for item in found["visits"]]
    rows += [
        (item["sent_at"], f"{item['kind']} message, {item['direction']}, {item['status']}")
        for item in found["communications"]
    ]
    rows += [
        (item["on"], f"{amount_text(found, item['amount'])} refunded") for item in found["refunds"]
    ]
    if known["opened_at"]:
        rows.append((known["opened_at"], "dispute opened"))
    return [f"{when[:10]}  {what}" for when, what in sorted(rows)]


def _certificate(case: Case) -> list[str]:
    """How the records are made and what the folder proves (evidence.md 8)."""
    return [
        "Record certificate",
        "",
        "These statements are drawn from an append-only record that the clinic keeps in the",
        "ordinary course of its business. Each entry names who made it, when it took effect and",
        "when it was recorded. Entries are never changed; corrections are new entries.",
        "",
        CLAIM,
        "",
        f"Head of the record: position {case.head.position}, {case.head.hash}",
    ]


def _write(out: Path, files: dict[str, bytes]) -> None:
    old = out / MANIFEST
    if old.exists():
        for name in orjson.loads(old.read_bytes())["files"]:
            (out / name).unlink(missing_ok=True)
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
