"""What corrects or shares a contract: transfers, goodwill, members, reinstatement, write-off."""

from datetime import date
from typing import Literal

from aggregates.subscription.leaving import LeavingLot, PartLeft
from aggregates.subscription.line import SoldLine
from aggregates.subscription.moves import Lapse
from aggregates.values import ContractShare, Digest, Liability, Revenue, SaleDimensions, Share
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount


class UnitsTransferred(Event):
    """Units left for another contract with their value and its funding (accounting.md 6.6).

    `shares` leave this contract's liability and `received` are the same money in the other's.
    `moved` of it was paid and counts as paid there; `owed` and `owed_tax` are what was neither
    paid nor billed, and is asked for there.
    """

    to_patient: Id
    to_subscription: Id
    lots: tuple[LeavingLot, ...]
    shares: tuple[Share, ...]
    received: tuple[ContractShare, ...]
    moved: Amount
    owed: Amount = 0
    owed_tax: Amount = 0
    reason: Digest
    sale: SaleDimensions


class UnitsReceived(Event):
    """Units came from another contract; each of `lines` is a lot of its own, funded by `shares`.

    `moved`, `owed` and `owed_tax` are as `UnitsTransferred` has them.
    """

    from_patient: Id
    from_subscription: Id
    lines: tuple[SoldLine, ...]
    shares: tuple[Share, ...]
    moved: Amount
    owed: Amount = 0
    owed_tax: Amount = 0
    sale: SaleDimensions


class GoodwillGranted(Event):
    """Units were given without a purchase; they carry no value (accounting.md 5.4)."""

    patient: Id
    lines: tuple[SoldLine, ...]
    reason: Digest
    approver: Id
    sale: SaleDimensions


class MemberAdded(Event):
    """Another patient may use this contract."""

    patient: Id


class MemberRemoved(Event):
    """A patient with whom the contract was shared may use it no longer."""

    patient: Id


class LotReinstated(Lapse):
    """Expired units are valid again until `until` (rows 27, 28; accounting.md 7.7).

    Forfeited value comes back by `method` "reverse" and stays earned by "zero_price"; credited
    value comes back as far as the patient has not spent it, held value in any case.
    """

    method: Literal["reverse", "zero_price"]
    ends: date
    lapses: date
    until: date
    reason: Digest
    approver: Id


class WrittenOff(PartLeft):
    """What will not be paid (row 41): `delivered` is lost, the rest is cancelled with its units.

    `receivable` stood in 1100; `overdrawn` stood in the liability as a debit, because services
    ran ahead of cash. amount = receivable + Σ overdrawn = delivered + Σ shares. `waived` is no
    longer owed.
    """

    amount: PositiveAmount
    delivered: Amount
    receivable: Amount
    shares: tuple[Share, ...]
    overdrawn: tuple[Share, ...]
    waived: Amount
    reason: Digest
    approver: Id
    sale: SaleDimensions


class Performed(Frozen):
    """What was delivered of a lot before there was a contract; `payable` is owed to an agent's
    principal.
    """

    line: Id
    grant: Id
    liability: Liability
    revenue: Revenue
    amount: Amount
    payable: Amount = 0


class RunningLot(Frozen):
    """A line of time, whose `amount` is earned by day over `[starts, ends)`."""

    line: Id
    grant: Id
    liability: Liability
    amount: Amount
    starts: date
    ends: date


class ContractAssessed(Event):
    """Whether there is a contract was judged again (accounting.md 2); once `met`, row 8.

    What was received as `deposit` funds the lots and the tax: deposit = Σ funded + tax + excess.
    What was drawn of it so far is earned at once, so that the liability moves by funded less
    performed, `shares` up or `assets` down. Lines of time are in the books from now on: the
    close accrues what they have earned since they began.
    """

    met: bool
    deposit: Amount = 0
    tax: Amount = 0
    excess: Amount = 0
    funded: tuple[Share, ...] = ()
    shares: tuple[Share, ...] = ()
    assets: tuple[Share, ...] = ()
    performed: tuple[Performed, ...] = ()
    running: tuple[RunningLot, ...] = ()
    reason: Digest
    approver: Id
    sale: SaleDimensions
