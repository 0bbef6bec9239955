"""What can happen to the estimates of a clinic's books."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from aggregates.values import Digest, Rate, Word
from ledger.events import Event, Frozen
from ledger.ids import Id

#: What is estimated: the units that nobody will use, what of a liability will be refunded, what of
#: the receivables will not be paid, and what of a price will be conceded.
EstimateKind = Literal["breakage", "refunds", "credit_loss", "concession"]
#: A quarter of sale, as in ``2026Q1``.
Cohort = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}Q[1-4]$")]


class EstimateScope(Frozen):
    """The sales an estimate is about; what is not said does not narrow it."""

    offer: Id | None = None
    program: Word | None = None
    cohort: Cohort | None = None


class EstimateSet(Event):
    """An estimate, or another version of it, from a day on; `evidence` is what it rests on."""

    estimate: Id
    kind: EstimateKind
    scope: EstimateScope
    rate: Rate
    effective: date
    evidence: Digest
    approver: Id

    def holds(self, on: date) -> bool:
        """Whether it has taken effect by a day."""
        return self.effective <= on
