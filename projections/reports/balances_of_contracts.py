"""Opening and closing receivables, contract assets and contract liabilities (15.4)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from aggregates.subscription.standing import standing
from aggregates.subscription.state import Subscription
from ledger.books.chart import CONTRACT_ASSET, CONTRACT_LIABILITIES
from ledger.calendar import ONE_DAY
from ledger.ratios import share
from projections.close.books import Books
from projections.reports.redemption import Curves
from projections.reports.rpo import Bands, progress

#: A receivable waits for time alone to pass (accounting.md 10.1).
RECEIVABLES = ("1100", "1110")
#: What is earned within so many months is current.
CURRENT_MONTHS = 12


def contract_balances(books: Books, first: date, last: date) -> dict[str, Any]:
    """What the trial balances of the day before `first` and of `last` say (interfaces.md 6).

    Assets are positive as debits, the liability as a credit.
    """
    opening, closing = _balances(books, first - ONE_DAY), _balances(books, last)
    return {
        name: {"opening": opening[name], "closing": closing[name]}
        for name in ("receivable", "contract_asset", "contract_liability")
    }


def timing(
    contracts: Iterable[Subscription], curves: Curves, liability: int, as_of: date
) -> dict[str, int]:
    """The closing `liability`, split by whether it is expected to be earned within a year.

    Time lines go by their days, others as those of their offer were used (15.3).
    """
    bands = Bands(as_of, (CURRENT_MONTHS,))
    later = 0
    for state in contracts:
        if state.deferred(as_of) > 0:
            for lot in state.lots.values():
                deferred = standing(lot, as_of)
                [soon] = progress(state, lot, curves, bands)
                later += deferred - share(deferred, soon)
    return {"current": liability - later, "non_current": later}


def _balances(books: Books, day: date) -> dict[str, int]:
    balances = {total.account: total.debit - total.credit for total in books.totals(day)}
    return {
        "receivable": sum(balances.get(account, 0) for account in RECEIVABLES),
        "contract_asset": balances.get(CONTRACT_ASSET, 0),
        "contract_liability": -sum(balances.get(account, 0) for account in CONTRACT_LIABILITIES),
    }
