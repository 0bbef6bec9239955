"""A step that time alone brings to a contract, as `tick` takes it (accounting.md 13)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregates.subscription.state import Subscription
from ledger.decider import Context, Decision
from ledger.events import Frozen

#: Classes of accounting.md 13, in whose order the steps of a day are taken. Signals, which it does
#: not name, come after all that the beginning of a day brings and before what its end does.
MODIFICATION, BILLING, SIGNALS, CANCELLATION, EXPIRY, DORMANCY = 3, 4, 7, 8, 11, 13


@dataclass(frozen=True, slots=True)
class Step:
    """`command`, with what it `asks`, does it; `rule` decides it. `key` tells it from other steps
    of the same command on the same day. One that is `at_end` waits until its day is over.
    """

    day: date
    order: int
    command: str
    asks: Frozen
    rule: Callable[[Context, Any, Subscription], Decision]
    key: str = ""
    at_end: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """The data of the command; made only for a step that is taken."""
        return self.asks.model_dump(exclude_none=True)

    def decide(self, context: Context, contract: Subscription) -> Decision:
        """What the step brings to the contract."""
        return self.rule(context, self.asks, contract)

    def is_due(self, begun: date, over: date) -> bool:
        """Whether its day has come: `begun` is the last day that has, `over` that is past."""
        return self.day <= (over if self.at_end else begun)
