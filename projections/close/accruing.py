"""What time earned of the lines that it earns evenly, in SQL (accounting.md 6.2).

The same entries as ``ledger.books.accrual`` gives for one line after the other. A line is even
when it only ever started to run and goes by the default pace; the others are folded step by step.
"""

from datetime import date

import duckdb
import pyarrow as pa

from ledger.books.accrual import Window, earned_from
from ledger.books.chart import CONTRACT_LIABILITIES, DEFERRED_COMMISSIONS, UNBILLED
from ledger.books.entries import Source
from ledger.books.placing import Close
from ledger.books.rows import closing_rank
from projections.journal.accruing import LIVE, RECORDED, STEPS, live
from projections.journal.steps import TREATMENTS

#: The steps of the lines that are left to be folded.
UNEVEN = "accruing.uneven_step"
_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_TREATMENTS = "('" + "', '".join(sorted(TREATMENTS)) + "')"
# Parameters: those of LIVE, cut.
_EVEN = f"""
CREATE OR REPLACE TABLE accruing.even_line AS
{LIVE.format(steps=STEPS)},
step AS (
    SELECT * FROM {STEPS} WHERE position <= ? AND subscription IN (SELECT subscription FROM live)
),
line AS (
    SELECT subscription, lot, any_value(line) FILTER (account IS NOT NULL) AS line,
           any_value(account) AS account, any_value(location) AS location,
           any_value(program) AS program, any_value(provider) AS provider,
           any_value(offer) AS offer, min(starts) AS starts,
           least(min(starts), min(effective_on)) AS since,
           greatest(max(ends), max(effective_on)) AS until
    FROM step WHERE kind NOT IN {_TREATMENTS}
    GROUP BY subscription, lot
    HAVING count(account) = 1 AND bool_and(kind = 'start') AND count(ends) > 0
       AND count(day_count) = 0 AND count(rounding) = 0
)
SELECT row_number() OVER () AS number, line.*,
       account NOT IN ('{DEFERRED_COMMISSIONS}', '{UNBILLED}') AND subscription NOT IN (
           SELECT subscription FROM step WHERE kind = 'ahead') AS paid_first
FROM line
WHERE subscription NOT IN (
    SELECT subscription FROM step WHERE lot = '' AND kind NOT IN {_TREATMENTS})
"""  # noqa: S608 - made of constants
_UNEVEN = f"""
CREATE OR REPLACE VIEW {UNEVEN} AS
FROM {STEPS} ANTI JOIN accruing.even_line USING (subscription, lot)
"""
_FOUND = f"""
SELECT (SELECT min(starts) FROM accruing.even_line),
       EXISTS (FROM {UNEVEN} WHERE account IS NOT NULL)
"""  # noqa: S608 - made of constants
_EARNED = ", ".join(
    f"('{account}', '{earned.row}', {closing_rank(earned.row)}, '{earned.debited}',"
    f" '{earned.credited}')"
    for account in (*CONTRACT_LIABILITIES, DEFERRED_COMMISSIONS, UNBILLED)
    for earned in (earned_from(account),)
)
# Cumulative by the end of each period: what the days that passed have earned, where time runs
# after payment no more than was paid, less what closes recorded. What a period adds is an entry.
_ACCRUE = f"""
INSERT INTO computed BY NAME
WITH span AS (
    SELECT number, effective_on, amount, s.starts, greatest(ends - s.starts, 0) AS days
    FROM {STEPS} s JOIN accruing.even_line USING (subscription, lot)
    WHERE position <= $cut AND s.starts IS NOT NULL AND ends IS NOT NULL
),
funded AS (
    SELECT number, service_date AS day,
           sum(sum(credit - debit)) OVER (PARTITION BY number ORDER BY service_date) AS amount
    FROM views.journal_line l JOIN accruing.even_line e
      ON e.subscription = l.subscription AND e.lot = l.grant_id
    WHERE closing = 0 AND position <= $cut AND l.account IN {_LIABILITIES}
    GROUP BY number, service_date
),
recorded AS (
    SELECT number, origin, sum(amount) OVER (PARTITION BY number ORDER BY origin) AS amount
    FROM ({RECORDED.format(contracts="accruing.even_line")})
    JOIN accruing.even_line USING (subscription, lot)
),
-- The last day about which something is known: a line is asked for no open period after it but the
-- first.
learnt AS (
    SELECT number, max(day) AS day FROM (
        SELECT number, day FROM funded UNION ALL SELECT number, DATE '9999-12-31' FROM recorded
    ) GROUP BY number
),
-- Of closed periods those since it runs: what it earned there turns out to be another amount.
asked AS (
    SELECT number, period, p.day, paid_first
    FROM accruing.even_line LEFT JOIN learnt USING (number) JOIN accrued_period p
      ON p.day >= since AND (p.day >= starts OR NOT late)
     AND first_day <= greatest(until, learnt.day, $opened)
),
passed AS (
    SELECT number, period, any_value(day) AS day, any_value(paid_first) AS paid_first,
           sum(CASE days WHEN 0 THEN amount
               ELSE part_of(amount, least(greatest(day + 1 - starts, 0), days), days) END) AS amount
    FROM asked LEFT JOIN span USING (number)
    WHERE effective_on <= day GROUP BY number, period
),
cumulative AS (
    SELECT p.number, period, p.day,
           CASE WHEN paid_first THEN least(p.amount, greatest(f.amount, 0)) ELSE p.amount END
           - coalesce(r.amount, 0) AS amount
    FROM passed p
    ASOF LEFT JOIN funded f ON f.number = p.number AND f.day <= p.day
    ASOF LEFT JOIN recorded r ON r.number = p.number AND r.origin <= p.period
),
added AS (
    SELECT number, period,
           CAST(amount - lag(amount, 1, 0) OVER before AS BIGINT) AS amount
    FROM cumulative WINDOW before AS (PARTITION BY number ORDER BY day)
    QUALIFY amount <> lag(amount, 1, 0) OVER before
)
SELECT concat($prefix, posted_in, '-', rule, '-', subscription, '-', lot,
              CASE WHEN late THEN '-' || period END) AS entry,
       ordinal, $position AS position, 0 AS n, closing, lot, rule,
       posted_on AS posting_date, day AS service_date, posted_in AS period,
       CASE WHEN late THEN period END AS prior_period_of, $type AS type, $stream AS stream,
       $provisional AS provisional,
       CASE WHEN (amount > 0) = (ordinal = 0) THEN debited ELSE credited END AS account,
       CASE ordinal WHEN 0 THEN abs(amount) ELSE 0 END AS debit,
       CASE ordinal WHEN 1 THEN abs(amount) ELSE 0 END AS credit,
       location, program, provider, offer, subscription, nullif(line, '') AS line,
       CASE WHEN line <> '' THEN lot END AS grant_id
FROM added JOIN accruing.even_line USING (number) JOIN accrued_period USING (period)
JOIN (VALUES {_EARNED}) AS earned (account, rule, closing, debited, credited) USING (account)
CROSS JOIN (VALUES (0), (1)) AS side (ordinal)
"""  # noqa: S608 - made of constants


def accrue_evenly(
    database: duckdb.DuckDBPyConnection,
    window: Window,
    cut: int,
    before: Close | None,
    event: Source | None,
) -> bool:
    """Writes the closing entries of the even lines; whether the steps of others are in `UNEVEN`."""
    database.execute(_EVEN, (*live(window, cut, before), cut))
    database.execute(_UNEVEN)
    [(first, others)] = database.execute(_FOUND).fetchall()
    if first is not None:
        _accrue(database, _periods(window, first), window, cut, event)
    return bool(others)


def _accrue(
    database: duckdb.DuckDBPyConnection,
    periods: pa.Table,
    window: Window,
    cut: int,
    event: Source | None,
) -> None:
    source = event or Source(0, "", "")
    database.register("accrued_period", periods)
    database.execute(
        _ACCRUE,
        {
            "cut": cut,
            "opened": window.periods[0].first,
            "prefix": f"{window.prefix}-",
            "position": source.position,
            "type": source.type,
            "stream": source.stream,
            "provisional": window.provisional,
        },
    )
    database.unregister("accrued_period")


def _periods(window: Window, first: date) -> pa.Table:
    """The periods to accrue since the day `first`, where each is posted; closed ones are `late`."""
    opened = window.periods[0]
    closed = opened.calendar.of(first).until(window.closed) if window.closed else ()
    late = [(period, opened, opened.first, True) for period in closed]
    due = [(period, period, window.last_day(period), False) for period in window.periods]
    return pa.Table.from_pylist(
        [
            {
                "period": str(period),
                "first_day": period.first,
                "day": window.last_day(period),
                "posted_in": str(posted_in),
                "posted_on": posted_on,
                "late": is_late,
            }
            for period, posted_in, posted_on, is_late in (*late, *due)
        ]
    )
