"""Documents in S3-compatible storage or a folder: the same bytes, found, compared and erased."""

import socket
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep

import pytest
import uvicorn
from nanio.app import build_app
from nanio.auth.credentials import StaticCredentialResolver
from nanio.config import Settings

from ledger.errors import Broken, Busy, LedgerError
from ledger.store import shelf as shelves
from ledger.store.shelf import Shelf
from ledger.store.store import EventStore
from tests.store.samples import CATALOG

BUCKET = "clinic-documents"
SCAN = b"%PDF-1.7 signed terms"
DIGEST = sha256(SCAN).hexdigest()
KEY, SECRET = "ledger-key", "ledger-secret-key"


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of an S3-compatible server on this machine, and its bucket's folder."""
    folder = tmp_path_factory.mktemp("s3")
    (folder / BUCKET).mkdir()
    app = build_app(Settings(data_dir=folder, credentials=StaticCredentialResolver({KEY: SECRET})))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, loop="asyncio", http="h11", log_level="warning", lifespan="on")
    )
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    late = monotonic() + 30
    while not server.started and monotonic() < late:
        sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", folder / BUCKET
    server.should_exit = True
    thread.join()


@pytest.fixture
def credentials(storage: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"ACCESS_KEY_ID": KEY, "SECRET_ACCESS_KEY": SECRET, "REGION": "us-east-1"}
    given |= {"ENDPOINT_URL": storage[0], "ALLOW_HTTP": "true"}
    for name, value in given.items():
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.fixture(params=["s3", "folder"])
def place(
    request: pytest.FixtureRequest, storage: tuple[str, Path], credentials: None, tmp_path: Path
) -> tuple[str, Path]:
    """The URL of a storage, and the folder in which its documents lie."""
    if request.param == "s3":
        return f"s3://{BUCKET}/ledger", storage[1] / "ledger"
    return tmp_path.as_uri(), tmp_path


def test_a_document_is_kept_by_its_digest_and_erased(place: tuple[str, Path]) -> None:
    url, folder = place
    shelf = Shelf(url)
    assert shelf.get("glow", DIGEST) is None
    assert shelf.put("glow", SCAN) == shelf.put("glow", SCAN) == DIGEST
    assert shelf.get("glow", DIGEST) == SCAN
    assert (folder / "glow" / DIGEST).read_bytes() == SCAN
    assert shelf.get("dew", DIGEST) is None
    shelf.erase("glow", [DIGEST, "00" * 32])
    assert shelf.get("glow", DIGEST) is None


def test_other_bytes_under_its_name_are_not_taken_for_it(place: tuple[str, Path]) -> None:
    url, folder = place
    shelf = Shelf(url)
    shelf.put("glow", SCAN)
    (folder / "glow" / DIGEST).write_bytes(SCAN[::-1])
    with pytest.raises(Broken, match=DIGEST):
        shelf.get("glow", DIGEST)
    shelf.erase("glow", [DIGEST])


def test_the_store_keeps_whose_it_is_and_finds_what_was_stored_before(
    database: str, place: tuple[str, Path]
) -> None:
    with EventStore.open(database, CATALOG) as store:
        before = store.put_document("glow", "text/plain", b"before", "p-1")
    url, folder = place
    with EventStore.open(database, CATALOG, shelf=Shelf(url)) as store:
        assert store.put_document("glow", "application/pdf", SCAN, "p-1") == DIGEST
        other = store.put_document("glow", "application/pdf", SCAN + b"2", "p-2")
        found = store.document("glow", DIGEST)
        assert found is not None
        assert (found.content, found.media_type, found.subject) == (SCAN, "application/pdf", "p-1")
        old = store.document("glow", before)
        assert old is not None
        assert old.content == b"before"
    with EventStore.open(database, CATALOG) as store, pytest.raises(Broken, match="DOCUMENTS_URL"):
        store.document("glow", DIGEST)
    with EventStore.open(database, CATALOG, shelf=Shelf(url)) as store:
        assert store.erase("glow", "p-1") == 2
        assert store.document("glow", DIGEST) is None
        assert not (folder / "glow" / DIGEST).exists()
        assert store.document("glow", other) is not None


def test_while_the_storage_does_not_answer_nothing_is_forgotten(
    database: str,
    storage: tuple[str, Path],
    credentials: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"s3://{BUCKET}/ledger"
    with EventStore.open(database, CATALOG, shelf=Shelf(url)) as store:
        store.put_document("glow", "application/pdf", SCAN, "p-1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret-key")
    with EventStore.open(database, CATALOG, shelf=Shelf(url)) as store:
        with pytest.raises(Busy):
            store.erase("glow", "p-1")
        with pytest.raises(Busy):
            store.put_document("glow", "application/pdf", SCAN + b"3", "p-1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with EventStore.open(database, CATALOG, shelf=Shelf(url)) as store:
        assert store.document("glow", DIGEST) is not None
        assert store.erase("glow", "p-1") == 1


@pytest.mark.parametrize("url", ["http://example.org/x", "bucket", "memory:///", "file://host/x y"])
def test_an_address_that_is_no_storage_is_refused(url: str) -> None:
    with pytest.raises(LedgerError):
        Shelf(url)
    assert shelves.PATIENCE.total_seconds() <= 15
