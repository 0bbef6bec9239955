"""What happens to value that is held for the state (accounting.md 7.6, row 21)."""

from aggregates.lawtables import State
from aggregates.values import Liability, SaleDimensions
from ledger.events import Event
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
