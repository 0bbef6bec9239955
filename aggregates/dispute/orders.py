"""What a dispute can be asked to do: the data of its commands (interfaces.md 4)."""

from typing import Annotated, Literal

from pydantic import Field

from aggregates.values import Word
from ledger.calendar import Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount
from ledger.personal import Marked


class OpenDispute(Frozen):
    dispute: Id
    charge: Id
    amount: PositiveAmount
    currency: str | None = None
    reason: Word
    network_reason_code: Word | None = None
    case_type: Literal["inquiry", "chargeback", "compliance", "resolution", "block"] = "chargeback"
    opened_at: Moment
    due_by: Moment | None = None
    fee: Amount = 0
    funds_withdrawn: bool | None = None
    claim: Annotated[dict[Word, str], Marked(400), Field(max_length=40)] = {}

    @property
    def withdrawn(self) -> bool:
        """Whether the processor took the money; by default it did, unless it only inquires."""
        if self.funds_withdrawn is None:
            return self.case_type != "inquiry"
        return self.funds_withdrawn


class SignalDispute(Frozen):
    dispute: Id


class CloseDispute(Frozen):
    dispute: Id
    outcome: Literal["won", "lost", "accepted", "withdrawn"]
    amount: PositiveAmount | None = None
    fee_returned: bool = False
