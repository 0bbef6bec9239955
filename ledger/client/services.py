"""What is asked and sent: services.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class DefineServiceData(Sent, total=False):
    service: Required[str]
    label: Required[str]
    list_price: Required[int]
    ssp: int | Mapping[str, Any]
    cost: int
    category: str
    taxable: bool
    principal: bool
    product: bool
    return_days: int


class Services(Transport):
    def define_service(self, key: str, **data: Unpack[DefineServiceData]) -> Answer:
        """Define service."""
        return self.post("/v1/services", {}, data, key=key)
