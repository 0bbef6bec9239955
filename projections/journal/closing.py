"""What the books compute themselves at a period end, in the order of accounting.md 12.1.

Used by the journal when a close is recorded, by the replay before one is, and by reports for
what time alone has brought. The amounts come from the pure functions of ``ledger.books``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby, islice

from ledger.books.accrual import ROWS, Obligation, Step, Window, accruals
from ledger.books.chart import CONTRACT_LIABILITIES, DEFERRED_COMMISSIONS, UNBILLED
from ledger.books.entries import Dimensions, Entry, Source
from ledger.books.placing import Close
from ledger.calendar import Period
from ledger.daily import Pace
from projections.journal.conceding import Concessions
from projections.journal.estimating import Breakage, Withheld
from projections.journal.presenting import Presentation, moved_in
from projections.journal.reserving import Reserves, refunds
from projections.journal.returning import Returns
from projections.journal.settings import SettingsHistory
from projections.journal.steps import INTEREST, TREATMENTS
from projections.journal.tables import Tables, Tuple

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_ACCRUALS = "('" + "', '".join(ROWS) + "')"

# Contracts with a time line that is running, or about which something was learnt or took
# effect since the last close; nothing can have changed for the others, nor for those whose time
# lines are worth nothing. Where time once stood still a line runs on after the last day it was
# given first.
_LIVE = f"""
WITH changed AS (
    SELECT subscription FROM views.journal_step
    WHERE position <= ? AND (position > ? OR ends >= ? OR effective_on >= ? OR kind = 'freeze')
    UNION
    SELECT subscription FROM views.journal_line
    WHERE closing = 0 AND position <= ? AND (position > ? OR service_date >= ?)
      AND account IN {_LIABILITIES} AND rule NOT IN ('9', '13', '16', '18')
),
live AS (
    SELECT subscription FROM changed
    WHERE subscription IN (SELECT subscription FROM views.journal_step WHERE amount <> 0)
)
"""  # noqa: S608 - made of constants
_STEPS = f"""{_LIVE}
SELECT subscription, line, lot, account, location, program, provider, offer,
       day_count, timezone, rounding, effective_on, kind, amount, starts, ends
FROM views.journal_step
WHERE position <= ? AND subscription IN (SELECT subscription FROM live)
ORDER BY subscription, position, n
"""  # noqa: S608 - made of constants
_FUNDED = f"""{_LIVE}
SELECT l.subscription, l.grant_id, l.service_date, CAST(sum(l.credit - l.debit) AS bigint)
FROM views.journal_line l
JOIN (
    SELECT DISTINCT subscription, lot FROM views.journal_step
    WHERE account IS NOT NULL AND subscription IN (SELECT subscription FROM live)
) t ON t.subscription = l.subscription AND t.lot = l.grant_id
WHERE l.closing = 0 AND l.position <= ? AND l.account IN {_LIABILITIES}
GROUP BY l.subscription, l.grant_id, l.service_date
UNION ALL
SELECT subscription, '{INTEREST}', service_date, CAST(sum(credit - debit) AS bigint)
FROM views.journal_line
WHERE closing = 0 AND position <= ? AND account = '{UNBILLED}' AND rule <> 'adj'
  AND subscription IN (SELECT subscription FROM live)
GROUP BY subscription, service_date
"""  # noqa: S608 - made of constants
_RECORDED = f"""{_LIVE}
SELECT subscription, lot, coalesce(prior_period_of, period), CAST(sum(
    CASE account WHEN '{DEFERRED_COMMISSIONS}' THEN credit - debit ELSE debit - credit END
) AS bigint)
FROM views.journal_line
WHERE rule IN {_ACCRUALS}
  AND (account IN {_LIABILITIES} OR account IN ('{DEFERRED_COMMISSIONS}', '{UNBILLED}'))
  AND subscription IN (SELECT subscription FROM live)
GROUP BY subscription, lot, coalesce(prior_period_of, period)
"""  # noqa: S608 - made of constants
_PACE, _STEP, _KIND = 8, 11, 12
#: How many entries are written at a time: those of many months need not fit into memory.
_BATCH = 20_000
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

    `before` is the close in force before; without one, every earlier period is taken in.
    `through` ends the last period early, for a report as of a day in it. `event` is the
    close the entries belong to, when it is recorded. `settings` tell what estimates hold.
    """
    periods = tuple(_open_periods(tables, last, before))
    if not periods:
        return
    end = last.last if through is None else min(last.last, through)
    window = Window(periods, end, before.period if before else None, provisional)
    # Days earn the same whatever estimates say, so a contract is read once for all the periods.
    _add(tables, _accruals(tables, window, cut, before), event)
    withheld, presentation = Withheld(), Presentation(tables, provisional)
    moved, refunded = moved_in(tables, periods[1:], end), refunds(tables, periods, end)
    for period in periods:
        day = window.last_day(period)
        known = settings.at(cut, day)
        within = replace(window, periods=(period,), through=day)
        reserves = Reserves(tables, known, cut, period, within)
        breakage = Breakage(tables, known, cut, period, within, withheld)
        written = period in refunded and _add(tables, reserves.before_refunds(), event)
        written |= _add(tables, breakage.entries(), event)
        for entries in _expected(reserves):
            written |= _add(tables, entries, event)
        if period == periods[0] or written or period in moved:
            presentation.look(day)
        shown = presentation.entries(day)
        _add(tables, [*reserves.of_losses(shown), *shown], event)


def _expected(reserves: Reserves) -> Iterator[Iterable[Entry]]:
    """What is expected to go back: refunds, concessions, products; each sees those before it."""
    of = (reserves.tables, reserves.settings, reserves.cut, reserves.period, reserves.window)
    yield reserves.of_refunds()
    yield Concessions(*of).entries()
    yield Returns(*of).entries()


def _open_periods(tables: Tables, last: Period, before: Close | None) -> list[Period]:
    if before is not None:
        return list(before.period.next().until(last))
    [(day,)] = tables.rows(_FIRST_DAY)
    return [] if day is None else list(Period.of(day).until(last))


def _add(tables: Tables, entries: Iterable[Entry], event: Source | None) -> bool:
    """Writes entries; whether there were any."""
    waiting, found = iter(entries), False
    while batch := list(islice(waiting, _BATCH)):
        tables.add(batch if event is None else [replace(one, event=event) for one in batch])
        found = True
    return found


def _accruals(tables: Tables, window: Window, cut: int, before: Close | None) -> Iterator[Entry]:
    seen = before.cut if before else 0
    first = window.periods[0].first
    live = (cut, seen, first, first, cut, seen, first)
    funding: dict[tuple[str, str], list[tuple[date, int]]] = {}
    for subscription, lot, on, amount in tables.rows(_FUNDED, (*live, cut, cut)):
        funding.setdefault((subscription, lot), []).append((on, amount))
    recorded: dict[tuple[str, str], dict[str, int]] = {}
    for subscription, lot, origin, amount in tables.rows(_RECORDED, live):
        recorded.setdefault((subscription, lot), {})[origin] = amount
    for key, obligation in _obligations(tables.rows(_STEPS, (*live, cut)), funding):
        yield from accruals(obligation, recorded.get(key, {}), window)


def _obligations(
    rows: Iterator[Tuple], funding: Mapping[tuple[str, str], Sequence[tuple[date, int]]]
) -> Iterator[tuple[tuple[str, str], Obligation]]:
    for subscription, group in groupby(rows, key=lambda row: row[0]):
        steps = list(group)
        runs_ahead = any(row[_KIND] == "ahead" for row in steps)
        for sold in [row for row in steps if row[3] is not None]:
            line, lot, account, location, program, provider, offer = sold[1:8]
            own = [row for row in steps if row[2] in (lot, "")]
            at = Dimensions(
                location=location,
                program=program,
                provider=provider,
                offer=offer,
                subscription=subscription,
                line=line or None,
                grant=lot if line else None,
            )
            stepped = tuple(Step(*row[_STEP:]) for row in own if row[_KIND] not in TREATMENTS)
            key = (subscription, lot)
            funded = tuple(funding.get(key, ()))
            pace = Pace(*sold[_PACE:_STEP])
            paid = runs_ahead or account in (DEFERRED_COMMISSIONS, UNBILLED)
            yield key, Obligation(lot, account, at, paid, stepped, funded, pace)
