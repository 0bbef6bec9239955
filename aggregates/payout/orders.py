"""What a payout can be asked to do: the data of `record_payout` (interfaces.md 4)."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount


def _distinct(ids: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(ids)) < len(ids):
        raise ValueError("a payout names each of its parts once")
    return ids


Ids = Annotated[tuple[Id, ...], Field(max_length=5000), AfterValidator(_distinct)]


class RecordPayout(Frozen):
    """`amount` is net, as it reached the bank; `fees` are those not already on a payment."""

    payout: Id
    amount: Amount
    fees: Amount = 0
    payments: Ids
    refunds: Ids = ()
    disputes: Ids = ()
