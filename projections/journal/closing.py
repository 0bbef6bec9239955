"""What the books compute themselves at a period end, in the order of accounting.md 12.1.

Used by the journal when a close is recorded, by the replay before one is, and by reports for
what time alone has brought. The amounts come from the pure functions of ``ledger.books``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from ledger.books.accrual import Window
from ledger.books.entries import Entry, Source
from ledger.books.placing import Close
from ledger.calendar import Period
from projections.journal.conceding import Concessions
from projections.journal.estimating import Breakage, Withheld
from projections.journal.presenting import Presentation, moved_in
from projections.journal.reserving import Reserves, refunds
from projections.journal.returning import Returns
from projections.journal.settings import SettingsHistory
from projections.journal.tables import Tables, write

_FIRST_DAY = """
SELECT min(day) FROM (
    SELECT min(service_date) AS day FROM views.journal_line
    UNION ALL SELECT min(starts) FROM views.journal_step
) AS days
"""


def close_through(
    tables: Tables,
    last: Period,
    cut: int,
    before: Close | None,
    *,
    settings: SettingsHistory,
    through: date | None = None,
    provisional: bool = False,
    event: Source | None = None,
) -> None:
    """Writes the closing entries of every open period up to and including `last`.

    `before` is the close in force before; without one, every earlier period is taken in. `through`
    ends the last period early. `event` is the close, when it is recorded; `settings` the estimates.
    """
    periods = tuple(_open_periods(tables, last, before))
    if not periods:
        return
    end = last.last if through is None else min(last.last, through)
    window = Window(periods, end, before.period if before else None, provisional)
    # Days earn the same whatever estimates say, so a contract is read once for all the periods.
    tables.accrue(window, cut, before, event)
    withheld, presentation = Withheld(), Presentation(tables, last.calendar, provisional)
    moved, refunded = moved_in(tables, periods[1:], end), refunds(tables, periods, end)
    for period in periods:
        day = window.last_day(period)
        known = settings.at(cut, day)
        within = replace(window, periods=(period,), through=day)
        reserves = Reserves(tables, known, cut, period, within)
        breakage = Breakage(tables, known, cut, period, within, withheld)
        touched = period == periods[0] or period in moved
        touched |= period in refunded and write(tables, reserves.before_refunds(), event)
        touched |= write(tables, breakage.entries(), event)
        for entries in _expected(reserves, touched=touched):
            touched |= write(tables, entries, event)
        if touched:
            presentation.look(day)
        shown = presentation.entries(day)
        write(tables, [*reserves.of_losses(shown), *shown], event)


def _expected(reserves: Reserves, *, touched: bool) -> Iterator[Iterable[Entry]]:
    """What is expected to go back: refunds, concessions, products; each sees those before it.

    Before a close a period that nothing has touched uses nothing up.
    """
    of = (reserves.tables, reserves.settings, reserves.cut, reserves.period, reserves.window)
    if touched or not reserves.window.provisional:
        yield reserves.of_refunds()
    yield Concessions(*of).entries()
    yield Returns(*of).entries()


def _open_periods(tables: Tables, last: Period, before: Close | None) -> list[Period]:
    if before is not None:
        return list(before.period.next().until(last))
    [(day,)] = tables.rows(_FIRST_DAY)
    return [] if day is None else list(last.calendar.of(day).until(last))
