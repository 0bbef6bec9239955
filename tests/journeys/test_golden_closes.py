"""What was once sealed is sealed to the byte by today's code, whatever changed since (14.6).

The histories are stored with their closes and never edited: `tests.support.histories` writes
another one when there is more to tell.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from aggregates.catalog import EVENTS
from aggregates.period.events import PeriodClosed
from ledger.calendar import Period
from ledger.canonical import canonical
from ledger.store.appending import EncodedEvent, append
from ledger.store.catalog import Catalog
from ledger.store.rows import CommandRow
from projections.close.figures import figures, verify
from tests.books.clinic import Clinic, open_clinic
from tests.support.histories import FOLDER, Stored, stored
from tests.support.servers import fresh_database

FILES = sorted(FOLDER.glob("*.jsonl"))


@dataclass(frozen=True)
class Retold:
    """A stored history, recorded again in a clinic of its own."""

    clinic: Clinic
    lines: list[Stored]

    @property
    def closes(self) -> list[PeriodClosed]:
        happened = (line.happened(Catalog(EVENTS)) for line in self.lines)
        return [item.event for item in happened if isinstance(item.event, PeriodClosed)]


def record(clinic: Clinic, lines: list[Stored]) -> None:
    """Appends the bodies as they are: without the fields that events have gained since."""
    versions: Counter[str] = Counter()
    commands, events = [], []
    for number, line in enumerate(lines, start=1):
        versions[line.stream] += 1
        at = datetime.combine(line.on, time(15), UTC)
        what = (line.type, line.schema_version, at, line.on, line.body)
        events.append(EncodedEvent(number, line.stream, versions[line.stream], *what))
        commands.append(
            CommandRow(str(number), "test", "00" * 32, {}, "amy", "service", at, line.on, ())
        )
    append(clinic.api.pool, "glow", commands, events, {}, now=None)


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def retold(request: pytest.FixtureRequest, migrated_url: str) -> Iterator[Retold]:
    file: Path = request.param
    lines = list(stored(file))
    with fresh_database(migrated_url) as url, open_clinic(url) as clinic:
        record(clinic, lines)
        yield Retold(clinic, lines)


def test_bodies_stand_as_they_were_stored(retold: Retold) -> None:
    rows = retold.clinic.api.read_rows("glow", 0)
    assert [Stored.of(row) for row in rows] == retold.lines


def test_it_tells_of_everything_that_may_happen_to_a_close(retold: Retold) -> None:
    told = {line.type for line in retold.lines}
    assert told >= {
        "PackageSold",
        "CycleGranted",
        "InstalmentDue",
        "PaymentReceived",
        "UnitsDrawn",
        "DrawReversed",
        "UnitsTransferred",
        "GoodwillGranted",
        "CreditNoted",
        "WrittenOff",
        "LotExtended",
        "ContractModified",
        "Paused",
        "PlanChanged",
        "CancellationRequested",
        "Refunded",
        "DisputeOpened",
        "DisputeClosed",
        "PayoutRecorded",
        "PeriodReopened",
    }
    assert len(retold.closes) > 3


def test_every_close_is_sealed_to_the_byte(retold: Retold) -> None:
    """What is asserted today and was not when the close was sealed holds of it as well."""
    for close in retold.closes:
        found = figures(retold.clinic.url, "glow", Period.parse(close.period), close.cut)
        assert [check for check in found.checks if not check.ok] == []
        asserted = {check.check for check in close.checks}
        given = {field.name: getattr(found, field.name) for field in fields(found)}
        given["checks"] = tuple(check for check in found.checks if check.check in asserted)
        again = close.model_copy(update=given)
        assert canonical(again.model_dump(mode="json")) == canonical(close.model_dump(mode="json"))


def test_every_version_of_every_close_verifies(retold: Retold) -> None:
    for close in retold.closes:
        proof = verify(retold.clinic.url, "glow", Period.parse(close.period), close.version)
        assert proof is not None
        assert proof["recomputed"] == close.journal_digest


def test_the_journal_comes_to_the_same_row_by_row(retold: Retold) -> None:
    """The feed stops at a close whose digest is not the sealed one."""
    assert retold.clinic.journal() == retold.clinic.replayed()
