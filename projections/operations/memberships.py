"""The life of a membership: since when, until when, and which of its cycles were renewed."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from aggregates.cycles import goes_on
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY, Duration

#: How a contract ended that was a mistake: it counts nowhere.
VOIDED = "voided"
Outcome = Literal["renewed", "not_renewed", "open"]
_OUTCOMES: dict[str, Outcome] = {"granted": "renewed", "lapsed": "not_renewed", "due": "open"}


def is_membership(state: Subscription) -> bool:
    """Whether the contract has cycles."""
    return bool(state.cycles)


def since(state: Subscription) -> date:
    """The first day."""
    return sale_of(state).starts


def left_on(state: Subscription) -> date | None:
    """The last day, as far as it is known; None for one that goes on."""
    if state.ended is not None:
        return state.ended_on
    last = max(state.cycles)
    if goes_on(state, last):
        return None
    return state.cancels_on or state.cycles[last].ends - ONE_DAY


def is_active(state: Subscription, as_of: date) -> bool:
    """Whether it has begun and goes on after that day."""
    left = left_on(state)
    return since(state) <= as_of and (left is None or left > as_of)


def months_begun(first: date, last: date) -> int:
    """The months counted from `first` that had begun by `last`, never less than one."""
    full = (last.year - first.year) * 12 + last.month - first.month
    return max(full + (Duration(months=full).after(first) <= last), 1)


def renewals(state: Subscription, first: date, last: date) -> Iterator[Outcome]:
    """What became of each paid cycle after which the next one began on a day from `first` to
    `last`; ``open`` while the next may be paid still, or waits for the end of a pause.
    """
    left = left_on(state)
    for cycle in state.cycles.values():
        if cycle.status != "granted" or not first <= cycle.ends <= last:
            continue
        later = [number for number in state.cycles if number > cycle.number]
        if later:
            yield _OUTCOMES[state.cycles[min(later)].status]
        else:
            yield "open" if left is None else "not_renewed"
