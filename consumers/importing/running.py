"""An import: read all, check all, and only then record, in batches that can be sent again."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from commands.envelope import Actor, Result
from commands.handling import Commands
from consumers.importing.advice import bad
from consumers.importing.kinds import Kind, Terms
from consumers.importing.rows import Bad, groups
from consumers.importing.sheets import Sheet
from consumers.importing.spool import Kept, Spool, spooling
from ledger.codes import Code

#: Announces a stage and how many groups it has, if that is known; what it yields counts them.
Progress = Callable[[str, int | None], AbstractContextManager[Callable[[int], Any]]]


@contextmanager
def silent(_stage: str, _total: int | None) -> Iterator[Callable[[int], Any]]:
    """Tells nobody how far it is."""
    yield lambda _count: None


@dataclass(slots=True)
class Report:
    """What an import found and did. `new` and `there` count what keys stand for, `recorded` what
    was recorded of it; `commands` are those of what is new, `paid` and `used` their amounts in
    minor units.
    """

    kind: str
    rows: int = 0
    new: int = 0
    there: int = 0
    recorded: int = 0
    commands: Counter[str] = field(default_factory=Counter)
    paid: int = 0
    used: int = 0
    bad: list[Bad] = field(default_factory=list)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """A file of a kind on its way into a clinic's ledger; `too_late` says why nothing new of it
    may come any more.
    """

    commands: Commands
    clinic: str
    actor: Actor
    kind: Kind
    terms: Terms
    progress: Progress = silent
    too_late: str | None = None

    def run(self, sheet: Sheet, *, dry: bool, valid_only: bool) -> Report:
        """Records all that is new, or nothing where a row is bad; with `valid_only` the rest."""
        report = Report(self.kind.name, notes=sheet.notes)
        with spooling() as spool:
            self._read(sheet, spool, report)
            new = self._check(spool, report)
            report.bad.sort(key=lambda one: (one.row, one.column))
            if not dry and (valid_only or not report.bad):
                self._record(spool, new, report)
        return report

    def _read(self, sheet: Sheet, spool: Spool, report: Report) -> None:
        with self.progress("Reading", None) as advance:
            for group in groups(self.kind, sheet, self.terms):
                report.rows += len(group.rows)
                report.bad += group.bad
                if not group.bad:
                    spool.add(group)
                advance(1)

    def _check(self, spool: Spool, report: Report) -> set[int]:
        """Decides everything as it would be recorded; returns what is new and can be taken."""
        new: set[int] = set()
        with self.progress("Checking", len(spool)) as advance:
            for batch in spool.batches():
                for kept, results in self._answered(batch, self.commands.rehearse):
                    wrong = self._wrong(kept, results)
                    is_there = all(result.replayed for result in results)
                    if wrong is None and not is_there and self.too_late is not None:
                        wrong = Bad(kept.rows[0], "", Code.PERIOD_CLOSED.value, self.too_late)
                    if wrong is not None:
                        report.bad.append(wrong)
                    elif is_there:
                        report.there += 1
                    else:
                        new.add(kept.number)
                        _count(report, kept, results)
                advance(len(batch))
        return new

    def _record(self, spool: Spool, new: set[int], report: Report) -> None:
        """Stops at a row that was possible when it was checked and is not any more."""
        with self.progress("Recording", len(new)) as advance:
            for batch in spool.batches():
                wanted = [kept for kept in batch if kept.number in new]
                for kept, results in self._answered(wanted, self.commands.handle_many):
                    wrong = self._wrong(kept, results)
                    if wrong is None:
                        report.recorded += 1
                    else:
                        report.bad.append(wrong)
                        report.notes += (_STOPPED,)
                if _STOPPED in report.notes:
                    return
                advance(len(wanted))

    def _answered(
        self, batch: list[Kept], send: Callable[[str, list[Any]], list[Result]]
    ) -> Iterator[tuple[Kept, list[Result]]]:
        """What the groups of a batch are told, decided together."""
        if not batch:
            return
        sent = [kept.envelopes(self.kind.name, self.clinic, self.actor) for kept in batch]
        results = iter(send(self.clinic, [envelope for one in sent for envelope in one]))
        for kept, envelopes in zip(batch, sent, strict=True):
            yield kept, [next(results) for _ in envelopes]

    def _wrong(self, kept: Kept, results: list[Result]) -> Bad | None:
        for step, result in zip(kept.steps, results, strict=True):
            if result.error is not None:
                return bad(self.kind, step, result.error)
        return None


_STOPPED = "stopped: the ledger moved meanwhile; mend the row and run the same file again"


def _count(report: Report, kept: Kept, results: list[Result]) -> None:
    report.new += 1
    for step, result in zip(kept.steps, results, strict=True):
        if result.replayed:
            continue
        report.commands[step.command] += 1
        if step.command == "record_payment":
            report.paid += step.data["amount"]
        if step.command == "carry_over_use":
            report.used += result.data["amount"]
