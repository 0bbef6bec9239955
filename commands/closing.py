"""Closing a period: replay up to the cut, and seal what it gives (accounting.md 14)."""

from typing import Any, Protocol

from aggregates.clinic.events import PeriodLocked
from aggregates.effects import RULES
from aggregates.lateness import LateEffect, for_review
from aggregates.period.events import (
    AccountTotal,
    CloseCheck,
    CloseException,
    EstimateHeld,
    PeriodClosed,
)
from aggregates.period.orders import ClosePeriod
from aggregates.periods import out_of_turn, soft_close
from commands.desk import Desk
from commands.estimating import Surveyor
from commands.permissions import lacks_approval
from ledger.calendar import Period, tz_version
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent


class Sealable(Protocol):
    """What a replay up to the cut gives for a period."""

    @property
    def journal_digest(self) -> str: ...
    @property
    def entries(self) -> int: ...
    @property
    def trial_balance(self) -> tuple[AccountTotal, ...]: ...
    @property
    def checks(self) -> tuple[CloseCheck, ...]: ...
    @property
    def exceptions(self) -> tuple[CloseException, ...]: ...
    @property
    def late(self) -> tuple[LateEffect, ...]: ...


class Closer(Surveyor, Protocol):
    """What the close needs from the reading side; wired at start-up.

    `obstacles` are the clinic's unresolved dead letters.
    """

    def figures(self, clinic: str, period: Period, cut: int) -> Sealable: ...
    def obstacles(self, clinic: str) -> list[CloseException]: ...


#: Exceptions that stop a close instead of being listed (interfaces.md 4, `record_payout`).
BLOCKING = frozenset({"payout_unmatched", "dead_letter"})


def close_period(
    desk: Desk, context: Context, order: ClosePeriod, closer: Closer | None
) -> Decision:
    """Seals a period that has ended, after its predecessor, when its checks hold.

    A soft close seals nothing and needs no replay.
    """
    if order.soft:
        refusal = lacks_approval(context, "close_period", order.approver)
        state = desk.period(order.period)
        return refusal or soft_close(context, order, desk.clinic(), state)
    period = desk.clinic().calendar.period(order.period)
    refusal = out_of_turn(context, period, desk.clinic()) or _approval(desk, context, order)
    if refusal is not None:
        return refusal
    if closer is None:
        raise RuntimeError("no replay was wired for closing")
    head = desk.workspace.head()
    sealed = closer.figures(desk.clinic_id, period, head)
    limit = desk.clinic().policy("late_event_limit", period.last)
    late = for_review(sealed.late, limit)
    exceptions = (*sealed.exceptions, *late, *closer.obstacles(desk.clinic_id))
    refusal = _does_not_tie(order, sealed, exceptions)
    if refusal is not None:
        return refusal
    return _sealed(desk, context, order, sealed, exceptions, head)


def _approval(desk: Desk, context: Context, order: ClosePeriod) -> Refused | None:
    needed = desk.clinic().policy("close_approvals", context.today) > 0
    return lacks_approval(context, "close_period", order.approver, required=needed)


def _does_not_tie(
    order: ClosePeriod, sealed: Sealable, exceptions: tuple[CloseException, ...]
) -> Refused | None:
    failed = [check for check in sealed.checks if not check.ok]
    blocking = [item for item in exceptions if item.kind in BLOCKING]
    if failed or blocking:
        return Refused(
            Code.CONFLICT,
            "The books cannot be closed: see details.",
            "data.period",
            {
                "checks": [check.model_dump(mode="json", exclude_none=True) for check in failed],
                "exceptions": [item.model_dump(mode="json") for item in blocking],
            },
        )
    if order.expected_digest not in (None, sealed.journal_digest):
        return Refused(
            Code.AMOUNT_MISMATCH,
            "The books are not those expected.",
            "data.expected_digest",
            {"journal_digest": sealed.journal_digest},
        )
    return None


def _sealed(
    desk: Desk,
    context: Context,
    order: ClosePeriod,
    sealed: Sealable,
    exceptions: tuple[CloseException, ...],
    cut: int,
) -> Decided:
    version = len(desk.period(order.period).closes) + 1
    last = desk.clinic().calendar.period(order.period).last
    closed = PeriodClosed(
        period=order.period,
        version=version,
        cut=cut,
        rules=RULES,
        journal_digest=sealed.journal_digest,
        entries=sealed.entries,
        trial_balance=sealed.trial_balance,
        checks=sealed.checks,
        exceptions=exceptions,
        policies=dict(desk.clinic().policies(last)),
        estimates=tuple(
            EstimateHeld(estimate=one.estimate, rate=one.rate, effective=one.effective)
            for one in desk.estimates().held(last)
        ),
        tz_version=tz_version(),
        approver=order.approver,
    )
    locked = PeriodLocked(period=order.period, version=version, cut=cut)
    events = (
        NewEvent(desk.name("period", order.period), closed, last),
        NewEvent(desk.name("clinic"), locked),
    )
    return Decided(events, _close_data(closed))


def _close_data(closed: PeriodClosed) -> dict[str, Any]:
    return {
        "period": closed.period,
        "version": closed.version,
        "position": closed.cut,
        "journal_digest": closed.journal_digest,
        "checks": [check.model_dump(mode="json", exclude_none=True) for check in closed.checks],
        "exceptions": [
            item.model_dump(mode="json", exclude_none=True) for item in closed.exceptions
        ],
    }
