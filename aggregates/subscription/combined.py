"""How combining with other contracts, or using a right, changes a contract (2, 5.5)."""

from collections.abc import Callable, Iterable
from typing import Any

from aggregates.subscription.combining_events import (
    CombinedLot,
    ContractsCombined,
    RightExercised,
)
from aggregates.subscription.lot import Lot
from aggregates.subscription.parting import fixed
from aggregates.subscription.span import TimeSpan
from aggregates.subscription.state import Subscription
from ledger.changed import changed
from ledger.events import Recorded


def _combined(state: Subscription, event: ContractsCombined, _: Recorded) -> Subscription:
    return state.with_lots(_revalued(state, event.lots), party=event.party)


def _exercised(state: Subscription, event: RightExercised, _: Recorded) -> Subscription:
    return state.with_lots(_revalued(state, event.lots))


def _revalued(state: Subscription, parts: Iterable[CombinedLot]) -> list[Lot]:
    return [_worth_more(state.lots[part.grant], part) for part in parts]


def _worth_more(lot: Lot, part: CombinedLot) -> Lot:
    """Value comes or goes with its funding; what the lot still asks for stays the same."""
    value = part.added - part.taken
    moved = changed(
        lot,
        allocated=lot.allocated + value,
        funded=lot.funded + value,
        paid_in=lot.paid_in + value,
    )
    if not lot.is_time:
        return moved.rebased(0, added=value)
    if part.starts is None or part.ends is None:
        return changed(moved, amount=lot.amount + value)
    fresh = TimeSpan(part.amount, part.starts, part.ends, pace=lot.sold.pace)
    return changed(moved, amount=lot.amount + value, spans=(*fixed(lot, part.recognised), fresh))


STEPS: dict[type, Callable[[Subscription, Any, Recorded], Subscription]] = {
    ContractsCombined: _combined,
    RightExercised: _exercised,
}
