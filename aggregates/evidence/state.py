"""What the history of a piece of evidence comes to."""

from dataclasses import dataclass

from aggregates.evidence.events import EvidenceRecorded
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Evidence:
    recorded: EvidenceRecorded | None = None


def evolve(state: Evidence, recorded: Recorded) -> Evidence:
    """The state after one more event."""
    match recorded.event:
        case EvidenceRecorded() as evidence:
            return Evidence(evidence)
        case other:
            raise impossible("evidence", other)


EVIDENCE: Decider[Evidence] = Decider(Evidence(), evolve)
