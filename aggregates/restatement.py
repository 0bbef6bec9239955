"""What rules of restating share: an event with its contract as recorded and as restated."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from aggregates.subscription.leaving import LeavingLot
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription
from ledger.events import Event, Recorded
from ledger.ratios import part_of

Leaves = TypeVar("Leaves", bound=LeavingLot)


@dataclass(slots=True)
class Restated:
    """Contracts as recorded (`was`) and as restated (`now`), with their restated `history` by
    stream, and the `events` that differ, by position. `drawn` holds restated draws by visit
    line and lot, `moved` what went from one contract to another, `lost` what a dispute took.
    """

    was: dict[str, Subscription] = field(default_factory=dict)
    now: dict[str, Subscription] = field(default_factory=dict)
    history: dict[str, list[Recorded]] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    drawn: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    moved: dict[tuple[str, str], Any] = field(default_factory=dict)
    lost: dict[tuple[str, str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the contract `key` on its day."""

    event: Any
    on: date
    key: str
    found: Restated

    @property
    def was(self) -> Subscription:
        """The contract before the event, as recorded."""
        return self.found.was[self.key]

    @property
    def now(self) -> Subscription:
        """The contract before the event, as restated."""
        return self.found.now[self.key]

    def lots(self, grant: str) -> tuple[Lot, Lot]:
        """A lot as recorded and as restated."""
        return self.was.lots[grant], self.now.lots[grant]

    def but(self, **update: Any) -> Any:
        """The event with other amounts; they are not checked again, as differences may be less
        than nothing.
        """
        return self.event.model_copy(update=update)


def scaled(amount: int, part: int, whole: int) -> int:
    """`amount` in the proportion of `part` to `whole`; nothing of nothing."""
    return part_of(amount, part, whole) if whole > 0 else 0


def leaving(told: Told, part: Leaves, through: date) -> Leaves:
    """What leaves a lot by the end of a day: the same units or time, worth what they are now."""
    was, now = told.lots(part.grant)
    value = value_leaving(was, now, part, through)
    freed = funding_leaving(was, now, part, value, through)
    rest = now.value_left(through) - value
    return part.model_copy(
        update={
            "value": value,
            "freed": freed,
            "returned": scaled(freed, part.returned, part.freed),
            "recognised": now.running_earned(through) if part.time else part.recognised,
            "rest": rest if part.rest_starts is not None else 0,
        }
    )


def value_leaving(was: Lot, now: Lot, part: LeavingLot, through: date) -> int:
    """The value of units, or of days; of a cycle that grants nothing yet what it asks for."""
    if was.pending:
        all_of_it = part.value == was.allocated
        return now.allocated if all_of_it else scaled(now.allocated, part.value, was.allocated)
    if not was.is_time and part.value == was.leaving_value(part.quantity, through):
        return now.leaving_value(part.quantity, through)
    before, after = was.value_left(through), now.value_left(through)
    if was.is_time and part.value == before and part.rest_starts is None:
        return after
    return scaled(after, part.value, before)


def funding_leaving(was: Lot, now: Lot, part: LeavingLot, value: int, through: date) -> int:
    """The funding of a value that leaves: all there is where all of it left."""
    before, after = (max(lot.deferred(through) - lot.held, 0) for lot in (was, now))
    if part.freed == min(before, part.value):
        return min(after, value)
    return scaled(after, part.freed, before)
