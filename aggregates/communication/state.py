"""What a communication's history comes to."""

from dataclasses import dataclass, replace

from aggregates.communication.events import CommunicationLogged, CommunicationStatusChanged
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Communication:
    logged: CommunicationLogged | None = None
    status: str | None = None


def evolve(state: Communication, recorded: Recorded) -> Communication:
    """The state after one more event."""
    match recorded.event:
        case CommunicationLogged() as logged:
            return Communication(logged, logged.status)
        case CommunicationStatusChanged(status=status):
            return replace(state, status=status)
        case other:
            raise impossible("communication", other)


COMMUNICATION: Decider[Communication] = Decider(Communication(), evolve)
