"""Products that may be brought back: what is expected of them (accounting.md 12, row 50; 8.2).

The pattern of ASC 606 Example 22: revenue is less by what is expected to be paid back, cost by
what is expected to come back to the stock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.books.accrual import Window
from ledger.books.entries import Dimensions, Entry, Movement, arranged
from ledger.books.reserves import REFUND_LIABILITY, RELEASED
from ledger.calendar import Period
from ledger.ratios import share

ROW = "50"
#: How the entries of returns are told from those of other expected refunds.
LOT = "returns"
RIGHT_TO_RECOVER = "1300"
_REVENUE, _COST = "4020", "5100"


@dataclass(frozen=True, slots=True)
class Returnable:
    """Products of a line that may still come back: their `revenue` and `cost`, and what stands
    for them in 2160 (`reserved`) and 1300 (`recoverable`).
    """

    at: Dimensions
    revenue: int = 0
    cost: int = 0
    reserved: int = 0
    recoverable: int = 0


def expected_back(
    goods: Sequence[Returnable], rate: Fraction, period: Period, window: Window
) -> list[Entry]:
    """The entry that brings a contract's 2160 and 1300 to `rate` of what may still come back.

    Row 50 when more is expected, row 32 when less, as when the days for it are over.
    """
    wanted = [(share(max(one.revenue, 0), rate), share(max(one.cost, 0), rate)) for one in goods]
    more = [
        (one.at, refund - one.reserved, recover - one.recoverable)
        for one, (refund, recover) in zip(goods, wanted, strict=True)
    ]
    lines = arranged(move for part in more for move in _moves(*part))
    if not lines:
        return []
    rises = sum(refund for _, refund, _ in more) > 0
    row = ROW if rises else RELEASED
    about = f"{goods[0].at.subscription}-{LOT}"
    return [window.entry(period, row, about, lines, lot=LOT)]


def _moves(at: Dimensions, refund: int, recover: int) -> tuple[Movement, ...]:
    return (
        Movement("debit", _REVENUE, refund, at),
        Movement("debit", RIGHT_TO_RECOVER, recover, at),
        Movement("credit", REFUND_LIABILITY, refund, at),
        Movement("credit", _COST, recover, at),
    )
