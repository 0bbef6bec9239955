"""What a patient can be asked to do: the data of `register_patient` (interfaces.md 4)."""

from aggregates.values import Text
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import Personal


class RegisterPatient(Frozen):
    patient: Id
    name: Personal | None = None
    email: Personal | None = None
    phone: Personal | None = None
    address: Personal | None = None
    state: Text | None = None
