"""The states of a period: soft-closed, locked, reopened, and the reminder to begin (14.1-14.6)."""

from collections.abc import Iterator
from datetime import date

from aggregates.clinic.events import PeriodSoftLocked, PeriodUnlocked
from aggregates.clinic.state import Clinic
from aggregates.period.events import PeriodReopened, PeriodSoftClosed, SoftCloseDue
from aggregates.period.orders import ClosePeriod, ReopenPeriod, SignalSoftClose
from aggregates.period.state import PeriodState
from ledger.calendar import ONE_DAY, Period
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream

_SATURDAY = 5


def out_of_turn(context: Context, period: Period, clinic: Clinic) -> Refused | None:
    """Why a period cannot be closed now: it runs on, is closed, or another one comes first."""
    if not _is_over(context, period, clinic):
        return Refused(Code.INVALID, f"{period} has not ended yet.", "data.period")
    if clinic.locked_through is not None and period <= clinic.locked_through:
        return Refused(Code.PERIOD_CLOSED, f"{period} is closed.", "data.period")
    turn = clinic.next_to_close
    if turn is not None and period != turn:
        return Refused(Code.INVALID, f"{turn} must be closed first.", "data.period")
    return None


def _is_over(context: Context, period: Period, clinic: Clinic) -> bool:
    """Whether the period has ended, at every location that has midnights of its own (14.5)."""
    return period.last < clinic.day_everywhere(context.today, context.now)


def soft_close(
    context: Context, order: ClosePeriod, clinic: Clinic, state: PeriodState
) -> Decision:
    """Stops the front desk and providers in an ended period; nothing is sealed (14.1)."""
    if order.expected_digest is not None:
        return Refused(Code.INVALID, "A soft close seals no digest.", "data.expected_digest")
    period = clinic.calendar.period(order.period)
    follows = period.previous() in clinic.soft_closed and _is_over(context, period, clinic)
    refusal = None if follows else out_of_turn(context, period, clinic)
    if refusal is not None:
        return refusal
    if state.is_soft_closed:
        return Refused(Code.PERIOD_CLOSED, f"{period} is soft-closed already.", "data.period")
    closed = PeriodSoftClosed(period=order.period, approver=order.approver)
    events = (
        NewEvent(stream(context.clinic, "period", order.period), closed, period.last),
        NewEvent(stream(context.clinic, "clinic"), PeriodSoftLocked(period=order.period)),
    )
    return Decided(events, {"period": order.period, "state": "soft_closed"})


def reopen(context: Context, order: ReopenPeriod, clinic: Clinic, state: PeriodState) -> Decision:
    """Takes the last close out of force; as many people approve as the clinic asks for (14.3)."""
    closed = state.in_force
    if closed is None:
        return Refused(Code.INVALID, f"{order.period} is not closed.", "data.period")
    last = clinic.locked_through
    if last is not None and Period.parse(order.period) < last:
        return Refused(Code.INVALID, f"{last} must be reopened first.", "data.period")
    refusal = _lacks_approvers(context, order, clinic)
    if refusal is not None:
        return refusal
    reopened = PeriodReopened(
        period=order.period,
        version=closed.version,
        approvers=order.approvers,
        reason=order.reason,
    )
    unlocked = PeriodUnlocked(period=order.period, version=closed.version)
    events = (
        NewEvent(stream(context.clinic, "period", order.period), reopened),
        NewEvent(stream(context.clinic, "clinic"), unlocked),
    )
    return Decided(events, {"period": order.period, "version": closed.version, "state": "reopened"})


def _lacks_approvers(context: Context, order: ReopenPeriod, clinic: Clinic) -> Refused | None:
    people = set(order.approvers)
    needed = clinic.policy("reopen_approvals", context.today)
    if context.actor in people:
        problem = "Approver and requester are two people."
    elif len(people) < len(order.approvers):
        problem = "Each approver counts once."
    elif len(people) < needed:
        problem = f"{needed} people must approve this."
    else:
        return None
    return Refused(Code.APPROVAL_REQUIRED, problem, "data.approvers")


def soft_close_due(period: Period, days: int) -> date:
    """The business day, Monday to Friday, that many after the period; 0 is the day after it."""
    day = period.next().first
    left = days if day.weekday() < _SATURDAY else days + 1
    while left > 1:
        day += ONE_DAY
        left -= day.weekday() < _SATURDAY
    return day


def awaiting_soft_close(clinic: Clinic, through: date) -> Iterator[tuple[Period, date]]:
    """The ended periods that nobody has closed or soft-closed, with the day the reminder is due.

    From the month in which the clinic was defined, or from the one after the last close.
    """
    if clinic.since is None:
        return
    first = clinic.next_to_close or clinic.calendar.of(clinic.since)
    for period in first.until(clinic.calendar.of(through)):
        due = soft_close_due(period, clinic.policy("soft_close_days", period.last))
        if due <= through and not clinic.is_soft_closed(period.last):
            yield period, due


def signal_soft_close(
    context: Context, order: SignalSoftClose, clinic: Clinic, state: PeriodState
) -> Decision:
    """Tells once that a period should be soft-closed; nothing closes itself (18)."""
    for period, due in awaiting_soft_close(clinic, context.on):
        if str(period) == order.period and not state.signalled:
            event = SoftCloseDue(period=order.period, due=due)
            signal = NewEvent(stream(context.clinic, "period", order.period), event)
            return Decided((signal,), {"signals": ["SoftCloseDue"]})
    return Decided((), {"signals": []})
