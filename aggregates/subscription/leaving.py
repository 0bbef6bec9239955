"""Parts of events that concern several lots: what is extended, leaves or waits."""

from datetime import date

from aggregates.values import Liability
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount
from ledger.quantity import Quantity


class ExtendedLot(Frozen):
    """A lot with its new last day. For a time line, `amount` runs over `[starts, ends)`."""

    line: Id
    grant: Id
    ends: date
    lapses: date
    fee: Amount
    recognised: Amount = 0
    amount: Amount = 0
    starts: date | None = None


class LeavingLot(Frozen):
    """Units that leave a lot otherwise than by a draw (accounting.md 4.9).

    `value` is what leaves of A, `freed` the funding of it, `returned` what the line counts as
    paid no longer. On a time line, `recognised` is fixed at the day of leaving, and `rest`, if
    any, runs on over `[rest_starts, rest_ends)`: the days that are left of it, to which those
    are added in which time stands still (`freezes` of the event).
    """

    line: Id
    grant: Id
    quantity: Quantity
    liability: Liability
    value: Amount
    freed: Amount
    returned: Amount = 0
    recognised: Amount = 0
    time: bool = False
    rest: Amount = 0
    rest_starts: date | None = None
    rest_ends: date | None = None


class FrozenLot(Frozen):
    grant: Id
    quantity: Quantity


class HeldLot(FrozenLot):
    """Units that wait for a dispute; `cleared` is no longer in the liability until then."""

    cleared: Amount = 0


class FrozenSpan(Frozen):
    """Days ``[starts, until)`` in which a line of time earns nothing; open without `until`."""

    line: Id
    grant: Id
    starts: date
    until: date | None = None


class PartLeft(Event):
    """Something of lots leaves; on `freezes` stands still what stays of a line of time."""

    lots: tuple[LeavingLot, ...]
    freezes: tuple[FrozenSpan, ...] = ()
