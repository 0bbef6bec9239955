"""What can happen to the cycles of a membership (accounting.md 6.3)."""

from datetime import date
from typing import Literal

from aggregates.subscription.leaving import LeavingLot
from aggregates.subscription.line import SoldLine
from aggregates.values import Liability, SaleDimensions, Share, Word
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount
from ledger.quantity import Quantity

#: What becomes of a cycle that is paid after its first day (6.3, policy `late_cycle`).
CycleChoice = Literal["grant", "skip", "extend"]


class GrantedLot(Frozen):
    """A lot of a cycle that is paid in full: what it is worth and the days for which it stands.

    `quantity` is what it grants to be used; a line of time has none, and is earned by day over
    `[starts, ends)`.
    """

    line: Id
    grant: Id
    liability: Liability
    amount: Amount
    starts: date
    ends: date | None = None
    lapses: date | None = None
    quantity: Quantity | None = None
    time: bool = False


class CycleDue(Event):
    """A cycle over ``[starts, ends)`` asks for its price; its lots wait until it is paid.

    Within the commitment `amount`, with `posted_tax` in it, is receivable from then on (row 4):
    `shares` go to the lines. One that is paid `ahead` of its first day is funded by the payment.
    A cycle renewed after a gap moves the anchor of all that follow to its first day.
    """

    cycle: int
    starts: date
    ends: date
    price: Amount
    tax: Amount
    lines: tuple[SoldLine, ...]
    committed: bool
    ahead: bool = False
    moved: bool = False
    amount: Amount = 0
    shares: tuple[Share, ...] = ()
    posted_tax: Amount = 0
    sale: SaleDimensions


class CycleGranted(Event):
    """A cycle is paid in full: its lots can be used, its time runs.

    Under `extend` the cycle starts on the day of the payment, and later ones follow from there.
    """

    cycle: int
    starts: date
    ends: date
    choice: CycleChoice | None = None
    lots: tuple[GrantedLot, ...]
    sale: SaleDimensions


class CycleLapsed(Event):
    """A cycle ended unpaid, or was skipped: nothing is owed for it.

    A part payment becomes store credit (row 20a): the lots' `freed` and the `tax` make up
    `credited`. `waived` is what was asked for and never paid, with its tax.
    """

    cycle: int
    lots: tuple[LeavingLot, ...]
    tax: Amount
    credited: Amount
    waived: Amount
    sale: SaleDimensions


class UnitsRolledOver(Event):
    """What a cycle's lot has left outlives the cycle, with a last day of its own."""

    line: Id
    grant: Id
    quantity: Quantity
    ends: date
    lapses: date


class PaymentFailed(Event):
    """An attempt to collect failed; nothing is booked (accounting.md 8.7)."""

    attempt: Id
    amount: PositiveAmount
    code: Word
    cycle: int | None = None
