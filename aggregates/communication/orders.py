"""What a communication can be asked to do: the data of `log_communication` (interfaces.md 4)."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from aggregates.communication.events import Kind, Status, Window
from aggregates.values import Digest, Word
from ledger.calendar import Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import FreeText, Personal


class WindowOrder(Frozen):
    """The notice window a rule set computed, in the interface's words."""

    from_: Annotated[Moment, Field(alias="from")]
    until: Moment


class LogCommunication(Frozen):
    subscription: Id | None = None
    patient: Id | None = None
    communication: Id
    kind: Kind
    channel: Word
    direction: Literal["in", "out"]
    sent_at: Moment
    status: Status = "sent"
    sha256: Digest | None = None
    summary: FreeText | None = None
    template: Word | None = None
    thread: Word | None = None
    address: Personal | None = None
    provider_message: Word | None = None
    charge: Id | None = None
    refund: Id | None = None
    booking: Id | None = None
    cycle: int | None = None
    rule_sets: tuple[Word, ...] = ()
    window: WindowOrder | None = None
    clinical: bool = False

    @model_validator(mode="after")
    def _concerns_someone(self) -> "LogCommunication":
        if self.subscription is None and self.patient is None:
            raise ValueError("a communication names a subscription or a patient")
        return self

    @property
    def notice_window(self) -> Window | None:
        """The window as the event keeps it."""
        if self.window is None:
            return None
        return Window(opens=self.window.from_, closes=self.window.until)
