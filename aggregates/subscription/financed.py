"""What a contract says about interest where money comes long after the service (10.6, row 46)."""

from datetime import date

from aggregates.values import Rate
from ledger.events import Frozen
from ledger.money import Amount


class InterestSpan(Frozen):
    """Days ``[starts, ends)`` that bear `interest`."""

    starts: date
    ends: date
    interest: Amount


class Financing(Frozen):
    """The interest in a contract's instalments as decided at the sale; the rate is never updated
    (606-10-32-19).

    `rate` is yearly, compounded every so many `months`; `parts` is the interest in each of the
    sale's instalments, `spans` when it is earned. Both add up to `interest`.
    """

    rate: Rate
    months: int
    interest: Amount
    spans: tuple[InterestSpan, ...]
    parts: tuple[Amount, ...]


def interest_in(financing: Financing | None) -> int:
    """What a sale asks for beside its price."""
    return 0 if financing is None else financing.interest
