"""A command on its way through a batch: read, decided, answered."""

from dataclasses import dataclass, replace

from commands.envelope import Envelope, Result, parse_strictly, refused
from commands.registry import APART, NAMES, SPECS
from commands.remembering import conflicting
from ledger.codes import Code, Refused
from ledger.events import Frozen
from ledger.store.store import CommandRow
from ledger.suggesting import suggestion


@dataclass(slots=True)
class Pending:
    """A command of the batch with its parsed data, and its row once it is accepted.

    `twin` is an accepted command of the same batch with the same id.
    """

    envelope: Envelope
    order: Frozen | None
    result: Result | None = None
    row: CommandRow | None = None
    twin: "Pending | None" = None

    @property
    def is_refused(self) -> bool:
        """Whether it could be read, and was decided against."""
        return self.order is not None and self.result is not None and not self.result.ok


def parsed(envelope: Envelope) -> Pending:
    """The command's data by its model; what is wrong with it comes before all other checks."""
    if envelope.command not in NAMES:
        meant = suggestion(envelope.command, NAMES)
        problem = Refused(Code.INVALID, f"No command {envelope.command}; {meant}", "command")
        return Pending(envelope, None, refused(envelope.id, problem))
    name = envelope.command
    model = SPECS[name].order if name in SPECS else APART[name]
    order = parse_strictly(model, envelope.data, "data")
    if isinstance(order, Refused):
        return Pending(envelope, None, refused(envelope.id, order))
    return Pending(envelope, order)


def foreseen(item: Pending) -> Result:
    """The answer of a command that was decided and is not to be recorded."""
    if item.result is not None:
        return item.result
    row = item.row if item.twin is None else item.twin.row
    assert row is not None, "a command was left undecided"
    return Result(item.envelope.id, True, data=row.data, replayed=item.twin is not None)


def result_of(item: Pending) -> Result:
    """The answer of a decided command; a twin hears what the first of its id heard."""
    twin = item.twin
    if item.result is not None or twin is None or twin.row is None:
        assert item.result is not None, "a command was left undecided"
        return item.result
    assert twin.result is not None, "a twin was left undecided"
    if item.envelope.fingerprint != twin.row.request_hash:
        return conflicting(item.envelope)
    return replace(twin.result, replayed=True)
