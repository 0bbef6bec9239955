"""Lines of commands, and what time brings, on a ledger: the same for every edge."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import count

from commands.envelope import Actor, Defaults, Envelope, Result, refused
from commands.reading import read_line
from commands.ticking import tick
from consumers import asking
from consumers.bootstrap import Ledger
from ledger.codes import Refused

BATCH = 200
"""Lines decided and recorded together; a stranger's clinic or a bad line ends a batch early."""


def results(
    ledger: Ledger,
    pieces: Iterable[Sequence[bytes]],
    defaults: Defaults,
    objection: Callable[[Envelope], Refused | None] = lambda _: None,
) -> Iterator[tuple[Result, str | None]]:
    """One result for each line that is not blank, in their order, with the line's clinic.

    Lines of one clinic that arrived together are recorded together. `objection` says why a
    line that can be read is not taken here.
    """
    numbers = count(1)
    for piece in pieces:
        batch: list[Envelope] = []
        for line, number in zip(piece, numbers, strict=False):
            read = _read(line, defaults, objection) if line.strip() else None
            if batch and (isinstance(read, Result) or (read and not _together(batch, read))):
                yield from _recorded(ledger, batch)
                batch = []
            if isinstance(read, Result):
                yield _numbered(read, number), None
            elif read is not None:
                batch.append(read)
        if batch:
            yield from _recorded(ledger, batch)


def _read(
    line: bytes, defaults: Defaults, objection: Callable[[Envelope], Refused | None]
) -> Envelope | Result:
    read = read_line(line, defaults)
    against = objection(read) if isinstance(read, Envelope) else None
    return read if against is None else refused(read.id, against)


def _together(batch: list[Envelope], after: Envelope) -> bool:
    """Whether the next line can be decided with these: a clinic must be there before its lines."""
    first = batch[0]
    return len(batch) < BATCH and after.clinic == first.clinic and first.command != "define_clinic"


def _recorded(ledger: Ledger, batch: list[Envelope]) -> Iterator[tuple[Result, str | None]]:
    clinic = batch[0].clinic
    for result in ledger.commands.handle_many(clinic, batch):
        yield result, clinic


def _numbered(result: Result, number: int) -> Result:
    """The refusal of a line that has no readable id is found by its number."""
    assert result.error is not None
    result.error.details.setdefault("line", number)
    return result


def ticked(
    ledger: Ledger, clinic: str, actor: Actor, through: date | None = None
) -> Iterator[Result]:
    """The steps that are due at the clinic, by the clock's now or the end of `through`; its read
    models are up to date before and after.
    """
    ledger.catch_up(clinic)
    yield from tick(
        ledger.commands,
        clinic,
        lambda name, through: asking.due_contracts(ledger, name, through),
        actor,
        through,
        disputes=lambda name, through: asking.due_disputes(ledger, name, through),
        holders=lambda name, through: asking.credit_holders(ledger, name, through),
    )
    ledger.catch_up(clinic)
