"""What a service can be asked to do: the data of `define_service` (interfaces.md 4)."""

from pydantic import model_validator

from aggregates.service.events import ReturnDays, Ssp
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
    return_days: ReturnDays | None = None

    @model_validator(mode="after")
    def _only_products_come_back(self) -> "DefineService":
        if self.return_days is not None and not self.product:
            raise ValueError("return_days are those of a product: a service cannot be returned")
        return self
