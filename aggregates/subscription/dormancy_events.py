"""What happens to value that is held for the state (accounting.md 7.6, rows 21 to 23)."""

from aggregates.lawtables import State
from aggregates.values import Liability, SaleDimensions, Share
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import PositiveAmount


class DormancyReached(Event):
    """Held value of a lot has been dormant for as long as its state says, and is due to it."""

    line: Id
    grant: Id
    amount: PositiveAmount
    liability: Liability
    state: State
    sale: SaleDimensions


class RefundDormant(Event):
    """A refund that nobody cashed has been payable for as long as its state says (row 21)."""

    refund: Id
    amount: PositiveAmount
    state: State
    sale: SaleDimensions


class UnclaimedRemitted(Event):
    """What of a contract was due to the state was paid to it (row 22)."""

    remittance: Id
    amount: PositiveAmount
    sale: SaleDimensions


class RefundBack(Frozen):
    """A refund that is payable to its owner again."""

    refund: Id
    amount: PositiveAmount


class UnclaimedReturned(Event):
    """The owner came back before value was paid to the state (row 23): its lots hold it again,
    and refunds are payable again.
    """

    amount: PositiveAmount
    shares: tuple[Share, ...] = ()
    refunds: tuple[RefundBack, ...] = ()
    sale: SaleDimensions
