"""Checks a packet from its folder alone: no database, no network (`ledger verify-packet`)."""

import hashlib
from pathlib import Path
from typing import Any

import orjson

from ledger.canonical import canonical, digest
from projections.evidence.facts.build import cited
from projections.evidence.proof import problems_of

MANIFEST = "manifest.json"


def verify_packet(folder: Path) -> list[str]:
    """What is wrong with a packet, in words; [] when every digest and every hash holds."""
    path = folder / MANIFEST
    if not path.is_file():
        return ["manifest.json is missing"]
    written = path.read_bytes()
    try:
        manifest = orjson.loads(written)
        content = {key: value for key, value in manifest.items() if key != "content_sha256"}
        if canonical(manifest) != written or digest(content) != manifest["content_sha256"]:
            return ["manifest.json was altered"]
        chain = problems_of(manifest["chain"])
    except (ValueError, KeyError, TypeError) as error:
        return [f"manifest.json cannot be read: {type(error).__name__}"]
    files = _files(folder, manifest["files"])
    return files or [*chain, *_uncited(folder, manifest)]


def _files(folder: Path, digests: dict[str, str]) -> list[str]:
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    problems = [f"{name} is missing" for name in sorted(digests.keys() - there)]
    problems += [f"{name} is not listed" for name in sorted(there - digests.keys() - {MANIFEST})]
    for name in sorted(digests.keys() & there):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digests[name]:
            problems.append(f"{name} was altered")
    return problems


def _uncited(folder: Path, manifest: dict[str, Any]) -> list[str]:
    proved = {entry["position"] for entry in manifest["chain"]["events"]}
    facts = orjson.loads((folder / "facts.json").read_bytes())
    return [
        f"event {position} is cited without proof"
        for position in cited(facts)
        if position not in proved
    ]
