"""What a close needs from the reading side, handed to the command layer by the wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from aggregates.period.events import CloseException
from ledger.calendar import Period

if TYPE_CHECKING:
    from aggregates.estimating import CohortUse
    from consumers.nats.deadletters import DeadLetters
    from projections.close.figures import CloseFigures

RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Replays:
    """Figures from a replay of the database `conninfo`; `letters` opens the dead letters.

    `kept` is a folder of earlier closes, from which the next one goes on; without it each reads
    the whole history.
    """

    conninfo: str
    letters: "Callable[[], DeadLetters]"
    kept: Path | None = None

    def figures(self, clinic: str, period: Period, cut: int) -> "CloseFigures":
        """What closing `period` at position `cut` seals."""
        from projections.close.figures import figures  # noqa: PLC0415  loads the replay's engine

        return figures(self.conninfo, clinic, period, cut, self.kept)

    def uses(self, clinic: str, cut: int, on: date) -> "list[CohortUse]":
        """How much of each cohort is used by a day, as known at position `cut`."""
        from projections.close.estimates import uses  # noqa: PLC0415  loads the replay's engine

        return uses(self.conninfo, clinic, cut, on)

    def obstacles(self, clinic: str) -> list[CloseException]:
        """The clinic's dead letters that nobody has worked off: what they tell is missing."""
        return [
            CloseException(kind="dead_letter", id=letter.id)
            for letter in self.letters().list(None, clinic)
            if letter.status != RESOLVED
        ]
