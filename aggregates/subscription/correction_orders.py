"""What corrects or shares a contract: the data of its commands (interfaces.md 4).

Where a command demands an approver, a missing one is a refusal with its own code.
"""

from typing import Annotated, Literal

from pydantic import Field

from ledger.calendar import Day
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import PositiveAmount
from ledger.personal import FreeText
from ledger.quantity import PositiveQuantity


class TransferUnits(Frozen):
    subscription: Id
    line: Id
    quantity: PositiveQuantity
    to_patient: Id
    to_subscription: Id
    reason: FreeText


class GrantGoodwill(Frozen):
    subscription: Id | None = None
    patient: Id
    service: Id
    quantity: PositiveQuantity
    expires: Day | None = None
    reason: FreeText
    approver: Id | None = None


class Share(Frozen):
    subscription: Id
    patient: Id
    remove: bool = False


class Reinstate(Frozen):
    subscription: Id
    line: Id | None = None
    until: Day
    reason: FreeText
    approver: Id | None = None


class WriteOff(Frozen):
    subscription: Id
    amount: PositiveAmount
    reason: FreeText
    approver: Id | None = None


class AssessContract(Frozen):
    subscription: Id
    met: bool
    reason: FreeText
    approver: Id | None = None


class UsedFor(Frozen):
    """The visit whose bill is paid."""

    visit: Id


class UseStoreCredit(Frozen):
    patient: Id
    use: Id
    amount: PositiveAmount
    purpose: Annotated[UsedFor | Literal["payout"], Field(alias="for")]
    reason: FreeText
