"""Writes the evidence folder of a dispute or charge (interfaces.md 6, "evidence")."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from ledger.canonical import canonical, digest
from ledger.errors import LedgerError
from ledger.store.anchored import Inclusion, inclusion
from ledger.store.store import EventStore
from projections.evidence import verify
from projections.evidence.assessment.gates import Assessment, assess
from projections.evidence.case import Case
from projections.evidence.facts.build import cited, facts
from projections.evidence.gather import contents, gather, names
from projections.evidence.paper.content import certificate, frame, packet_content
from projections.evidence.paper.exhibits import Exhibit, exhibits, references
from projections.evidence.paper.fitting import Format, TooLarge, fitted, undrawable
from projections.evidence.paper.letter import LONG, SHORT, letter, summary
from projections.evidence.processors.answer import PACKET, Answer
from projections.evidence.processors.limits import DEFAULT, PROCESSORS, check, limits_of
from projections.evidence.profile.elevation import Profile, profile_for
from projections.evidence.profile.project import kept, sent
from projections.evidence.proof import anchoring, proof

MANIFEST = "manifest.json"
ANCHOR, STAMP, VERIFIER = "anchor.json", "anchor.tsr", "verify_packet.py"
#: What stays with the clinic for an arbiter or a court; all other files go to the processor.
KEPT = frozenset({MANIFEST, "facts.json", "letter.md", ANCHOR, STAMP, VERIFIER})
#: Where paper is cut to letter size; A4 elsewhere.
LETTER_CURRENCIES = frozenset({"USD", "CAD", "MXN", "PHP", "CLP", "COP"})


class UnknownName(LedgerError):
    """What was asked for by name is not there."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a packet is made.

    `paper` "auto" follows the clinic's country; `include` are fields beyond the minimum, each
    covered by an approval of the dispute; `leave_out` are ids of attached documents.
    """

    processor: str = DEFAULT
    paper: str = "auto"
    standard: str = "a-2b"
    include: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the files of one packet are made from."""

    case: Case
    assessment: Assessment
    profile: Profile
    form: Format
    kept: dict[str, Any]
    sent: dict[str, Any]
    texts: Mapping[str, str]
    contents: Mapping[str, bytes]
    shown: Sequence[Exhibit]
    anchored: Inclusion | None
    unfit: dict[str, str] = field(default_factory=dict)


def build_packet(
    store: EventStore,
    clinic: str,
    key: str,
    out: Path,
    now: datetime,
    options: Options = Options(),
) -> dict[str, Any] | None:
    """Writes the packet of a dispute or charge into `out`; None when neither is known.

    Returns the assessment, the files with their digests, what was left out and why, and
    `packet_sha256`, the digest of the manifest, which `record_submission` takes. A packet that
    lies in `out` is replaced. The read model `evidence` must be up to date. Raises TooLarge
    with the figure, NotApproved, and UnknownName for a processor or document.
    """
    case = gather(store, clinic, key, now)
    if case is None:
        return None
    draft = _draft(store, case, options)
    files, alone = _files(draft, options)
    files |= _proofs(draft.anchored)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    chain = proof(store, clinic, cited(draft.kept), case.head)
    manifest = _manifest(digests, chain, draft)
    _write(out, {**files, MANIFEST: manifest})
    return {
        "assessment": draft.kept["assessment"],
        "files": digests,
        "left_out": _left_out(draft, options),
        "packet_alone": alone,
        "packet_sha256": hashlib.sha256(manifest).hexdigest(),
    }


def _draft(store: EventStore, case: Case, options: Options) -> _Draft:
    if options.processor not in PROCESSORS:
        raise UnknownName(f"processor {options.processor} is none of {', '.join(PROCESSORS)}")
    profile = profile_for(options.include, case.dispute.approvals, case.now)
    assessment = assess(case)
    held = contents(store, case)
    whole = facts(case, assessment, held)
    out = _digests_of(whole, options.leave_out)
    safe = sent(whole, profile.fields)
    group = assessment.found.group
    unfit = undrawable(exhibits(safe, group, out), held)
    shown = exhibits(safe, group, {*out, *unfit})
    letters = {item.key: item.letter for item in shown}
    judged = {"assessment": assessment.data(letters), "profile": profile.name}
    stays = {**judged, **kept(whole, profile.fields)}
    return _Draft(
        case=case,
        assessment=assessment,
        profile=profile,
        form=Format(_paper(options, safe), options.standard),
        kept=stays,
        sent=safe,
        texts=names(store, case),
        contents=held,
        shown=shown,
        anchored=inclusion(store, case.clinic, cited(stays)),
        unfit=unfit,
    )


def _digests_of(whole: dict[str, Any], documents: Sequence[str]) -> set[str]:
    known = {item["document"]: item["sha256"] for item in whole["documents"]}
    unknown = [name for name in documents if name not in known]
    if unknown:
        raise UnknownName(f"no document {unknown[0]} is attached")
    return {known[name] for name in documents}


def _paper(options: Options, safe: dict[str, Any]) -> str:
    if options.paper != "auto":
        return options.paper
    return "letter" if safe["identifiers"]["currency"] in LETTER_CURRENCIES else "a4"


def _proofs(anchored: Inclusion | None) -> dict[str, bytes]:
    """The anchor as it was published and stamped, and the program that checks the folder."""
    made = {VERIFIER: Path(verify.__file__).read_bytes()}
    if anchored is not None:
        made[ANCHOR] = canonical(anchored.anchor.statement())
        if anchored.anchor.token is not None:
            made[STAMP] = anchored.anchor.token
    return made


def _manifest(digests: dict[str, str], chain: dict[str, Any], draft: _Draft) -> bytes:
    """The manifest in canonical bytes, with the digest of its own content."""
    there = {MANIFEST, *digests}
    content = {
        "format": 2,
        "profile": draft.profile.name,
        "files": digests,
        "send": sorted(there - KEPT),
        "keep": sorted(there & KEPT),
        "chain": chain,
        "anchor": None if draft.anchored is None else anchoring(draft.anchored),
    }
    return canonical({**content, "content_sha256": digest(content)})


def _files(draft: _Draft, options: Options) -> tuple[dict[str, bytes], bool]:
    """Every file but the manifest, and whether the packet goes without files beside it."""
    written = letter(draft.sent, draft.assessment, references(draft.shown), draft.texts)
    made = orjson.dumps(draft.kept, option=orjson.OPT_INDENT_2)
    common = {
        "facts.json": made,
        "letter.md": written.markdown().encode(),
        PACKET: _packet(draft, made),
    }
    answer = Answer(
        facts=draft.sent,
        assessment=draft.assessment,
        shown=draft.shown,
        texts=draft.texts,
        letter=written.text(),
        short=summary(draft.sent, written, SHORT),
        long=summary(draft.sent, written, LONG),
    )
    try:
        return {**common, **_answered(draft, options, answer, common)}, False
    except TooLarge:
        alone = replace(answer, alone=True, files={})
        return {**common, **_answered(draft, options, alone, common)}, True


def _answered(
    draft: _Draft, options: Options, answer: Answer, common: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The processor's fields, and the files they name."""
    fields = PROCESSORS[options.processor].fields(answer, draft.case)
    framed = frame(draft.sent, draft.form.paper, draft.profile.name)
    made = {
        path: fitted(framed, shown, draft.contents, draft.form)
        for path, shown in answer.files.items()
    }
    check(fields, {**common, **made}, limits_of(options.processor, answer.network))
    return {**made, "evidence.json": orjson.dumps(fields, option=orjson.OPT_INDENT_2)}


def _packet(draft: _Draft, made: bytes) -> bytes:
    shown = references(draft.shown)
    written = letter(draft.sent, draft.assessment, shown, draft.texts)
    digests = [("The clinic's file of facts (facts.json)", hashlib.sha256(made).hexdigest())]
    digests += [
        (f"Exhibit {item.letter}, the original document", item.sha256)
        for item in draft.shown
        if item.sha256 is not None
    ]
    late = len(draft.assessment.late)
    if draft.anchored is not None:
        anchor = draft.anchored.anchor
        digests.append(
            (f"Root of anchor {anchor.number}, {anchor.made_at:%Y-%m-%d}", anchor.root.hex())
        )
    proved = certificate(draft.sent, draft.case.head, digests, late)
    content = {
        **frame(draft.sent, draft.form.paper, draft.profile.name),
        **packet_content(draft.sent, draft.assessment, written, shown, proved),
    }
    return fitted(content, draft.shown, draft.contents, draft.form)


def _left_out(draft: _Draft, options: Options) -> list[dict[str, str]]:
    """Attached documents that are not in the packet, each with the reason."""
    reasons = []
    for document in draft.kept["documents"]:
        reason = (
            document["withheld"]
            or (None if document["available"] else "its content is not stored, or was erased")
            or ("recorded after the dispute" if document["late"] else None)
            or draft.unfit.get(document["sha256"])
            or ("as asked" if document["document"] in options.leave_out else None)
        )
        if reason:
            reasons.append({"document": document["document"], "why": reason})
    return reasons


def _write(out: Path, files: dict[str, bytes]) -> None:
    old = out / MANIFEST
    if old.exists():
        for name in orjson.loads(old.read_bytes())["files"]:
            (out / name).unlink(missing_ok=True)
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
