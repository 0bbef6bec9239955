"""What estimates are held against: use so far, and how long an offer has been sold (7.5, 18)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from aggregates.estimating import CohortUse
from aggregates.period.events import CloseException
from ledger.calendar import Duration, Period
from projections.close.books import Books
from projections.close.replay import replay
from projections.journal.pools import measured
from projections.journal.settings import METHOD, SettingsHistory

#: Months of sales that an estimate of breakage should rest on (accounting.md 18).
HISTORY = Duration(months=24)
#: What a close says of an offer that is younger.
SHORT_HISTORY = "breakage_history_short"
_FIRST_SALES = "SELECT offer, min(since) FROM views.journal_lot GROUP BY offer ORDER BY offer"


def with_pools(settings: SettingsHistory) -> SettingsHistory:
    """The same settings for books in which every cohort is measured."""
    return settings.supposing({METHOD: "proportional"}, (), date.min)


def uses(conninfo: str, clinic: str, cut: int, on: date) -> list[CohortUse]:
    """The use, by a day, of every cohort that still stands for something."""
    with replay(conninfo, clinic, cut, suppose=with_pools) as books:
        found = measured(books, cut, on, apart=False)
        return [
            CohortUse(one.carrier.name, one.sold, one.pool.granted, one.pool.used)
            for one in found.values()
            if one.pool.funded > 0
        ]


def short_histories(books: Books, period: Period) -> Iterable[CloseException]:
    """The offers whose breakage is estimated from fewer months of sales than it should be."""
    settings = books.settings.at(books.cut, period.last)
    if settings.policy(METHOD, period.last) != "proportional":
        return
    estimated = {
        one.sold.offer
        for one in measured(books, books.cut, period.last, apart=False).values()
        if settings.estimates.rate("breakage", one.sold, period.last) is not None
    }
    first_sales: dict[str, Any] = dict(books.rows(_FIRST_SALES))
    for offer, since in first_sales.items():
        if offer in estimated and HISTORY.after(since) > period.last:
            yield CloseException(kind=SHORT_HISTORY, id=offer)
