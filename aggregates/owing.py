"""What a contract asks for, when: instalments and cycles, what is due and what is overdue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from aggregates.subscription.events import PackageSold
from aggregates.subscription.pause import due_day
from aggregates.subscription.state import Cycle, Subscription, sale_of
from aggregates.terms import RecurringBilling

#: The due date of what waits for the end of an open pause (6.4).
NOT_YET = date(9998, 1, 1)


@dataclass(frozen=True, slots=True)
class Owing:
    """A part of what is owed that has a due date; `cycle` numbers a membership's."""

    due: date
    amount: int
    number: int
    cycle: int | None = None


def due_cycles(state: Subscription) -> list[Cycle]:
    """The cycles that ask for money still, the earliest first."""
    return [cycle for cycle in state.cycles.values() if cycle.status == "due"]


def outstanding(state: Subscription, number: int) -> int:
    """What a cycle still lacks: money pays what was asked for earlier first (10.3)."""
    left = state.owed
    for cycle in reversed(due_cycles(state)):
        lacks = min(cycle.asked, left)
        if cycle.number == number:
            return lacks
        left -= lacks
    return 0


def owing(state: Subscription) -> Iterator[Owing]:
    """The instalments of a plan, or the cycles of a membership, that are unpaid, earliest first.

    A sale paid at once has none: unpaid, it is a memo (10.3).
    """
    sold = state.sold
    if sold is None or state.ended is not None or not state.owed:
        return
    if sold.is_recurring:
        for cycle in due_cycles(state):
            lacks = outstanding(state, cycle.number)
            if lacks:
                yield Owing(cycle.starts, lacks, cycle.number, cycle.number)
    elif sold.billing.kind == "plan":
        yield from _instalments(state, state.received + state.forgone, state.owed)


def is_firm(sold: PackageSold) -> bool:
    """Whether what is unpaid is owed whatever happens; within its commitment a membership's fee
    is.
    """
    if isinstance(sold.billing, RecurringBilling):
        return sold.billing.commitment_cycles is not None
    return not sold.billing.cancellable


def bills_when_due(sold: PackageSold, *, firm: bool) -> bool:
    """Whether an amount becomes receivable on its due date, unpaid (policy `gross_up`; 10.3).

    A cycle outside the commitment never does: unpaid it grants nothing and is not owed (6.3).
    """
    policy = sold.policies.get("gross_up")
    if policy == "never":
        return False
    return firm or (policy == "always" and not sold.is_recurring)


def claims_at_end(sold: PackageSold) -> bool:
    """Whether what is owed for good becomes receivable only when what it is for ends."""
    return sold.policies.get("gross_up") == "never" and is_firm(sold)


def unbilled(state: Subscription) -> Iterator[Owing]:
    """The instalments that are neither paid nor receivable yet, earliest first (row 4).

    Those of a contract that can be cancelled become so only when they are paid, unless the
    clinic says otherwise (10.3), and a membership's cycles fall due themselves.
    """
    sold = state.sold
    if sold is None or sold.is_recurring:
        return
    if not (is_firm(sold) or bills_when_due(sold, firm=False)):
        return
    left = state.owed - state.receivable
    if state.ended is None and state.has_contract and left > 0:
        covered = state.received + state.receivable + state.forgone
        yield from _instalments(state, covered, left)


def _instalments(state: Subscription, covered: int, left: int) -> Iterator[Owing]:
    """What `covered` leaves of each, the earliest first; all of them together ask for `left`."""
    for number, part in enumerate(sale_of(state).instalments, start=1):
        lacks = min(max(part.amount - covered, 0), left)
        covered = max(covered - part.amount, 0)
        left -= lacks
        if lacks:
            yield Owing(due_day(state.pauses, part.due) or NOT_YET, lacks, number)


def coming_bills(state: Subscription) -> Iterator[Owing]:
    """Those of the instalments that are billed on their due date, not with what they are for."""
    if state.sold is not None and not claims_at_end(state.sold):
        yield from unbilled(state)


def overdue(state: Subscription, on: date) -> date | None:
    """The due date of the earliest instalment or cycle that is unpaid after it; None if all is
    as agreed (interfaces.md 6, `past_due`).
    """
    return next((part.due for part in owing(state) if part.due < on), None)


def due_by(state: Subscription, on: date) -> int:
    """What of `owed` is due by the end of that day; of a membership without later cycles."""
    return state.owed - sum(part.amount for part in owing(state) if part.due > on)
