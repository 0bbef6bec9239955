"""What a file describes, kept on disk while all of it is checked before any of it is recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

import orjson

from commands.envelope import Actor, Channel, Envelope, Source
from commands.ticking import derived_id
from consumers.importing.kinds import Step
from consumers.importing.rows import Group
from ledger.canonical import digest

BATCH = 200
"""Commands decided together, unless more of them may bear on each other."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A group as it comes back, by the `number` under which it was kept."""

    number: int
    key: str
    rows: tuple[int, ...]
    steps: tuple[Step, ...]
    content: str

    def envelopes(self, kind: str, clinic: str, actor: Actor) -> list[Envelope]:
        """Its commands, with ids that the same key always gives again. Their content is that of
        all the key stands for, whoever sends it: a row that has changed is told from one that
        was imported before.
        """
        return [
            Envelope(
                command=step.command,
                id=derived_id(f"import-{kind}", self.key, step.command),
                clinic=clinic,
                at=step.at,
                actor=actor,
                data=step.data,
                source=Source(system="import", record=f"{kind} {self.key}"[:128]),
                context=Channel(channel="import"),
                content=self.content,
            )
            for step in self.steps
        ]


class Spool:
    """Groups on disk, and in memory where each of them begins."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._index: list[tuple[str, int]] = []

    def __len__(self) -> int:
        return len(self._index)

    def add(self, group: Group) -> None:
        """Keeps a group that can be read."""
        self._index.append((group.together, self._file.tell()))
        steps = [
            (step.command, step.at.isoformat(), step.data, step.rows, dict(step.columns))
            for step in group.steps
        ]
        content = digest([[command, at, data] for command, at, data, _, _ in steps])
        self._file.write(orjson.dumps([group.key, group.rows, steps, content]) + b"\n")

    def batches(self) -> Iterator[list[Kept]]:
        """The groups in batches; those that may bear on each other come in one, in their order."""
        batch: list[Kept] = []
        size, before = 0, ""
        for together, number in sorted(self._index):
            if size >= BATCH and together != before:
                yield batch
                batch, size = [], 0
            kept = self._read(number)
            batch.append(kept)
            size, before = size + len(kept.steps), together
        if batch:
            yield batch

    def _read(self, number: int) -> Kept:
        self._file.seek(number)
        key, rows, steps, content = orjson.loads(self._file.readline())
        made = (
            Step(command, datetime.fromisoformat(at), data, tuple(of), columns)
            for command, at, data, of, columns in steps
        )
        return Kept(number, key, tuple(rows), tuple(made), content)


@contextmanager
def spooling() -> Iterator[Spool]:
    """A spool that is gone when it is left."""
    with TemporaryFile() as file:
        yield Spool(file)
