"""Checks the packet of a dispute from its folder alone: `python verify_packet.py DIR`.

Needs Python 3.11 or later and nothing else: no database, no network, no other file of the
program that made the packet. Every packet has a copy of this file. What it finds, what that
proves and what it does not, it says in words. Exit status 0: nothing is wrong; 1: something is.

    --sha256 DIGEST     the manifest's digest as the clinic recorded it when it sent the packet
    --authority FILE    certificates (PEM) of the time-stamp authority; needs rfc3161-client
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MANIFEST, FACTS, ANCHOR, STAMP = "manifest.json", "facts.json", "anchor.json", "anchor.tsr"
SCHEME = "rfc6962-sha256"
GENESIS = bytes(32).hex()
#: The fields a hash covers after the one before it, in this order.
CHAINED = (
    *("clinic", "position", "stream", "version", "type", "schema_version", "effective_at"),
    *("effective_on", "recorded_at", "actor", "role", "command", "request_hash", "meta", "body"),
)
MOMENTS = ("effective_at", "recorded_at")
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True)
class Report:
    """What is wrong, what holds, and what nobody can tell from the folder, each in words."""

    problems: list[str] = field(default_factory=list)
    proved: list[str] = field(default_factory=list)
    not_proved: list[str] = field(default_factory=list)


def verify_packet(folder: Path, sha256: str | None = None) -> list[str]:
    """What is wrong with a packet, in words; [] when every digest, hash and proof holds."""
    return examine(folder, sha256).problems


def examine(folder: Path, sha256: str | None = None, authority: bytes | None = None) -> Report:
    """Everything there is to say about a packet; never raises for what the folder holds."""
    if not (folder / MANIFEST).is_file():
        return Report([f"{MANIFEST} is missing"])
    written = (folder / MANIFEST).read_bytes()
    found = hashlib.sha256(written).hexdigest()
    if sha256 is not None and found != sha256.lower():
        return Report([f"{MANIFEST} is not the recorded one: its SHA-256 is {found}"])
    try:
        manifest = json.loads(written)
        content = {key: value for key, value in manifest.items() if key != "content_sha256"}
        if canonical(manifest) != written or digest(content) != manifest["content_sha256"]:
            return Report([f"{MANIFEST} was altered"])
        problems = _files(folder, manifest["files"]) or [
            *_chain(manifest["chain"]),
            *_uncited(folder, manifest["chain"]),
            *_anchored(folder, manifest),
        ]
        problems = problems or _stamped(folder, authority)
        return Report(problems) if problems else _words(folder, manifest, found, sha256, authority)
    except UNREADABLE as error:
        return Report([f"{MANIFEST} cannot be read: {type(error).__name__}"])


def canonical(value: Any) -> bytes:
    """Canonical JSON (RFC 8785) of what a packet holds: no floats, ASCII keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def digest(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def _files(folder: Path, digests: dict[str, str]) -> list[str]:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    problems = [f"{name} is missing" for name in sorted(digests.keys() - there)]
    problems += [f"{name} is not listed" for name in sorted(there - digests.keys() - {MANIFEST})]
    for name in sorted(digests.keys() & there):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digests[name]:
            problems.append(f"{name} was altered")
    return problems


def _chain(chain: dict[str, Any]) -> Iterator[str]:
    """Each entry has its hash, stands after the one before, and none lies beyond the head."""
    head = chain["head"]
    last: dict[str, Any] = {"position": 0, "hash": GENESIS}
    for entry in chain["events"]:
        at = entry["position"]
        if hashed(entry) != entry["hash"]:
            yield f"event {at} is not the one that was recorded"
        if at <= last["position"]:
            yield f"event {at} is out of order"
        if at == last["position"] + 1 and entry["prev_hash"] != last["hash"]:
            yield f"event {at} does not follow event {last['position']}"
        if at > head["position"]:
            yield f"event {at} lies beyond the head of the record"
        if at == head["position"] and entry["hash"] != head["hash"]:
            yield f"event {at} is not the head"
        if entry["clinic"] != chain["events"][0]["clinic"]:
            yield f"event {at} is of another clinic"
        last = entry


def hashed(entry: dict[str, Any]) -> str:
    """SHA-256 over the hash before and the fields, each as ``<bytes>:<text>,`` after "v1"."""
    texts = ["v1", *(_text(name, entry[name]) for name in CHAINED)]
    record = b"".join(b"%d:%s," % (len(text.encode()), text.encode()) for text in texts)
    return hashlib.sha256(bytes.fromhex(entry["prev_hash"]) + record).hexdigest()


def _text(name: str, value: Any) -> str:
    if name not in MOMENTS:
        return str(value)
    naive = datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="microseconds") + "Z"


def _uncited(folder: Path, chain: dict[str, Any]) -> Iterator[str]:
    """Every entry that the facts name is among the proved ones."""
    proved = {entry["position"] for entry in chain["events"]}
    named = set(_positions(json.loads((folder / FACTS).read_bytes())))
    yield from (f"event {at} is cited without proof" for at in sorted(named - proved))


def _positions(value: Any) -> Iterator[int]:
    if isinstance(value, list):
        for item in value:
            yield from _positions(item)
    for key, item in value.items() if isinstance(value, dict) else ():
        if key in ("position", "visit_position", "notice") and isinstance(item, int):
            yield item
        elif key in ("facts", "late_entries"):
            yield from item
        else:
            yield from _positions(item)


def _anchored(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """The clinic's head is in the anchor, and every entry up to it is under that head."""
    proof, chain = manifest.get("anchor"), manifest["chain"]
    if proof is None:
        stray = (name for name in (ANCHOR, STAMP) if (folder / name).is_file())
        yield from (f"{name} belongs to no proof" for name in stray)
        return
    written = (folder / ANCHOR).read_bytes()
    anchor, head = json.loads(written), proof["head"]
    if canonical(anchor) != written or anchor["scheme"] != SCHEME:
        yield f"{ANCHOR} was altered"
    leaf, root = _leaf(canonical(head)), anchor["root"]
    if not _leads(leaf, proof["index"], anchor["size"], proof["path"], root):
        yield "the clinic's head is not in the anchor"
    events = {entry["position"]: entry for entry in chain["events"]}
    for entry in events.values():
        salted = hashlib.sha256(bytes.fromhex(proof["salt"]) + entry["clinic"].encode())
        if salted.hexdigest() != head["clinic"]:
            yield f"event {entry['position']} is not of the clinic of the anchor"
    if head["position"] > chain["head"]["position"]:
        yield "the record ends before its anchored head: its end was cut off"
    for end in (chain["head"], events.get(head["position"])):
        if end and end["position"] == head["position"] and end["hash"] != head["hash"]:
            yield f"event {head['position']} is not the anchored head"
    yield from _under(head, events, {one["position"]: one["path"] for one in proof["entries"]})


def _under(
    head: dict[str, Any], events: dict[int, dict[str, Any]], paths: dict[int, list[str]]
) -> Iterator[str]:
    """Each entry up to the anchored head leads to the root of the clinic's entries."""
    wanted = {at for at in events if at <= head["position"]}
    yield from (f"event {at} has no proof in the anchor" for at in sorted(wanted - paths.keys()))
    yield from (f"event {at} is proved and not there" for at in sorted(paths.keys() - wanted))
    for at in sorted(wanted & paths.keys()):
        leaf = _leaf(bytes.fromhex(events[at]["hash"]))
        if not _leads(leaf, at - 1, head["position"], paths[at], head["entries"]):
            yield f"event {at} is not in the anchored record"


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _leads(leaf: bytes, index: int, size: int, path: Sequence[str], root: str) -> bool:
    """Whether hashing `leaf` with the path gives the root (RFC 6962): from the top down."""
    hashes = [bytes.fromhex(one) for one in path]
    return 0 <= index < size and _over(leaf, index, size, hashes) == bytes.fromhex(root)


def _over(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root of a tree of `size` with the leaf at `index`; None for a path of another length."""
    if size == 1 or not path:
        return leaf if size == 1 and not path else None
    split = 1 << (size - 1).bit_length() - 1
    *below, other = path
    on_left = index < split
    inner = _over(leaf, index % split, split if on_left else size - split, below)
    if inner is None:
        return None
    return hashlib.sha256(b"\x01" + (inner + other if on_left else other + inner)).digest()


def _stamped(folder: Path, authority: bytes | None) -> list[str]:
    """The time stamp is over the anchor; with the authority's certificates, that it signed it."""
    if not (folder / STAMP).is_file():
        return []
    token, anchor = (folder / STAMP).read_bytes(), (folder / ANCHOR).read_bytes()
    if b"\x04\x20" + hashlib.sha256(anchor).digest() not in token:
        return [f"{STAMP} is about something else than {ANCHOR}"]
    if authority is None:
        return []
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415  optional
    from rfc3161_client import (  # noqa: PLC0415  optional
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )

    try:
        roots = load_pem_x509_certificates(authority)
        verifier = VerifierBuilder(roots=roots).build()
        verifier.verify_message(decode_timestamp_response(token), anchor)
    except (VerificationError, ValueError) as error:
        return [f"{STAMP} is not signed by the authority: {error}"]
    return []


def _words(
    folder: Path, manifest: dict[str, Any], found: str, sha256: str | None, authority: bytes | None
) -> Report:
    events, proof = manifest["chain"]["events"], manifest.get("anchor")
    proved = [
        f"The {len(manifest['files'])} files are the ones that the manifest lists.",
        f"The {len(events)} entries that the facts cite are unaltered: their hashes come out.",
    ]
    open_ = [
        "That letter and pages tell what the entries say is for a reader to judge.",
        "Entries that are not cited are not disclosed.",
    ]
    if sha256 is None:
        open_.append(f"That this is the packet as sent: compare its SHA-256, {found}.")
    else:
        proved.append("The manifest is the recorded one.")
    if proof is None:
        open_.append("The record was not anchored yet: when its entries were made is its own word.")
        return Report([], proved, open_)
    anchor = json.loads((folder / ANCHOR).read_bytes())
    late = [one["position"] for one in events if one["position"] > proof["head"]["position"]]
    proved.append(
        f"{len(events) - len(late)} of them stood in the clinic's record when anchor "
        f"{anchor['number']} was made ({anchor['made_at']}), root {anchor['root']}."
    )
    if late:
        open_.append(f"Recorded after that anchor: {', '.join(map(str, late))}.")
    _time(folder, authority, proved, open_)
    return Report([], proved, open_)


def _time(folder: Path, authority: bytes | None, proved: list[str], open_: list[str]) -> None:
    check = f"openssl ts -verify -data {ANCHOR} -in {STAMP} -CAfile CERTIFICATES.pem"
    if not (folder / STAMP).is_file():
        open_.append("When the anchor was made: compare its root with the one that was published.")
    elif authority is None:
        open_.append(f"{STAMP} is a time stamp over the anchor; who signed it tells: {check}")
    else:
        proved.append("The authority's time stamp over the anchor is genuine: it is no younger.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the report of one folder; the exit status."""
    parser = argparse.ArgumentParser(description="Checks the packet of a dispute.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--sha256", metavar="DIGEST")
    parser.add_argument("--authority", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    authority = given.authority.read_bytes() if given.authority else None
    try:
        report = examine(given.folder, given.sha256, authority)
    except ModuleNotFoundError as error:
        parser.error(f"--authority needs the package {error.name}")
    for title, lines in (
        ("WRONG", report.problems),
        ("PROVED", report.proved),
        ("NOT PROVED", report.not_proved),
    ):
        sys.stdout.writelines(f"{title}: {line}\n" for line in lines)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
