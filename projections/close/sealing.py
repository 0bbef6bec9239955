"""What is asked of a replay's journal, in SQL."""

from ledger.books.breakage import ROWS as BREAKAGE
from ledger.books.chart import CLEARING, CONTRACT_LIABILITIES, ROUNDING
from projections.journal.tables import ENTRY

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
#: Revenue from customers, interest apart; what is conceded, lost or voided lowers it.
_REVENUE = "account BETWEEN '4000' AND '4999' AND account <> '4800'"
#: Manual journals may stand beside the contracts.
_ADJUSTED = "adj"
#: Rows by which a lot's liability is earned, by use, by time or by lapse, and nothing else.
_EARNING = "'9', '10', '13', '14', '15', '16', '17', '18', '20', '24', '25', '44'"

_OF_COHORTS = ", ".join(f"'{row}'" for row in BREAKAGE)

# Canonical JSON of each entry from one day through another: keys in alphabetical order, and no
# value here needs escapes beyond those every JSON writer agrees on (ids and words are ASCII).
TEXTS = f"""
SELECT to_json({{
    entry: {ENTRY},
    event: CASE closing WHEN 0
        THEN {{position: position, stream: any_value(stream), type: any_value(type)}} END,
    lines: list(written ORDER BY ordinal),
    period: any_value(period),
    posting_date: CAST(posting_date AS VARCHAR),
    prior_period_of: prior_period_of,
    provisional: any_value(provisional),
    rule: any_value(rule),
    service_date: CAST(any_value(service_date) AS VARCHAR)
}})
FROM (
    SELECT *, CASE closing WHEN 0 THEN '' ELSE coalesce(subscription, '') END AS party, to_json({{
        account: account, credit: credit, debit: debit, line: line, location: location,
        offer: offer, program: program, provider: provider, service: service,
        subscription: subscription}}) AS written
    FROM views.journal_line WHERE posting_date BETWEEN ? AND ?
)
GROUP BY posting_date, closing, position, n, party, lot, prior_period_of, entry
ORDER BY posting_date, closing, CASE closing WHEN 0 THEN position ELSE 0 END, n, party, lot,
         coalesce(prior_period_of, '')
"""  # noqa: S608 - made of constants
# Stretches of days with so many lines each, or few more. Parameters: so many, first and last day.
STRETCHES = """
SELECT min(posting_date), max(posting_date) FROM (
    SELECT posting_date, sum(count(*)) OVER (ORDER BY posting_date) // ? AS stretch
    FROM views.journal_line WHERE posting_date BETWEEN ? AND ? GROUP BY posting_date
) GROUP BY stretch ORDER BY stretch
"""
COUNT = f"""
SELECT count(DISTINCT {ENTRY}) FROM views.journal_line WHERE posting_date BETWEEN ? AND ?
"""  # noqa: S608 - made of constants
TOTALS = """
SELECT account, CAST(sum(debit) AS BIGINT), CAST(sum(credit) AS BIGINT)
FROM views.journal_line WHERE posting_date <= ? GROUP BY account ORDER BY account
"""
OPENINGS = f"""
SELECT subscription, account, CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line
WHERE account IN {_LIABILITIES} AND posting_date < ?
GROUP BY subscription, account HAVING sum(credit - debit) <> 0
"""  # noqa: S608 - made of constants
MOVED = f"""
SELECT subscription, account, rule, type, CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line
WHERE account IN {_LIABILITIES} AND posting_date BETWEEN ? AND ?
GROUP BY subscription, account, rule, type
"""  # noqa: S608 - made of constants
LATE = """
SELECT position, any_value(type), any_value(service_date), any_value(prior_period_of),
       any_value(posting_date), CAST(sum(debit) AS BIGINT)
FROM views.journal_line
WHERE prior_period_of IS NOT NULL AND closing = 0 AND posting_date BETWEEN ? AND ?
GROUP BY position ORDER BY position
"""
# By the month that late entries belong to: what they do to revenue, and that month's as posted.
# Parameters: first and last day.
LATE_EFFECTS = f"""
WITH revenue AS (
    SELECT period, prior_period_of, posting_date, credit - debit AS amount
    FROM views.journal_line WHERE {_REVENUE}
)
SELECT prior_period_of, CAST(sum(amount) AS BIGINT), CAST((
    SELECT coalesce(sum(amount), 0) FROM revenue r WHERE r.period = late.prior_period_of
) AS BIGINT)
FROM revenue AS late
WHERE prior_period_of IS NOT NULL AND posting_date BETWEEN ? AND ?
GROUP BY prior_period_of ORDER BY prior_period_of
"""  # noqa: S608 - made of constants

#: The columns of `FIGURES`, named as `ledger.books.checks` names them.
COMPARED = (
    "debits",
    "credits",
    "allocation",
    "outside_allocation",
    "negative_liability",
    "subledger",
    "liabilities",
    "units",
    "clearing",
    "processor",
    "rounding",
)
# Figures of the identities (accounting.md 15.6). Parameters: last day, last day.
FIGURES = f"""
WITH posted AS (SELECT * FROM views.journal_line WHERE posting_date <= ?),
liability AS (
    SELECT subscription, account, offer, line, grant_id AS lot, rule, debit, credit FROM posted
    WHERE account IN {_LIABILITIES}
),
earned AS (
    SELECT subscription, lot, sum(debit - credit) AS amount FROM liability
    WHERE rule IN ({_EARNING}) AND subscription IS NOT NULL GROUP BY subscription, lot
    UNION ALL
    FROM earned_beside
),
recognised AS (
    SELECT subscription, lot, sum(amount) AS amount FROM earned GROUP BY subscription, lot
),
promise AS (
    SELECT subscription, lot, sum(amount) AS amount FROM promised GROUP BY subscription, lot
),
combined AS (
    SELECT subscription, arg_max(lot, position) AS party FROM views.journal_step
    WHERE kind = 'combined' GROUP BY subscription
),
contract AS (
    SELECT coalesce(party, subscription) AS party, sum(credit - debit) AS amount
    FROM liability LEFT JOIN combined USING (subscription)
    WHERE subscription IS NOT NULL GROUP BY ALL
),
-- A cohort's line is borne by the contracts of its offer: together they owe nothing less than 0.
pool AS (
    SELECT sum(credit - debit) AS amount FROM liability WHERE rule <> '{_ADJUSTED}'
    GROUP BY offer, account HAVING bool_or(subscription IS NULL)
),
lot AS (
    SELECT subscription, lot, sum(quantity) AS quantity FROM units
    GROUP BY subscription, lot HAVING bool_or(granted)
)
SELECT
    (SELECT CAST(coalesce(sum(debit), 0) AS BIGINT) FROM posted),
    (SELECT CAST(coalesce(sum(credit), 0) AS BIGINT) FROM posted),
    (SELECT count(*) FROM unequal),
    (SELECT count(*) FROM recognised r LEFT JOIN promise p USING (subscription, lot)
     WHERE r.amount < 0 OR r.amount > coalesce(p.amount, 0)),
    (SELECT count(*) FROM (FROM contract UNION ALL SELECT NULL, amount FROM pool)
     WHERE amount < 0),
    (SELECT CAST(coalesce(sum(credit - debit), 0) AS BIGINT) FROM liability
     WHERE (subscription IS NULL AND rule IN ({_OF_COHORTS})) OR rule = '{_ADJUSTED}'
        OR (subscription, line) IN (SELECT subscription, line FROM promised)),
    (SELECT CAST(coalesce(sum(credit - debit), 0) AS BIGINT) FROM liability),
    (SELECT count(*) FROM lot WHERE quantity < 0),
    (SELECT CAST(coalesce(sum(debit - credit), 0) AS BIGINT) FROM posted
     WHERE account = '{CLEARING}'),
    (SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM processor WHERE posting_date <= ?),
    (SELECT CAST(coalesce(sum(debit + credit), 0) AS BIGINT) FROM posted
     WHERE account = '{ROUNDING}')
"""  # noqa: S608 - made of constants

# Exceptions: what was recorded or dated after the last close and dated by the period's end, and
# every dispute still open. Parameters: cut and last day of the close before, last day, last day.
EXCEPTIONS = """
SELECT kind, id, amount FROM notice
WHERE kind NOT IN ('open_dispute', 'dispute_closed')
  AND (position > ? OR effective_on > ?) AND effective_on <= ?
UNION ALL
SELECT kind, id, amount FROM notice
WHERE kind = 'open_dispute' AND effective_on <= ?
  AND id NOT IN (SELECT id FROM notice WHERE kind = 'dispute_closed')
ORDER BY kind, id
"""
