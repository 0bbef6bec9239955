"""One stored body for every version of every event: what was once written stays readable.

The files are never edited: a shape that changes gets a new version, a lift and one more file.
A field added with a default needs no new version (style.md 8.7), only one more body of the same
version, named ``.b``, ``.c`` and so on; the last one fills every field.
"""

from pathlib import Path

import orjson
import pytest

from aggregates.catalog import EVENTS
from consumers.bootstrap import catalog
from ledger.canonical import canonical
from ledger.events import Event

FOLDER = Path(__file__).parent / "golden"
STORED = sorted(FOLDER.glob("*.json"))


CATALOG = catalog()


def _named(file: Path) -> tuple[str, int]:
    """The event's name and the schema version of a stored body."""
    name, version = file.name.split(".")[:2]
    return name, int(version.removeprefix("v"))


#: The last body of each version.
LATEST = {_named(file): file for file in sorted(STORED, key=lambda file: file.stem)}


def test_every_version_of_every_event_has_its_file() -> None:
    every = {(name, version) for name, last, _ in EVENTS for version in range(1, last + 1)}
    assert LATEST.keys() == every


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_a_stored_body_is_read(file: Path) -> None:
    stored = file.read_bytes().rstrip(b"\n")
    assert canonical(orjson.loads(stored)) == stored
    CATALOG.decode(*_named(file), stored)


@pytest.mark.parametrize(("name", "version", "cls"), EVENTS)
def test_a_body_fills_every_field_and_is_written_again_to_the_byte(
    name: str, version: int, cls: type[Event]
) -> None:
    stored = LATEST[name, version].read_bytes().rstrip(b"\n")
    assert orjson.loads(stored).keys() == cls.model_fields.keys()
    event = CATALOG.decode(name, version, stored)
    assert CATALOG.encode(event) == (name, version, stored.decode())
