"""Late effects on closed months, and which of them someone should look at (accounting.md 14.3)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aggregates.clinic.knobs import late_limit
from aggregates.period.events import CloseException

KIND = "late_effect"


@dataclass(frozen=True, slots=True)
class LateEffect:
    """What entries posted now, but dated in the closed month `period`, do to revenue; `revenue`
    is that of the month as it was posted. Both in minor units, income positive.
    """

    period: str
    amount: int
    revenue: int


def for_review(effects: Iterable[LateEffect], limit: Any) -> Iterator[CloseException]:
    """The months on which late effects come to more than the policy `late_event_limit` allows."""
    for effect in effects:
        if abs(effect.amount) > late_limit(limit, effect.revenue):
            yield CloseException(kind=KIND, id=effect.period, amount=effect.amount)
