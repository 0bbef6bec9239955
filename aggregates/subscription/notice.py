"""A notice that was sent about a contract."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Notice:
    """A communication about this contract; one that failed is no notice."""

    communication: str
    kind: str
    sent_on: date
    failed: bool
