"""The names of lots: a line and a number (accounting.md 12.2)."""

from aggregates.subscription.state import Subscription


def next_number(state: Subscription, line: str) -> int:
    """The next free number of a line's lots."""
    numbers = [int(lot.grant.rpartition(".")[2]) for lot in state.lots_of(line)]
    return max(numbers, default=0) + 1


def free_grant(state: Subscription, line: str, number: int) -> str:
    """``<line>.<cycle>``, or the next number that no lot added before has."""
    while f"{line}.{number}" in state.lots:
        number += 1
    return f"{line}.{number}"
