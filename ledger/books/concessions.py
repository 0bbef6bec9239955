"""Price concessions that are expected: what of a price the clinic will not keep (3.3, row 31).

The close lowers the transaction price by the estimate in force: what is recognised of it becomes
contra revenue now, what is not leaves the liability. What was paid of either stands in 2160.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.books.accrual import Window
from ledger.books.entries import Dimensions, Entry, Movement, arranged
from ledger.books.reserves import REFUND_LIABILITY
from ledger.calendar import Period
from ledger.ratios import largest_remainder, share

ROW = "31"
CONCEDED = "4900"


@dataclass(frozen=True, slots=True)
class Priced:
    """A line of a contract: what of its price is recognised and what is funded and not, in minor
    units, below nothing where services ran ahead; and what row 31 has taken of either so far.
    """

    account: str
    at: Dimensions
    recognised: int
    unrecognised: int
    conceded: int = 0
    set_aside: int = 0


def concession(
    lines: Sequence[Priced], rate: Fraction, given: int, period: Period, window: Window
) -> list[Entry]:
    """The entry that brings a contract to `rate` of its price, less what was `given` of it already
    by a refund or a credit note; cumulative, so that another rate is caught up (606-10-32-43).
    """
    earned = _parts([line.recognised for line in lines], rate, given)
    to_come = _parts([line.unrecognised for line in lines], rate, spare(lines, rate, given))
    moves: list[Movement] = []
    for line, one, other in zip(lines, earned, to_come, strict=True):
        moves.append(Movement("debit", CONCEDED, one - line.conceded, line.at))
        moves.append(Movement("debit", line.account, other - line.set_aside, line.at))
    total = sum(move.amount for move in moves)
    subscription = lines[0].at.subscription
    moves.append(Movement("credit", REFUND_LIABILITY, total, Dimensions(subscription=subscription)))
    posted = arranged(moves)
    return [window.entry(period, ROW, str(subscription), posted)] if posted else []


def spare(lines: Iterable[Priced], rate: Fraction, given: int) -> int:
    """What was `given` beyond the rate of what is recognised: of the rest that much less goes."""
    return max(given - share(sum(line.recognised for line in lines), rate), 0)


def _parts(amounts: Sequence[int], rate: Fraction, less: int) -> list[int]:
    """The rate's part of the amounts, less what is taken off it, over those above nothing."""
    total = sum(amounts)
    target = share(total, rate)
    target = max(target - less, 0) if target > 0 else target
    if target < 0:
        return [-part for part in largest_remainder(-target, [max(-one, 0) for one in amounts])]
    return largest_remainder(target, [max(one, 0) for one in amounts])
