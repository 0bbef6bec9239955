"""Contracts that count as one: sold on one invoice, or under one promotion (accounting.md 2)."""

from datetime import date

from aggregates.values import ContractShare, Liability, SaleDimensions
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount


class CombinedLot(Frozen):
    """A lot whose value rises by `added` or falls by `taken`, with its funding.

    Where `starts` is given, time has earned `recognised` of it and earns `amount` over
    ``[starts, ends)``.
    """

    line: Id
    grant: Id
    liability: Liability
    added: Amount = 0
    taken: Amount = 0
    recognised: Amount = 0
    amount: Amount = 0
    starts: date | None = None
    ends: date | None = None


class RightExercised(Event):
    """A visit used a right to a discount, and the contract is modified by it: what is left of its
    value, and the visit's price, are allocated anew over all that is left and the visit (5.5).

    `given` leaves lots, `received` goes to others (row 43); the use itself is drawn after it.
    """

    visit: Id
    line: Id
    grant: Id
    lots: tuple[CombinedLot, ...]
    given: tuple[ContractShare, ...] = ()
    received: tuple[ContractShare, ...] = ()
    sale: SaleDimensions


class ContractsCombined(Event):
    """What several contracts have not recognised yet is allocated anew over all that is left.

    It stands in the stream of each of the `subscriptions`, with the `lots` of that one. The later
    sale's moves the amounts in one entry (row 43): `given` leave lots of whichever contract,
    `received` go to others. From then on the contracts are netted as one, called `party` (10.2).
    """

    party: Id
    subscriptions: tuple[Id, ...]
    lots: tuple[CombinedLot, ...]
    given: tuple[ContractShare, ...] = ()
    received: tuple[ContractShare, ...] = ()
    sale: SaleDimensions
