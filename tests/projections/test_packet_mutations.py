"""Whatever is done to a packet's folder, the verifier names it; a folder left alone passes."""

import shutil
import string
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from ledger.canonical import canonical, digest
from ledger.merkle import Tree, leaf_hash
from ledger.store.anchors import Anchors
from ledger.store.store import EventStore
from projections.evidence import verify
from projections.evidence.packet import build_packet
from projections.evidence.projection import EvidenceIndex
from projections.evidence.verify import examine, verify_packet
from tests.projections.dispute_story import NOW, OPENED, dispute, document, paper, told
from tests.projections.story import CATALOG, CLINIC, Story, catch_up, line

Manifest = dict[str, Any]
PROGRAM = Path(verify.__file__)
DAY = timedelta(days=1)
OTHER = "00" * 32


def build(database: str, store: EventStore, key: str, out: Path) -> str:
    catch_up(database, EvidenceIndex())
    built = build_packet(store, CLINIC, key, out, NOW)
    assert built is not None
    return str(built["packet_sha256"])


def anchor(database: str, days: int) -> None:
    anchors = Anchors.open(database)
    assert anchors.make(NOW + days * DAY)
    anchors.close()


@pytest.fixture(scope="module")
def packets(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dispute before an anchor, after it, with an entry after it and after the next one, and
    the charge of somebody else."""
    folder = tmp_path_factory.mktemp("packets")
    with EventStore.open(module_database, CATALOG, pool_size=2) as store:
        story = told(store)
        document(story, "doc-1", "receipt", paper())
        document(story, "doc-2", "agreement", paper(colour="navy"))
        dispute(story, "13.7")
        story.sell("s-2", "p-2", OPENED, (line("drip", 3, 900, OPENED, OPENED + 90 * DAY),))
        story.pay("s-2", "pay-9", 2700, OPENED, charge="ch-2")
        build(module_database, store, "d-1", folder / "unanchored")
        Story(store, "zen").sell(
            "z-1", "p-9", OPENED, (line("peel", 1, 100, OPENED, OPENED + DAY),)
        )
        anchor(module_database, 0)
        build(module_database, store, "d-1", folder / "whole")
        build(module_database, store, "ch-2", folder / "other")
        story.visit("v-9", "s-1", "peel-1", OPENED, now=NOW)
        build(module_database, store, "d-1", folder / "later")
        anchor(module_database, 1)
        build(module_database, store, "d-1", folder / "next")
    return folder


@pytest.fixture
def packet(packets: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(packets / "whole", tmp_path / "packet"))


def manifest_of(packet: Path) -> Manifest:
    read: Manifest = orjson.loads((packet / "manifest.json").read_bytes())
    return read


def sealed(packet: Path, manifest: Manifest) -> list[str]:
    """Writes the manifest as its maker would, digests and all, and checks the folder."""
    for name in manifest["files"]:
        manifest["files"][name] = digest_of(packet / name)
    content = {key: value for key, value in manifest.items() if key != "content_sha256"}
    sealed_ = canonical({**content, "content_sha256": digest(content)})
    (packet / "manifest.json").write_bytes(sealed_)
    return verify_packet(packet)


def digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def files(packet: Path) -> list[Path]:
    return sorted(path for path in packet.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["unanchored", "whole", "other", "later", "next"])
def test_a_folder_left_alone_passes(packets: Path, name: str) -> None:
    assert verify_packet(packets / name) == []


def test_a_flipped_bit_in_any_file_is_named(packet: Path) -> None:
    for path in files(packet):
        content = path.read_bytes()
        for place in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            [problem] = verify_packet(packet)
            assert path.name in problem, (path, place)
        path.write_bytes(content)


def test_a_dropped_cut_or_added_file_is_named(packet: Path) -> None:
    for path in files(packet):
        content = path.read_bytes()
        path.write_bytes(content[:-9])
        [problem] = verify_packet(packet)
        assert path.name in problem
        path.unlink()
        [problem] = verify_packet(packet)
        assert problem.endswith(f"{path.name} is missing")
        path.write_bytes(content)
    (packet / "more.txt").write_text("slipped in")
    assert verify_packet(packet) == ["more.txt is not listed"]


def test_swapped_exhibits_are_named(packet: Path) -> None:
    first, second = sorted((packet / "exhibits").iterdir())[:2]
    aside = packet / "aside"
    first.rename(aside)
    second.rename(first)
    aside.rename(second)
    assert verify_packet(packet) == [
        f"exhibits/{name} was altered" for name in (first.name, second.name)
    ]


def swap(events: list[Manifest]) -> str:
    events[1], events[2] = events[2], events[1]
    return f"event {events[2]['position']} is out of order"


def drop(events: list[Manifest]) -> str:
    return f"event {events.pop(2)['position']} is cited without proof"


def cut(events: list[Manifest]) -> str:
    return f"event {events.pop()['position']} is cited without proof"


def repeat(events: list[Manifest]) -> str:
    events.insert(1, events[0])
    return f"event {events[0]['position']} is out of order"


def rewrite(events: list[Manifest]) -> str:
    events[3]["body"] = events[3]["body"].replace("1", "2", 1)
    return f"event {events[3]['position']} is not the one that was recorded"


def rehash(events: list[Manifest]) -> str:
    events[3]["actor"] = "eve"
    events[3]["hash"] = verify.hashed(events[3])
    return f"event {events[3]['position']} is not in the anchored record"


def backdate(events: list[Manifest]) -> str:
    last = events[-1]
    last["recorded_at"] = "2026-01-01T00:00:00+00:00"
    last["hash"] = verify.hashed(last)
    return f"event {last['position']} is not in the anchored record"


def relocate(events: list[Manifest]) -> str:
    for event in events:
        event["clinic"] = "zen"
        event["hash"] = verify.hashed(event)
    return f"event {events[0]['position']} is not of the clinic of the anchor"


@pytest.mark.parametrize(
    "change",
    [swap, drop, cut, repeat, rewrite, rehash, backdate, relocate],
    ids=lambda one: one.__name__,
)
def test_entries_changed_with_every_digest_made_anew_are_named(
    packet: Path, change: Callable[[list[Manifest]], str]
) -> None:
    manifest = manifest_of(packet)
    named = change(manifest["chain"]["events"])
    assert named in sealed(packet, manifest)


EDITS: list[tuple[tuple[str | int, ...], Callable[[Any], Any], str]] = [
    (("chain", "head", "position"), lambda at: at - 1, "its end was cut off"),
    (("chain", "head", "hash"), lambda _: OTHER, "is not the anchored head"),
    (("anchor", "head", "hash"), lambda _: OTHER, "head is not in the anchor"),
    (("anchor", "head", "position"), lambda at: at - 1, "head is not in the anchor"),
    (("anchor", "index"), lambda at: at + 1, "head is not in the anchor"),
    (("anchor", "path"), lambda path: path[1:], "head is not in the anchor"),
    (("anchor", "salt"), lambda _: "00" * 16, "is not of the clinic of the anchor"),
    (("anchor", "entries", 0, "path"), lambda path: path[::-1], "is not in the anchored record"),
    (("anchor", "entries"), lambda entries: entries[1:], "has no proof in the anchor"),
    (("anchor", "entries", 0, "position"), lambda _: 3, "event 3 is proved and not there"),
    (("anchor",), lambda _: None, "anchor.json belongs to no proof"),
    (("chain",), lambda _: {}, "manifest.json cannot be read: KeyError"),
]


@pytest.mark.parametrize(("path", "change", "named"), EDITS)
def test_a_manifest_edited_with_every_digest_made_anew_is_named(
    packet: Path, path: tuple[str | int, ...], change: Callable[[Any], Any], named: str
) -> None:
    manifest = manifest_of(packet)
    inner: Any = manifest
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = change(inner[path[-1]])
    assert any(named in problem for problem in sealed(packet, manifest))


def test_another_anchor_is_named(packet: Path) -> None:
    manifest = manifest_of(packet)
    published = orjson.loads((packet / "anchor.json").read_bytes())
    (packet / "anchor.json").write_bytes(canonical({**published, "root": "00" * 32}))
    assert sealed(packet, manifest) == ["the clinic's head is not in the anchor"]
    (packet / "anchor.json").write_bytes(orjson.dumps(published, option=orjson.OPT_INDENT_2))
    assert sealed(packet, manifest) == ["anchor.json was altered"]


@pytest.mark.parametrize(
    ("other", "part", "named"),
    [
        ("other", "chain", "is cited without proof"),
        ("other", "anchor", "has no proof in the anchor"),
        ("next", "anchor", "head is not in the anchor"),
    ],
)
def test_the_proof_of_another_packet_does_not_fit(
    packets: Path, packet: Path, other: str, part: str, named: str
) -> None:
    manifest = manifest_of(packet)
    manifest[part] = manifest_of(packets / other)[part]
    assert any(named in problem for problem in sealed(packet, manifest))


def test_only_the_recorded_digest_tells_of_pages_made_anew(packet: Path) -> None:
    """Who makes pages and every digest anew passes, and the report says what would tell."""
    recorded = digest_of(packet / "manifest.json")
    assert verify_packet(packet, recorded) == []
    (packet / "letter.md").write_text("Dear Sir or Madam")
    assert sealed(packet, manifest_of(packet)) == []
    made_anew = digest_of(packet / "manifest.json")
    assert any(made_anew in line for line in examine(packet).not_proved)
    [problem] = verify_packet(packet, recorded)
    assert problem.startswith("manifest.json is not the recorded one")


def test_the_report_says_what_is_proved_and_what_is_not(packets: Path) -> None:
    whole, before, later = (examine(packets / name) for name in ("whole", "unanchored", "later"))
    published = orjson.loads((packets / "whole" / "anchor.json").read_bytes())
    assert any(published["root"] in line for line in whole.proved)
    pages = PdfReader(packets / "whole" / "packet.pdf").pages
    assert "Root of anchor 1" in "".join(page.extract_text() for page in pages)
    assert any("not anchored yet" in line for line in before.not_proved)
    assert any("Recorded after that anchor" in line for line in later.not_proved)
    assert not any("Recorded after that anchor" in line for line in whole.not_proved)


@given(st.integers(1, 70), st.data())
def test_the_verifier_comes_to_the_same_proofs_by_its_own_way(
    size: int, data: st.DataObject
) -> None:
    tree = Tree([leaf_hash(b"%d" % number) for number in range(size)])
    index, other = data.draw(st.tuples(*[st.integers(0, size - 1)] * 2))
    leaf, root = leaf_hash(b"%d" % index), tree.root().hex()
    path = [one.hex() for one in tree.inclusion(index)]
    assert verify._leads(leaf, index, size, path, root)
    assert verify._leads(leaf, other, size, path, root) == (other == index)
    assert not verify._leads(leaf, index, size, [*path, root], root)
    assert not path or not verify._leads(leaf, index, size, path[1:], root)
    assert not verify._leads(leaf, index + size, size, path, root)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(string.ascii_letters), inner),
    )
)
def test_the_verifier_writes_the_same_canonical_form(value: Any) -> None:
    assert verify.canonical(value) == canonical(value)


def test_what_is_no_packet_is_said_so(packet: Path, tmp_path: Path) -> None:
    assert verify_packet(tmp_path / "nowhere") == ["manifest.json is missing"]
    for content in (b"", b"[]", b"{}", b"null", b"[" * 100_000, b"\xff", b'{"chain":1}'):
        (packet / "manifest.json").write_bytes(content)
        [problem] = verify_packet(packet)
        assert problem.startswith("manifest.json")


def test_the_copy_in_the_folder_runs_on_python_alone(packet: Path) -> None:
    assert (packet / "verify_packet.py").read_bytes() == PROGRAM.read_bytes()
    command = [sys.executable, "-I", "-S", str(packet / "verify_packet.py"), str(packet)]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    assert "PROVED: " in good.stdout
    (packet / "letter.md").write_text("Dear Sir or Madam")
    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout) == (1, "WRONG: letter.md was altered\n")
