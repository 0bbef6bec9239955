"""A dispute that was lost is won after all (accounting.md 8.5)."""

from aggregates.subscription.leaving import PartLeft
from ledger.ids import Id
from ledger.money import Amount


class LossReversed(PartLeft):
    """The `lots` that a lost dispute took come back, and what had left with them.

    `regained` of the payment is paid again, `tax` and `deposit` of it included, and `asked` is
    owed again for what was never paid. A line of time is fixed as when it leaves, and runs anew
    with what came back as its `rest`. `reopens` says whether the contract goes on that the loss
    had ended.
    """

    dispute: Id
    payment: Id
    regained: Amount
    tax: Amount = 0
    deposit: Amount = 0
    asked: Amount = 0
    reopens: bool = False
