"""What a consent refers to: the document, and where it was shown (evidence.md 2.4)."""

from typing import Literal

from aggregates.values import Digest, Word
from ledger.calendar import Moment
from ledger.events import Frozen
from ledger.ids import Id


class ConsentDocument(Frozen):
    id: Id
    version: Word
    sha256: Digest


class Shown(Frozen):
    """Where the terms were put before the buyer (evidence.md 2.4)."""

    at: Moment
    where: Literal["paper", "tablet", "checkout", "receipt"]
    position: Literal["signature", "checkbox", "final_screen"]
    separate: bool | None = None
    screenshot_sha256: Digest | None = None
