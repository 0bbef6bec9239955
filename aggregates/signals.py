"""What other services are told, and on which day: payments, expiry, renewal, milestones.

Signals post nothing and change no balance; each is an event once (product.md 74-76, 103-109, 114).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from aggregates.cycles import coming_cycle, goes_on
from aggregates.drafting import Draft
from aggregates.owing import Owing, owing
from aggregates.rollover import roll_over
from aggregates.subscription import signal_events as s
from aggregates.subscription.cycle_orders import Signal
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.terms import Milestone
from ledger.calendar import ONE_DAY
from ledger.decider import Context, Decided, Decision

Dated = tuple[date, s.Signal]


def untold(state: Subscription) -> list[Dated]:
    """What is known now and not told yet, with its day, in the order of days."""
    if state.sold is None or state.ended is not None:
        return []
    every = (*_payments(state), *_reminders(state), *_renewals(state), *_milestones(state))
    dated = [(day, event) for day, event in every if event.key not in state.signals]
    return sorted(dated, key=lambda item: item[0])


def signal(context: Context, order: Signal, state: Subscription) -> Decision:
    """The signals of the days that have begun, each on its own day."""
    draft = Draft(context, state)
    for day, event in untold(state):
        if day <= context.on:
            draft.begun(event, day)
    return Decided(
        tuple(draft.events), {"signals": [type(new.event).__name__ for new in draft.events]}
    )


def _payments(state: Subscription) -> Iterator[Dated]:
    """On the due date and on each day of retry after it, while it is unpaid."""
    for part in owing(state):
        for attempt, day in enumerate(_attempts(state, part), start=1):
            if not state.postpones(day):
                yield (
                    day,
                    s.PaymentDue(
                        due=part.due, amount=part.amount, attempt=attempt, cycle=part.cycle
                    ),
                )


def _attempts(state: Subscription, part: Owing) -> Iterator[date]:
    yield part.due
    cycle = state.cycles.get(part.cycle or 0)
    plan = None if cycle is None else state.plan_of(cycle.number)
    if cycle is None or plan is None:
        return
    for days in sorted(plan.billing.retry_days):
        day = part.due + timedelta(days=days)
        if cycle.committed or day < cycle.ends:
            yield day


def _reminders(state: Subscription) -> Iterator[Dated]:
    """The promised notices before a lot's last day, as the forfeiture guard counts them (7.6)."""
    promised = sale_of(state).notices.before_expiry_days
    if not promised:
        return
    for lot in state.lots.values():
        if lot.lapses is None or lot.expires is None or not _expires_in_part(state, lot):
            continue
        for days in promised:
            day = lot.lapses - timedelta(days=days)
            if day >= lot.starts:
                yield (
                    day,
                    s.ExpiryReminderDue(
                        line=lot.line,
                        grant=lot.grant,
                        days=days,
                        expires=lot.expires,
                        remaining=lot.remaining,
                    ),
                )


def _expires_in_part(state: Subscription, lot: Lot) -> bool:
    """Whether something is left that does not roll over."""
    left = lot.remaining - lot.frozen
    if lot.is_time or lot.pending or left <= 0:
        return False
    rolled = roll_over(state, lot)
    return rolled is None or rolled.quantity < left


def _renewals(state: Subscription) -> Iterator[Dated]:
    sold = sale_of(state)
    if not sold.notices.before_renewal_days:
        return
    coming = coming_cycle(state)
    if coming is None or not coming.asked:
        return
    for days in sold.notices.before_renewal_days:
        day = coming.starts - timedelta(days=days)
        if day >= sold.sold_on:
            yield (
                day,
                s.RenewalNoticeDue(
                    cycle=coming.number, days=days, due=coming.starts, amount=coming.asked
                ),
            )


def _milestones(state: Subscription) -> Iterator[Dated]:
    """The next of each milestone, counted from the first day, while the contract runs."""
    if state.awaits_use:
        return
    for milestone in sale_of(state).milestones:
        number = reached(state, milestone.milestone) + 1
        on = _milestone_day(state, milestone, number)
        while state.is_stopped(on):
            if any(pause.covers(on) and pause.until is None for pause in state.pauses):
                return
            number += 1
            on = _milestone_day(state, milestone, number)
        if _runs_on(state, on):
            yield (
                on,
                s.MilestoneDue(
                    milestone=milestone.milestone, number=number, on=on, service=milestone.service
                ),
            )


def reached(state: Subscription, milestone: str) -> int:
    """How many of a milestone have come so far."""
    name = f"milestone {milestone} "
    found = (key.removeprefix(name) for key in state.signals if key.startswith(name))
    return max((int(number) for number in found if number.isdecimal()), default=0)


def _milestone_day(state: Subscription, milestone: Milestone, number: int) -> date:
    return milestone.every.span().after(state.started_on or sale_of(state).starts, number)


def _runs_on(state: Subscription, on: date) -> bool:
    """Whether the contract runs on that day, as far as is known now."""
    if state.cancels_on is not None and on > state.cancels_on:
        return False
    if state.cycles:
        last = max(state.cycles)
        return on < state.cycles[last].ends or goes_on(state, last)
    if state.last_day is not None:
        return on <= state.last_day
    return any(lot.remaining > 0 or lot.still_runs(on - ONE_DAY) for lot in state.lots.values())
