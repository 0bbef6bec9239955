"""What else is recorded about a contract, as far as its rules ask for it."""

from datetime import date
from typing import Literal

from aggregates.values import Word
from ledger.events import Event
from ledger.ids import Id


class CommunicationLinked(Event):
    """A communication about this contract was logged; the forfeiture guard asks for notices."""

    communication: Id
    kind: Word
    sent_on: date
    failed: bool
    direction: Literal["in", "out"] = "out"
