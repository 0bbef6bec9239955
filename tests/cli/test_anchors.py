"""Anchors as they are made, published, stamped, and relied on by a packet's reader."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from consumers.embedded import Servers
from consumers.stamping import stamped
from ledger.canonical import canonical, digest
from ledger.merkle import consistent
from tests.cli.conftest import Terminal, sale, visit
from tests.support.authority import Authority, answering

NOW = ("--now", "2026-04-12T09:00:00Z")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def url(authority: Authority) -> Iterator[str]:
    with answering(authority) as address:
        yield address


@pytest.fixture(scope="module")
def paid(terminal: Terminal) -> Terminal:
    card = {"brand": "visa", "last4": "4242", "entry": "chip", "present": True, "network": "visa"}
    payment = {"payment": "pay-1", "amount": 150000, "tender": "card", "charge": "ch-1"}
    assert terminal.apply(sale("s-1", payment=payment | {"card": card}), visit("v-1")).status == 0
    return terminal


def test_each_publication_continues_the_one_before(paid: Terminal, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.json" for name in ("first", "second", "third")]
    assert paid.run("anchor", "--out", str(files[0]), *NOW).status == 0
    for number, file in enumerate(files[1:], 2):
        assert paid.apply(visit(f"v-{number}")).status == 0
        answer = paid.run("anchor", "--out", str(file), "--json", *NOW)
        assert answer.json == json.loads(file.read_bytes())
    third = json.loads(files[2].read_bytes())
    assert third["since"]["number"] == third["anchor"]["number"] - 1
    again = paid.run("anchor", "--since", str(files[0]), "--json", *NOW).json
    early, late = again["since"], again["anchor"]
    assert early == json.loads(files[0].read_bytes())["anchor"]
    roots = [bytes.fromhex(one["root"]) for one in (early, late)]
    proof = [bytes.fromhex(one) for one in again["consistency"]]
    assert consistent(early["size"], roots[0], late["size"], roots[1], proof)
    assert b"glow" not in files[2].read_bytes()


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"root": "00" * 32}, 1, "is not what the history leads from"),
        ({"size": 10_000}, 1, "had 10000 leaves"),
        ({"root": "no hash"}, 2, "no published anchor"),
    ],
)
def test_a_published_anchor_that_is_not_continued_is_told(
    paid: Terminal, tmp_path: Path, change: dict[str, object], status: int, named: str
) -> None:
    published = tmp_path / "published.json"
    assert paid.run("anchor", "--out", str(published), *NOW).status == 0
    kept = json.loads(published.read_bytes())
    published.write_text(json.dumps(kept | {"anchor": kept["anchor"] | change}))
    answer = paid.run("anchor", "--since", str(published), *NOW)
    assert (answer.status, named in answer.err) == (status, True), answer.err
    published.write_text("[]")
    assert paid.run("anchor", "--since", str(published), *NOW).status == 2


def test_a_stamped_packet_is_proved_to_whoever_trusts_the_authority(
    paid: Terminal, authority: Authority, url: str, tmp_path: Path
) -> None:
    anchored = paid.run("anchor", "--json", *NOW, env={"LEDGER_TSA_URL": url}).json
    packet, roots, others = (tmp_path / name for name in ("packet", "tsa.pem", "other.pem"))
    roots.write_bytes(authority.pem)
    others.write_bytes(Authority().pem)
    assert paid.run("evidence", "ch-1", "--out", str(packet), *NOW).status == 0
    assert (packet / "anchor.tsr").read_bytes() == base64.b64decode(anchored["token"])
    check = ("verify-packet", str(packet), "--json")
    alone = paid.run(*check).json
    assert alone["ok"]
    assert any("openssl ts -verify" in line for line in alone["not_proved"])
    trusted = paid.run(*check, "--authority", str(roots)).json
    assert any("genuine" in line for line in trusted["proved"])
    foreign = paid.run(*check, "--authority", str(others))
    assert foreign.status == 1
    assert "not signed by the authority" in foreign.json["problems"][0]
    recorded = hashlib.sha256((packet / "manifest.json").read_bytes()).hexdigest()
    assert paid.run(*check, "--sha256", recorded).status == 0
    assert paid.run(*check, "--sha256", "00" * 32).status == 1
    assert "not proved" in paid.run("verify-packet", str(packet)).out
    replaced(packet, stamped(url, b"something else"))
    assert paid.run(*check).json["problems"] == [
        "anchor.tsr is about something else than anchor.json"
    ]


def replaced(packet: Path, token: bytes) -> None:
    """Another time stamp in the folder, with every digest made anew."""
    (packet / "anchor.tsr").write_bytes(token)
    manifest = json.loads((packet / "manifest.json").read_bytes())
    manifest["files"]["anchor.tsr"] = hashlib.sha256(token).hexdigest()
    content = {key: value for key, value in manifest.items() if key != "content_sha256"}
    sealed = canonical({**content, "content_sha256": digest(content)})
    (packet / "manifest.json").write_bytes(sealed)


def test_an_authority_that_is_away_does_not_undo_the_anchor(paid: Terminal, url: str) -> None:
    before = paid.run("anchor", "--json", *NOW).json["anchor"]["number"]
    away = paid.run("anchor", *NOW, env={"LEDGER_TSA_URL": "http://127.0.0.1:1/"})
    assert (away.status, "did not answer" in away.err) == (2, True)
    after = paid.run("anchor", "--json", *NOW, env={"LEDGER_TSA_URL": url}).json
    assert after["anchor"]["number"] == before + 2
    assert after["token"]


def test_check_tells_of_an_end_that_was_cut_off(paid: Terminal) -> None:
    assert paid.apply(visit("v-last")).status == 0
    assert paid.run("anchor", *NOW).status == 0
    assert paid.run("check", "--json").json[0]["anchors"] == {"ok": True, "broken_at": None}
    with psycopg.connect(Servers(paid.data).postgres(), autocommit=True) as admin:
        [(last,)] = admin.execute("SELECT position FROM ledger.clinic_head").fetchall()
        admin.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only")
        admin.execute("DELETE FROM ledger.event WHERE position = %s", (last,))
        admin.execute(
            "UPDATE ledger.clinic_head h SET position = e.position, hash = e.hash"
            " FROM ledger.event e WHERE e.position = %s",
            (last - 1,),
        )
    found = paid.run("check", "--json")
    assert found.status == 1
    [one] = found.json
    assert one["chain"]["ok"]
    assert one["anchors"] == {"ok": False, "broken_at": last}
    assert paid.run("anchor", *NOW).status == 2
