"""Periods: open, soft-closed, locked, reopened (accounting.md 14.1-14.6, 18)."""

from datetime import UTC, date, datetime

import pytest

from aggregates.clinic.events import (
    ClinicDefined,
    PeriodLocked,
    PeriodSoftLocked,
    PeriodUnlocked,
    PolicySet,
)
from aggregates.clinic.state import CLINIC, Clinic
from aggregates.period.events import PeriodClosed, PeriodReopened, PeriodSoftClosed, SoftCloseDue
from aggregates.period.orders import ClosePeriod, ReopenPeriod, SignalSoftClose
from aggregates.period.state import PERIOD, PeriodState
from aggregates.periods import (
    awaiting_soft_close,
    out_of_turn,
    reopen,
    signal_soft_close,
    soft_close,
    soft_close_due,
)
from ledger.calendar import Period
from ledger.codes import Refused
from ledger.decider import Context, Decided, Decision, staged
from ledger.events import Event, NewEvent

JAN, FEB, MAR = (Period(2026, month) for month in (1, 2, 3))
DEFINED = ClinicDefined(clinic="glow", name="Glow", currency="USD", timezone="UTC")


def context(on: date = date(2026, 4, 10), role: str = "accountant") -> Context:
    now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return Context("glow", now, on, "ann", role, now, on, "cmd-1")


def clinic(*events: Event, since: date = date(2026, 1, 2)) -> Clinic:
    told = context(since)
    return CLINIC.fold(staged(told, NewEvent("glow/clinic", one)) for one in (DEFINED, *events))


def locked(*months: str) -> tuple[Event, ...]:
    return tuple(PeriodLocked(period=month, version=1, cut=9) for month in months)


def closed(period: str = "2026-01", version: int = 1) -> PeriodClosed:
    return PeriodClosed(
        period=period,
        version=version,
        cut=9,
        rules="2026-1",
        journal_digest="a" * 64,
        entries=0,
        trial_balance=(),
        checks=(),
        exceptions=(),
        policies={},
        tz_version="1",
    )


def period(*events: Event) -> PeriodState:
    return PERIOD.fold(staged(context(), NewEvent("glow/period/2026-01", one)) for one in events)


def code(decision: Decision | None) -> tuple[str, str | None] | None:
    return (decision.code.value, decision.field) if isinstance(decision, Refused) else None


REOPENED = PeriodReopened(period="2026-01", version=1, approvers=("bob", "cy"), reason="a" * 64)
UNLOCKED = (PeriodUnlocked(period="2026-02", version=1),)
BOTH_OPEN = (*UNLOCKED, PeriodUnlocked(period="2026-01", version=1))
SOFT = PeriodSoftLocked(period="2026-01")


@pytest.mark.parametrize(
    ("told", "asked", "expected"),
    [
        ((), MAR, None),
        ((), Period(2026, 4), ("invalid", "data.period")),
        (locked("2026-01"), FEB, None),
        (locked("2026-01"), JAN, ("period_closed", "data.period")),
        (locked("2026-01"), MAR, ("invalid", "data.period")),
        (locked("2026-01", "2026-02") + UNLOCKED, FEB, None),
        (locked("2026-01", "2026-02") + UNLOCKED, MAR, ("invalid", "data.period")),
        (locked("2026-01", "2026-02") + BOTH_OPEN, FEB, ("invalid", "data.period")),
        (locked("2026-01", "2026-02") + BOTH_OPEN, JAN, None),
        ((*locked("2026-01", "2026-02"), *BOTH_OPEN, *locked("2026-01")), FEB, None),
    ],
)
def test_one_period_is_closed_after_the_other(
    told: tuple[Event, ...], asked: Period, expected: tuple[str, str] | None
) -> None:
    assert code(out_of_turn(context(), asked, clinic(*told))) == expected


def test_a_soft_close_is_told_to_the_period_and_to_the_clinic() -> None:
    decided = soft_close(context(), ClosePeriod(period="2026-01", soft=True), clinic(), period())
    assert isinstance(decided, Decided)
    assert decided.data == {"period": "2026-01", "state": "soft_closed"}
    assert [new.stream for new in decided.events] == ["glow/period/2026-01", "glow/clinic"]
    assert decided.events[0].event == PeriodSoftClosed(period="2026-01")
    assert decided.events[0].effective_on == JAN.last


@pytest.mark.parametrize(
    ("told", "order", "expected"),
    [
        ((SOFT,), {"period": "2026-01"}, ("period_closed", "data.period")),
        ((SOFT,), {"period": "2026-02"}, None),
        (locked("2026-01"), {"period": "2026-01"}, ("period_closed", "data.period")),
        (locked("2025-12"), {"period": "2026-02"}, ("invalid", "data.period")),
        ((*locked("2025-12"), SOFT), {"period": "2026-02"}, None),
        ((), {"period": "2026-04"}, ("invalid", "data.period")),
        (
            (),
            {"period": "2026-01", "expected_digest": "a" * 64},
            ("invalid", "data.expected_digest"),
        ),
    ],
)
def test_what_can_be_soft_closed(
    told: tuple[Event, ...], order: dict[str, str], expected: tuple[str, str] | None
) -> None:
    asked = ClosePeriod.model_validate({"soft": True, **order})
    twice = SOFT in told and order["period"] == "2026-01"
    state = period(PeriodSoftClosed(period="2026-01")) if twice else period()
    assert code(soft_close(context(), asked, clinic(*told), state)) == expected


@pytest.mark.parametrize(
    ("told", "day", "stopped"),
    [
        ((), date(2026, 1, 31), False),
        ((SOFT,), date(2026, 1, 31), True),
        ((SOFT,), date(2026, 2, 1), False),
        ((SOFT,), date(2025, 12, 31), True),
        ((*locked("2025-12"), SOFT), date(2025, 12, 31), False),
        ((*locked("2025-12"), SOFT), date(2026, 1, 1), True),
        ((SOFT, *locked("2026-01")), date(2026, 1, 31), False),
        ((SOFT, *locked("2026-01"), BOTH_OPEN[1]), date(2026, 1, 31), False),
    ],
)
def test_the_days_in_which_operations_are_stopped(
    told: tuple[Event, ...], day: date, stopped: bool
) -> None:
    assert clinic(*told).is_soft_closed(day) is stopped


ONE = PolicySet(
    policy="reopen_approvals",
    value=1,
    effective=date(2026, 1, 1),
    reason="a" * 64,
    approver="bob",
)


@pytest.mark.parametrize(
    ("told", "state", "approvers", "expected"),
    [
        ((), (closed(),), ("bob", "cy"), None),
        ((ONE,), (closed(),), ("bob",), None),
        ((), (closed(),), ("bob",), ("approval_required", "data.approvers")),
        ((), (closed(),), (), ("approval_required", "data.approvers")),
        ((), (closed(),), ("bob", "bob"), ("approval_required", "data.approvers")),
        ((), (closed(),), ("bob", "ann"), ("approval_required", "data.approvers")),
        ((ONE,), (closed(),), ("ann",), ("approval_required", "data.approvers")),
        ((), (), ("bob", "cy"), ("invalid", "data.period")),
        ((), (closed(), REOPENED), ("bob", "cy"), ("invalid", "data.period")),
        (locked("2026-02"), (closed(),), ("bob", "cy"), ("invalid", "data.period")),
    ],
)
def test_who_may_reopen_what(
    told: tuple[Event, ...],
    state: tuple[Event, ...],
    approvers: tuple[str, ...],
    expected: tuple[str, str] | None,
) -> None:
    order = ReopenPeriod(period="2026-01", approvers=approvers, reason="a" * 64)
    lived = clinic(*locked("2026-01"), *told)
    assert code(reopen(context(), order, lived, period(*state))) == expected


def test_a_reopened_period_has_no_close_in_force_until_it_is_closed_again() -> None:
    assert period(closed(), REOPENED).in_force is None
    again = period(closed(), REOPENED, closed(version=2))
    assert again.in_force == closed(version=2)
    assert len(again.closes) == 2
    lived = clinic(*locked("2026-01"), BOTH_OPEN[1])
    assert (lived.locked_through, lived.next_to_close) == (None, JAN)


@pytest.mark.parametrize(
    ("month", "days", "due"),
    [
        (JAN, 5, date(2026, 2, 6)),  # 1 February is a Sunday
        (JAN, 0, date(2026, 2, 1)),
        (JAN, 1, date(2026, 2, 2)),
        (Period(2026, 3), 1, date(2026, 4, 1)),  # a Wednesday
        (Period(2026, 3), 5, date(2026, 4, 7)),
        (Period(2026, 7), 5, date(2026, 8, 7)),  # 1 August is a Saturday
        (Period(2026, 7), 10, date(2026, 8, 14)),
    ],
)
def test_the_reminder_comes_some_business_days_after_the_end(
    month: Period, days: int, due: date
) -> None:
    assert soft_close_due(month, days) == due


@pytest.mark.parametrize(
    ("told", "through", "months"),
    [
        ((), date(2026, 2, 5), []),
        ((), date(2026, 2, 6), [JAN]),
        ((), date(2026, 4, 10), [JAN, FEB, MAR]),
        (locked("2026-01"), date(2026, 4, 10), [FEB, MAR]),
        ((*locked("2026-01"), PeriodSoftLocked(period="2026-02")), date(2026, 4, 10), [MAR]),
    ],
)
def test_the_periods_that_await_a_soft_close(
    told: tuple[Event, ...], through: date, months: list[Period]
) -> None:
    assert [month for month, _ in awaiting_soft_close(clinic(*told), through)] == months


def test_the_reminder_is_told_once() -> None:
    order = SignalSoftClose(period="2026-01")
    first = signal_soft_close(context(), order, clinic(), period())
    assert isinstance(first, Decided)
    due = SoftCloseDue(period="2026-01", due=date(2026, 2, 6))
    assert [new.event for new in first.events] == [due]
    again = signal_soft_close(context(), order, clinic(), period(due))
    assert isinstance(again, Decided)
    assert again.events == ()
