"""What time earned of each line, folded step by step (accounting.md 6.2).

The amounts come from the pure functions of ``ledger.books.accrual``.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from ledger.books.accrual import ROWS, Obligation, Step, Window, accruals
from ledger.books.chart import CONTRACT_LIABILITIES, DEFERRED_COMMISSIONS, UNBILLED
from ledger.books.entries import Dimensions, Entry
from ledger.books.placing import Close
from ledger.daily import Pace
from projections.journal.steps import INTEREST, TREATMENTS
from projections.journal.tables import Tables, Tuple

#: Where the steps of time lines are.
STEPS = "views.journal_step"
_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_ACCRUALS = "('" + "', '".join(ROWS) + "')"

#: Contracts with a time line that is running, or about which something was learnt or took
#: effect since the last close; nothing can have changed for the others, nor for those whose time
#: lines are worth nothing. Where time once stood still a line runs on after the last day it was
#: given first. Parameters: those of `live`.
LIVE = f"""
WITH changed AS (
    SELECT subscription FROM {{steps}}
    WHERE position <= ? AND (position > ? OR ends >= ? OR effective_on >= ? OR kind = 'freeze')
    UNION
    SELECT subscription FROM views.journal_line
    WHERE closing = 0 AND position <= ? AND (position > ? OR service_date >= ?)
      AND account IN {_LIABILITIES} AND rule NOT IN ('9', '13', '16', '18')
),
live AS (
    SELECT subscription FROM changed
    WHERE subscription IN (SELECT subscription FROM {{steps}} WHERE amount <> 0)
)
"""  # noqa: S608 - made of constants
_STEPS = f"""{LIVE}
SELECT subscription, line, lot, account, location, program, provider, offer,
       day_count, timezone, rounding, effective_on, kind, amount, starts, ends
FROM {{steps}}
WHERE position <= ? AND subscription IN (SELECT subscription FROM live)
ORDER BY subscription, position, n
"""  # noqa: S608 - made of constants
_FUNDED = f"""{LIVE}
SELECT l.subscription, l.grant_id, l.service_date, CAST(sum(l.credit - l.debit) AS bigint)
FROM views.journal_line l
JOIN (
    SELECT DISTINCT subscription, lot FROM {{steps}}
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
#: What closes accrued before, by lot and the period it was earned in.
RECORDED = f"""
SELECT subscription, lot, coalesce(prior_period_of, period) AS origin, CAST(sum(
    CASE account WHEN '{DEFERRED_COMMISSIONS}' THEN credit - debit ELSE debit - credit END
) AS bigint) AS amount
FROM views.journal_line
WHERE rule IN {_ACCRUALS}
  AND (account IN {_LIABILITIES} OR account IN ('{DEFERRED_COMMISSIONS}', '{UNBILLED}'))
  AND subscription IN (SELECT subscription FROM {{contracts}})
GROUP BY subscription, lot, coalesce(prior_period_of, period)
"""  # noqa: S608 - made of constants
_RECORDED = LIVE + RECORDED.format(contracts="live")
_PACE, _STEP, _KIND = 8, 11, 12


def live(window: Window, cut: int, before: Close | None) -> tuple[object, ...]:
    """The parameters of `LIVE`: what is known at `cut`, after the close `before`."""
    seen = before.cut if before else 0
    first = window.periods[0].first
    return (cut, seen, first, first, cut, seen, first)


def accrued(
    tables: Tables, window: Window, cut: int, before: Close | None, steps: str = STEPS
) -> Iterator[Entry]:
    """The closing entries of every line that time earns and whose steps are in `steps`."""
    known = live(window, cut, before)
    funding: dict[tuple[str, str], list[tuple[date, int]]] = {}
    for subscription, lot, on, amount in _rows(tables, _FUNDED, steps, (*known, cut, cut)):
        funding.setdefault((subscription, lot), []).append((on, amount))
    recorded: dict[tuple[str, str], dict[str, int]] = {}
    for subscription, lot, origin, amount in _rows(tables, _RECORDED, steps, known):
        recorded.setdefault((subscription, lot), {})[origin] = amount
    rows = _rows(tables, _STEPS, steps, (*known, cut))
    for key, obligation in _obligations(rows, funding):
        yield from accruals(obligation, recorded.get(key, {}), window)


def _rows(tables: Tables, sql: str, steps: str, parameters: Sequence[object]) -> Iterator[Tuple]:
    return tables.rows(sql.format(steps=steps), parameters)


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
