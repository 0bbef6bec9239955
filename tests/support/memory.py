"""The store of one clinic in memory: commands run as they are, with no server in sight."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from consumers.bootstrap import catalog
from ledger.events import Recorded
from ledger.store.store import Accepted, CommandRow, Conflict, EventStore, StoredRef


class MemoryStore(EventStore):
    """Keeps what the database would; every event goes through its stored form and back."""

    def __init__(self) -> None:
        self.catalog = catalog()
        self.kept: list[Recorded] = []
        self._commands: dict[str, tuple[str, Accepted]] = {}

    def load(
        self, clinic: str, streams: Sequence[str], after: Mapping[str, int] | None = None
    ) -> dict[str, list[Recorded]]:
        loaded: dict[str, list[Recorded]] = {stream: [] for stream in streams}
        for item in self.kept:
            if item.stream in loaded and item.version > (after or {}).get(item.stream, 0):
                loaded[item.stream].append(item)
        return loaded

    def remembered(self, clinic: str, ids: Sequence[str]) -> dict[str, tuple[str, Accepted]]:
        return {key: self._commands[key] for key in ids if key in self._commands}

    def append(
        self,
        clinic: str,
        commands: Sequence[CommandRow],
        expected: Mapping[str, int],
        now: datetime | None = None,
    ) -> list[Accepted]:
        moved = [name for name, version in expected.items() if self._version(name) != version]
        if moved:
            raise Conflict(tuple(moved))
        answers = [self._recorded(clinic, row, now or datetime.now(UTC)) for row in commands]
        for row, answer in zip(commands, answers, strict=True):
            self._commands[row.id] = (row.request_hash, answer)
        return answers

    def _version(self, stream: str) -> int:
        return sum(item.stream == stream for item in self.kept)

    def _recorded(self, clinic: str, row: CommandRow, now: datetime) -> Accepted:
        refs = []
        for new in row.events:
            name, schema, body = self.catalog.encode(new.event)
            recorded = Recorded(
                clinic=clinic,
                position=len(self.kept) + 1,
                stream=new.stream,
                version=self._version(new.stream) + 1,
                effective_at=new.effective_at or row.effective_at,
                effective_on=new.effective_on or row.effective_on,
                recorded_at=now,
                actor=row.actor,
                role=row.role,
                command=row.id,
                event=self.catalog.decode(name, schema, body),
            )
            assert recorded.event == new.event
            self.kept.append(recorded)
            refs.append(StoredRef(recorded.position, name, new.stream, recorded.version))
        return Accepted(row.id, row.data, tuple(refs), now)
