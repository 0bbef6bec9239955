"""One open period as its close sees it: the journal so far, and what holds on its last day."""

from dataclasses import dataclass
from datetime import date

from ledger.books.accrual import Window
from ledger.calendar import Period
from projections.journal.settings import Settings
from projections.journal.tables import Tables


@dataclass(frozen=True, slots=True)
class OnePeriod:
    """What the closing entries of a period are worked out from; `settings` as known at `cut`."""

    tables: Tables
    settings: Settings
    cut: int
    period: Period
    window: Window

    @property
    def day(self) -> date:
        """The last day that counts."""
        return self.window.last_day(self.period)
