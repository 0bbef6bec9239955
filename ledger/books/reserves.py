"""What is expected to go back or not to come in: refunds (8.2) and credit losses (10.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.books.accrual import Window
from ledger.books.entries import Dimensions, Entry, Movement, arranged
from ledger.calendar import Period
from ledger.ratios import largest_remainder, share

#: Refunds expected, expected no longer; credit losses.
RESERVED, RELEASED, LOSS = "2", "32", "40"
REFUND_LIABILITY, ALLOWANCE, CREDIT_LOSS = "2160", "1190", "6200"
#: What the allowance is a part of.
RECEIVABLES = ("1100", "1110", "1120")
_REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Standing:
    """A line of a contract: what of its liability is unrecognised, `reserved` in 2160 included."""

    account: str
    at: Dimensions
    unrecognised: int
    reserved: int = 0


def reserve(
    lines: Sequence[Standing], rate: Fraction, period: Period, window: Window
) -> list[Entry]:
    """The entry that brings a contract's 2160 to `rate` of what is unrecognised and funded.

    Row 2 when more is expected back, row 32 when less (accounting.md 8.2).
    """
    target = share(max(sum(line.unrecognised for line in lines), 0), rate)
    weights = [max(line.unrecognised, 0) for line in lines]
    day = window.last_day(period)
    return _moved(lines, largest_remainder(target, weights), day, period, window, "")


def taken_back(lines: Sequence[Standing], day: date, period: Period, window: Window) -> list[Entry]:
    """The entry that returns a contract's 2160 to its liability before a refund (row 32)."""
    return _moved(lines, [0] * len(lines), day, period, window, _REFUND)


def used_up(lines: Sequence[Standing], day: date, period: Period, window: Window) -> list[Entry]:
    """The entry that leaves in a contract's 2160 no more than is unrecognised (row 32)."""
    targets = [min(line.reserved, max(line.unrecognised, 0)) for line in lines]
    return _moved(lines, targets, day, period, window, "")


def _moved(
    lines: Iterable[Standing],
    targets: Iterable[int],
    day: date,
    period: Period,
    window: Window,
    occasion: str,
) -> list[Entry]:
    pairs = [(line, target - line.reserved) for line, target in zip(lines, targets, strict=True)]
    moves = [Movement("debit", line.account, more, line.at) for line, more in pairs if more]
    if not moves:
        return []
    total = sum(more for _, more in pairs)
    subscription = moves[0].at.subscription
    moves.append(Movement("credit", REFUND_LIABILITY, total, Dimensions(subscription=subscription)))
    row = RESERVED if total > 0 else RELEASED
    about = f"{subscription}-{occasion}" if occasion else str(subscription)
    return [window.entry(period, row, about, arranged(moves), lot=occasion, on=day)]


def losses(target: int, standing: int, period: Period, window: Window) -> list[Entry]:
    """The entry that brings the allowance, a credit, to what is expected not to be paid (10.5)."""
    more = target - standing
    if not more:
        return []
    lines = arranged((Movement("debit", CREDIT_LOSS, more), Movement("credit", ALLOWANCE, more)))
    return [window.entry(period, LOSS, "", lines)]
