"""What time alone brings to a contract: one list of steps for `tick`, reports and the close."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from aggregates import arranged
from aggregates.changing import expire
from aggregates.cycles import coming_cycle, lapsing_cycle, paid_cycles, unbilled_cycles
from aggregates.dormancy import dormancies, reach_dormancy
from aggregates.drafting import Draft, start_of_day
from aggregates.expiry import due_lots
from aggregates.owing import coming_bills
from aggregates.renewing import bill, renew
from aggregates.signals import signal, untold
from aggregates.subscription.cycle_orders import Bill, Dormancy, Renew, Signal
from aggregates.subscription.lot import Lot
from aggregates.subscription.orders import Expire
from aggregates.subscription.state import Subscription, sale_of
from aggregates.timing import BILLING, DORMANCY, EXPIRY, SIGNALS, Step
from ledger.calendar import ONE_DAY, end_of_day
from ledger.codes import Refused
from ledger.decider import Context
from ledger.events import NewEvent


def _instalments(state: Subscription) -> Iterator[Step]:
    order = Bill(subscription=sale_of(state).subscription)
    for day in {part.due for part in coming_bills(state)}:
        yield Step(
            day,
            BILLING,
            "bill",
            order,
            bill,
        )


def _cycles(state: Subscription) -> Iterator[Step]:
    """The next cycle's first day, and what of earlier ones waits to be billed or granted."""
    if state.plan is None or state.ended is not None:
        return
    coming = coming_cycle(state)
    if coming is not None:
        yield _renewal(state, coming.number, coming.starts)
    for cycle in (*unbilled_cycles(state), *paid_cycles(state)):
        yield _renewal(state, cycle.number, cycle.starts)


def _renewal(state: Subscription, cycle: int, day: date) -> Step:
    order = Renew(subscription=sale_of(state).subscription, cycle=cycle)
    return Step(
        day,
        BILLING,
        "renew",
        order,
        renew,
        key=f"{cycle}",
    )


def _ends(state: Subscription) -> Iterator[Step]:
    """The last days of lots, and of cycles that nobody paid."""
    order = Expire(subscription=sale_of(state).subscription)
    ending: dict[date, list[str]] = {}
    for lot in due_lots(state, date.max):
        if lot.lapses is not None:
            ending.setdefault(lot.lapses, []).append(lot.grant)
    lapsing = lapsing_cycle(state)
    if lapsing is not None:
        ending.setdefault(lapsing.ends - ONE_DAY, []).append(f"cycle {lapsing.number}")
    for day, what in ending.items():
        yield Step(
            day,
            EXPIRY,
            "expire",
            order,
            expire,
            key=" ".join(what),
            at_end=True,
        )


def _dormancies(state: Subscription) -> Iterator[Step]:
    """The days on which value is due to the state, also after the contract's end."""
    order = Dormancy(subscription=sale_of(state).subscription)
    for due in dormancies(state):
        # What was held anew, because a draw came back or the owner did, is due again.
        again = f" {due.of.escheated}" if isinstance(due.of, Lot) else ""
        yield Step(
            due.day,
            DORMANCY,
            "dormancy",
            order,
            reach_dormancy,
            key=f"{due.name}{again}",
            at_end=True,
        )


def _signals(state: Subscription) -> Iterator[Step]:
    order = Signal(subscription=sale_of(state).subscription)
    told: dict[date, list[str]] = {}
    for day, event in untold(state):
        told.setdefault(day, []).append(event.key)
    for day, keys in told.items():
        yield Step(
            day,
            SIGNALS,
            "signal",
            order,
            signal,
            key=" ".join(keys),
        )


Source = Callable[[Subscription], Iterable[Step]]
#: Where steps come from; each names those that are known now, and further ones once they are
#: taken.
SOURCES: tuple[Source, ...] = (arranged.steps, _instalments, _cycles, _ends, _dormancies, _signals)


def upcoming(state: Subscription) -> Iterator[Step]:
    """Every step that is known now, due or not, in no order; none for what was never sold."""
    if state.sold is not None:
        for source in SOURCES:
            yield from source(state)


def due_steps(state: Subscription, begun: date, over: date) -> list[Step]:
    """The steps whose day has come, in the order of days and classes (accounting.md 13).

    `begun` is the last day that has begun, `over` the last one that is past.
    """
    steps = [step for step in upcoming(state) if step.is_due(begun, over)]
    return sorted(steps, key=lambda step: (step.day, step.order, step.key))


def next_due(state: Subscription) -> date | None:
    """The day of the first step that is known now."""
    return min((step.day for step in upcoming(state)), default=None)


def elapse(context: Context, state: Subscription, through: date) -> list[NewEvent]:
    """What time brings to a contract by the end of a day, dated, without signals: the events
    that `tick` will record if nothing else happens.
    """
    draft = Draft(context, state)
    taken: set[tuple[date, str, str]] = set()
    while steps := [
        step
        for step in due_steps(draft.state, through, through)
        if step.order != SIGNALS and (step.day, step.command, step.key) not in taken
    ]:
        step = steps[0]
        taken.add((step.day, step.command, step.key))
        draft.context = _on(context, state, step, through)
        decision = step.decide(draft.context, draft.state)
        if not isinstance(decision, Refused):
            draft.take([_dated(new, draft.context) for new in decision.events])
    return draft.events


def _on(context: Context, state: Subscription, step: Step, through: date) -> Context:
    """The context of a step, once the last day asked for is over."""
    timezone = sale_of(state).timezone
    at = end_of_day(step.day, timezone) if step.at_end else start_of_day(step.day, timezone)
    return replace(context, at=at, on=step.day, today=through + ONE_DAY)


def _dated(new: NewEvent, context: Context) -> NewEvent:
    return replace(
        new,
        effective_on=new.effective_on or context.on,
        effective_at=new.effective_at or context.at,
    )
