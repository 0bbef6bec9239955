"""What can be asked about a patient: registering, and value nobody claims (interfaces.md 4)."""

from typing import Annotated

from pydantic import Field

from aggregates.values import Text
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import PositiveAmount
from ledger.personal import Personal


class RegisterPatient(Frozen):
    patient: Id
    name: Personal | None = None
    email: Personal | None = None
    phone: Personal | None = None
    address: Personal | None = None
    state: Text | None = None


class CreditDormancy(Frozen):
    """Store credit that has been dormant for long enough is due to the state (row 21)."""

    patient: Id


Owners = Annotated[tuple[Id, ...], Field(max_length=1000)]


class RemitUnclaimed(Frozen):
    """The state is paid what is due to it of these contracts and of these patients' credit."""

    remittance: Id
    amount: PositiveAmount
    subscriptions: Owners = ()
    patients: Owners = ()


class ClaimUnclaimed(Frozen):
    """The owner came back before the state was paid."""

    patient: Id
