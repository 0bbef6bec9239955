"""What can be asked of an estimate: the data of `set_estimate` (interfaces.md 4)."""

from aggregates.estimate.events import EstimateKind, EstimateScope
from aggregates.values import Rate
from ledger.calendar import Day
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import FreeText


class SetEstimate(Frozen):
    estimate: Id
    kind: EstimateKind
    scope: EstimateScope = EstimateScope()
    rate: Rate
    effective: Day
    evidence: FreeText
    approver: Id
