"""Store credit by the day it arose, because the law counts from then (accounting.md 7.8, 10.7)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of the store credit that arose on the day `since`; of one that is `told`, the
    state's part went to 2300 and the rest is the owner's for good.
    """

    since: date
    amount: int
    told: bool = False


Credits = tuple[Credit, ...]


def with_more(parts: Credits, since: date, amount: int) -> Credits:
    """The credits with what arose on a day; one day has one credit that is not told."""
    same = sum(one.amount for one in parts if one.since == since and not one.told)
    others = (one for one in parts if one.since != since or one.told)
    return _in_order((*others, Credit(since, same + amount)))


def without(parts: Credits, amount: int) -> Credits:
    """The credits once an amount is spent, the oldest first."""
    kept = []
    for one in parts:
        taken = min(one.amount, amount)
        amount -= taken
        if taken < one.amount:
            kept.append(replace(one, amount=one.amount - taken))
    return tuple(kept)


def dormant(parts: Credits, since: date, amount: int) -> Credits:
    """The credits once `amount` of that of a day is due to the state."""
    return _in_order(
        Credit(since, one.amount - amount, True) if one.since == since and not one.told else one
        for one in parts
        if one.since != since or one.told or one.amount > amount
    )


def untold_since(parts: Credits) -> date | None:
    """The first day on which credit arose that is not told; None when there is none."""
    return min((one.since for one in parts if not one.told), default=None)


def _in_order(parts: Iterable[Credit]) -> Credits:
    return tuple(sorted(parts, key=lambda one: (one.since, one.told)))
