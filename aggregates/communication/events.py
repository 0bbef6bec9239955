"""What can happen to a communication: it is logged, and its status follows."""

from typing import Literal

from pydantic import AwareDatetime

from aggregates.values import Digest, Word
from ledger.events import Event, Frozen
from ledger.ids import Id

Kind = Literal[
    "receipt",
    "reminder",
    "expiry",
    "renewal",
    "price_change",
    "cancellation",
    "refund",
    "complaint",
    "marketing",
    "other",
]
Status = Literal["sent", "delivered", "opened", "bounced", "failed", "received"]


class Window(Frozen):
    """The notice window a rule set computed (evidence.md 5)."""

    opens: AwareDatetime
    closes: AwareDatetime


class CommunicationLogged(Event):
    communication: Id
    patient: Id | None = None
    subscription: Id | None = None
    kind: Kind
    channel: Word
    direction: Literal["in", "out"]
    sent_at: AwareDatetime
    status: Status
    sha256: Digest | None = None
    summary: Digest | None = None
    template: Word | None = None
    thread: Word | None = None
    address: Digest | None = None
    provider_message: Word | None = None
    charge: Id | None = None
    refund: Id | None = None
    booking: Id | None = None
    cycle: int | None = None
    rule_sets: tuple[Word, ...] = ()
    window: Window | None = None
    clinical: bool = False


class CommunicationStatusChanged(Event):
    """The provider's word on a message that was logged before."""

    communication: Id
    status: Status
