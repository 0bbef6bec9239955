"""Periods of the books: reopening, the reminder to close, and who is stopped by a soft close."""

from collections.abc import Iterator
from datetime import date

from aggregates import periods
from aggregates.drafting import start_of_day
from aggregates.period.orders import ReopenPeriod, SignalSoftClose
from aggregates.period.state import PERIOD
from commands.desk import Desk
from commands.envelope import Actor, Envelope
from commands.permissions import FRONT, NOTING, PROVIDER, RIGHTS
from commands.spec import Reads, Spec
from ledger.codes import ORDER, Code, Refused
from ledger.decider import Context, Decision

_OPERATIONS = frozenset({FRONT, PROVIDER})


def reopen_period(desk: Desk, context: Context, order: ReopenPeriod) -> Decision:
    return periods.reopen(context, order, desk.clinic(), desk.period(order.period))


def signal_soft_close(desk: Desk, context: Context, order: SignalSoftClose) -> Decision:
    return periods.signal_soft_close(context, order, desk.clinic(), desk.period(order.period))


def unless_stopped(desk: Desk, context: Context, command: str, decision: Decision) -> Decision:
    """The decision, or `period_closed` for what operations staff date in a soft-closed period.

    Notes move nothing, and a refusal that is checked earlier stands (interfaces.md 3).
    """
    stopped = (
        context.role in _OPERATIONS
        and RIGHTS[command] is not NOTING
        and desk.clinic().is_soft_closed(context.on)
    )
    if not stopped or (
        isinstance(decision, Refused) and ORDER[decision.code] < ORDER[Code.PERIOD_CLOSED]
    ):
        return decision
    period = desk.clinic().calendar.of(context.on)
    return Refused(Code.PERIOD_CLOSED, f"{period} is closed for the front desk.", "at")


def reminders(desk: Desk, begun_on: date, actor: Actor) -> Iterator[Envelope]:
    """The commands that tell which periods should be soft-closed by that day, each once."""
    clinic = desk.clinic()
    due = list(periods.awaiting_soft_close(clinic, begun_on))
    desk.workspace.load((PERIOD, desk.name("period", str(period))) for period, _ in due)
    for period, day in due:
        if not desk.period(str(period)).signalled:
            yield Envelope(
                command="signal_soft_close",
                id=f"signal_soft_close-{period}",
                clinic=desk.clinic_id,
                at=start_of_day(day, clinic.timezone),
                actor=actor,
                data={"period": str(period)},
            )


def _stream(desk: Desk, order: ReopenPeriod | SignalSoftClose) -> Reads:
    return ((PERIOD, desk.name("period", order.period)),)


SPECS = (
    Spec("reopen_period", ReopenPeriod, reopen_period, _stream),
    Spec("signal_soft_close", SignalSoftClose, signal_soft_close, _stream),
)
