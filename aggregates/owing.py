"""What a contract asks for, when: instalments and cycles, what is due and what is overdue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from aggregates.subscription.pause import due_day
from aggregates.subscription.state import Cycle, Subscription, sale_of

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


def unbilled(state: Subscription) -> Iterator[Owing]:
    """The instalments that are neither paid nor receivable yet, earliest first (row 4).

    Those of a contract that can be cancelled become so only when they are paid (10.3), and a
    membership's cycles fall due themselves.
    """
    sold = state.sold
    if sold is None or sold.billing.kind == "recurring" or sold.billing.cancellable:
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


def overdue(state: Subscription, on: date) -> date | None:
    """The due date of the earliest instalment or cycle that is unpaid after it; None if all is
    as agreed (interfaces.md 6, `past_due`).
    """
    return next((part.due for part in owing(state) if part.due < on), None)


def due_by(state: Subscription, on: date) -> int:
    """What of `owed` is due by the end of that day; of a membership without later cycles."""
    return state.owed - sum(part.amount for part in owing(state) if part.due > on)
