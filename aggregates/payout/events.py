"""What can happen to a payout: it reached the bank (row 48)."""

from ledger.events import Event
from ledger.ids import Id
from ledger.money import Amount, Minor


class PayoutRecorded(Event):
    """`unmatched` is what the named parts do not explain; other than 0 it blocks the close."""

    payout: Id
    amount: Amount
    fees: Amount
    payments: tuple[Id, ...]
    refunds: tuple[Id, ...] = ()
    disputes: tuple[Id, ...] = ()
    unmatched: Minor
