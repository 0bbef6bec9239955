"""What accountants enter into the books (accounting.md 12.1, 16)."""

from aggregates.values import Digest, Word
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount


class AdjustmentLine(Frozen):
    """One account moved, on one side, with the dimensions that were given."""

    account: str
    debit: Amount = 0
    credit: Amount = 0
    location: Id | None = None
    program: Word | None = None
    provider: Id | None = None
    offer: Id | None = None
    service: Id | None = None
    subscription: Id | None = None
    line: Id | None = None


class AdjustmentPosted(Event):
    """A manual journal, posted as given; `auto_reverse` says that its reversal follows it."""

    adjustment: Id
    lines: tuple[AdjustmentLine, ...]
    reason: Digest
    approver: Id
    auto_reverse: bool = False


class AdjustmentReversed(Event):
    """The same lines on the other side, on the first day of the next period."""

    adjustment: Id
    lines: tuple[AdjustmentLine, ...]
