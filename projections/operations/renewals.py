"""Cycles of memberships that are asked for, and the next that will be (interfaces.md 6)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from aggregates.cycles import coming_cycle
from aggregates.owing import owing
from aggregates.subscription.state import Plan, Subscription, sale_of
from ledger.calendar import Period
from projections.operations.notices import promised


def renewals(
    contracts: Iterable[Subscription], as_of: date, period: Period | None = None
) -> list[dict[str, Any]]:
    """The cycles that are unpaid, and the next of each membership, by their first day.

    `status`: "past_due" and "due" of cycles that have begun; of the next one "upcoming", "paid"
    ahead, "paused" while its day is not known, or "ending" where the contract does not go on.
    """
    found = [
        row
        for state in contracts
        if state.plan is not None and state.ended is None
        for row in _rows(state, state.plan, as_of)
        if period is None or (row["due"] and period.includes(date.fromisoformat(row["due"])))
    ]
    return sorted(found, key=lambda row: (row["due"] or "9999", row["subscription"]))


def _rows(state: Subscription, plan: Plan, as_of: date) -> Iterator[dict[str, Any]]:
    for part in owing(state):
        if part.due <= as_of:
            status = "past_due" if part.due < as_of else "due"
            yield _row(state, state.plan_of(part.number) or plan, part.due, part.amount, status)
    yield _next(state, plan, as_of)


def _next(state: Subscription, plan: Plan, as_of: date) -> dict[str, Any]:
    ahead = [cycle for cycle in state.cycles.values() if cycle.starts > as_of]
    if ahead:
        first = min(ahead, key=lambda cycle: cycle.number)
        status = "paid" if first.status == "granted" else "upcoming"
        plan = state.plan_of(first.number) or plan
        return _row(state, plan, first.starts, first.asked, status)
    coming = coming_cycle(state)
    if coming is not None:
        return _row(state, coming.plan, coming.starts, coming.asked, "upcoming")
    number = max(state.cycles, default=0) + 1
    plan = state.plan_of(number) or plan
    starts = plan.starts(number)
    open_pause = any(pause.until is None for pause in state.pauses)
    due = None if open_pause else starts
    return _row(state, plan, due, plan.price + plan.tax, "paused" if open_pause else "ending")


def _row(
    state: Subscription, plan: Plan, due: date | None, amount: int, status: str
) -> dict[str, Any]:
    sold = sale_of(state)
    days = sold.notices.before_renewal_days
    return {
        "subscription": sold.subscription,
        "offer": plan.offer,
        "due": None if due is None else due.isoformat(),
        "amount": amount,
        "status": status,
        "notices": [] if due is None else promised(state, "renewal", days, due),
    }
