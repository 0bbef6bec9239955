"""What a service can be asked to do: the data of `define_service` (interfaces.md 4)."""

from aggregates.service.events import Ssp
from aggregates.values import Text, Word
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount


class DefineService(Frozen):
    service: Id
    label: Text
    list_price: Amount
    ssp: Ssp | None = None
    cost: Amount | None = None
    category: Word | None = None
    taxable: bool = False
    principal: bool = True
    product: bool = False
