"""A contract while a decision adds events to it: each event is seen by the next one."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from aggregates.patient.events import StoreCreditAdded
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY, end_of_day
from ledger.decider import Context, staged
from ledger.events import Event, NewEvent
from ledger.ids import stream


def start_of_day(day: date, timezone: str) -> datetime:
    """The first second of a local day, in UTC."""
    return end_of_day(day - ONE_DAY, timezone) + timedelta(seconds=1)


@dataclass(slots=True)
class Draft:
    """`state` is the contract with the `events` decided so far."""

    context: Context
    state: Subscription
    events: list[NewEvent] = field(default_factory=list)

    @property
    def stream(self) -> str:
        """The name of the contract's stream."""
        return stream(self.context.clinic, "subscription", sale_of(self.state).subscription)

    def add(self, event: Event, on: date | None = None, at: datetime | None = None) -> None:
        """An event on the contract; on the day of the command unless `on` and `at` say another."""
        self.take([NewEvent(self.stream, event, on, at)])

    def take(self, events: list[NewEvent]) -> None:
        """Events that were decided elsewhere, on the contract or beside it."""
        own = [staged(self.context, new) for new in events if new.stream == self.stream]
        self.state = SUBSCRIPTION.fold(own, self.state)
        self.events += events

    def begun(self, event: Event, day: date) -> None:
        """An event that the beginning of a day brings, on that day."""
        if day == self.context.on:
            self.add(event)
        else:
            self.add(event, day, start_of_day(day, sale_of(self.state).timezone))

    def over(self, event: Event, day: date) -> None:
        """An event that the end of a day brings, on that day."""
        self.add(event, day, end_of_day(day, sale_of(self.state).timezone))

    def credit(self, amount: int, day: date | None = None) -> None:
        """Store credit for the patient, at the end of a day or now; none for nothing."""
        sold = sale_of(self.state)
        if not amount:
            return
        added = StoreCreditAdded(amount=amount, subscription=sold.subscription, cause="lapse")
        name = stream(self.context.clinic, "patient", sold.patient)
        at = None if day is None else end_of_day(day, sold.timezone)
        self.events.append(NewEvent(name, added, day, at))
