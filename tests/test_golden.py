"""One stored body for every version of every event: what was once written stays readable.

The files are never edited: a shape that changes gets a new version, a lift and one more file.
"""

from pathlib import Path

import orjson
import pytest

from aggregates.catalog import EVENTS, LIFTS
from ledger.canonical import canonical
from ledger.store.catalog import Catalog

FOLDER = Path(__file__).parent / "golden"
STORED = sorted(FOLDER.glob("*.json"))


@pytest.fixture
def catalog() -> Catalog:
    made = Catalog(EVENTS)
    for (name, version), lift in LIFTS.items():
        made.lifts(name, version)(lift)
    return made


def test_every_version_of_every_event_has_its_file() -> None:
    every = [(name, version) for name, last, _ in EVENTS for version in range(1, last + 1)]
    assert [file.name for file in STORED] == sorted(f"{name}.v{v}.json" for name, v in every)


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_a_stored_body_is_read_and_written_again_to_the_byte(file: Path, catalog: Catalog) -> None:
    name, _, version = file.stem.partition(".v")
    stored = file.read_bytes().rstrip(b"\n")
    assert canonical(orjson.loads(stored)) == stored
    event = catalog.decode(name, int(version), stored)
    if int(version) == catalog.names[name]:
        assert catalog.encode(event) == (name, int(version), stored.decode())


@pytest.mark.parametrize(("name", "cls"), [(name, cls) for name, _, cls in EVENTS])
def test_a_body_fills_every_field(name: str, cls: type, catalog: Catalog) -> None:
    body = orjson.loads((FOLDER / f"{name}.v{catalog.names[name]}.json").read_bytes())
    assert body.keys() == cls.model_fields.keys()  # type: ignore[attr-defined]
