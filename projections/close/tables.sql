-- What a replay keeps, in DuckDB: the journal's tables as PostgreSQL has them, and what the
-- identities of accounting.md 15.6 compare the journal with. Of the lines that events post only
-- what differs is written, debits above zero; the rest follows.
CREATE SCHEMA views;
CREATE TABLE posted (
    ordinal INTEGER, position BIGINT, n INTEGER, rule VARCHAR, posting_date DATE,
    service_date DATE, type VARCHAR, stream VARCHAR, account VARCHAR, amount BIGINT,
    location VARCHAR, program VARCHAR, provider VARCHAR, offer VARCHAR, service VARCHAR,
    subscription VARCHAR, line VARCHAR, grant_id VARCHAR
);
CREATE TABLE computed (
    entry VARCHAR, ordinal INTEGER, position BIGINT, n INTEGER, closing INTEGER, lot VARCHAR,
    rule VARCHAR, posting_date DATE, service_date DATE, period VARCHAR, prior_period_of VARCHAR,
    type VARCHAR, stream VARCHAR, provisional BOOLEAN, account VARCHAR, debit BIGINT,
    credit BIGINT, location VARCHAR, program VARCHAR, provider VARCHAR, offer VARCHAR,
    service VARCHAR, subscription VARCHAR, line VARCHAR, grant_id VARCHAR
);
-- Only a late event is posted on another day than its own (accounting.md 14.2).
CREATE VIEW views.journal_line AS
SELECT NULL AS entry, ordinal, position, n, 0 AS closing, '' AS lot, rule, posting_date,
       service_date, period_of(posting_date) AS period,
       CASE WHEN posting_date <> service_date THEN period_of(service_date) END
           AS prior_period_of,
       type, stream, false AS provisional, account, greatest(amount, 0) AS debit,
       greatest(-amount, 0) AS credit, location, program, provider, offer, service,
       subscription, line, grant_id
FROM posted
UNION ALL FROM computed;
CREATE TABLE views.journal_step (
    subscription VARCHAR, position BIGINT, n INTEGER, line VARCHAR, lot VARCHAR,
    effective_on DATE, kind VARCHAR, amount BIGINT, starts DATE, ends DATE, account VARCHAR,
    location VARCHAR, program VARCHAR, provider VARCHAR, offer VARCHAR, day_count VARCHAR,
    timezone VARCHAR, rounding VARCHAR
);
-- What every lot was promised, at first and by what was added (a credit note may take back what
-- is earned already); what was earned of it, or came back, in rows that move other value too;
-- what its units came to, once they were granted; contracts that do not add up.
CREATE TABLE promised (subscription VARCHAR, line VARCHAR, lot VARCHAR, amount BIGINT);
CREATE TABLE earned_beside (subscription VARCHAR, lot VARCHAR, amount BIGINT);
CREATE TABLE units (
    subscription VARCHAR, lot VARCHAR, quantity DECIMAL(18, 3), granted BOOLEAN
);
CREATE TABLE unequal (subscription VARCHAR);
-- Money that a processor holds for the clinic, by the day it is posted.
CREATE TABLE processor (posting_date DATE, amount BIGINT);
-- What the clinic keeps of each contract, by the day it is posted; contracts in whose liability
-- value stays after its units are gone.
CREATE TABLE consideration (subscription VARCHAR, posting_date DATE, amount BIGINT);
CREATE TABLE staying (subscription VARCHAR);
-- What a person should look at (accounting.md 14.4), with what settles it.
CREATE TABLE notice (position BIGINT, effective_on DATE, kind VARCHAR, id VARCHAR, amount BIGINT);
-- The last valid days of lots as they were recorded; lines of value that were sold without a price.
CREATE TABLE lot_day (subscription VARCHAR, lot VARCHAR, position BIGINT, lapses DATE);
CREATE TABLE unpriced (position BIGINT, effective_on DATE, id VARCHAR);
-- Parsed events of a type until many of them are posted at once.
CREATE SCHEMA waiting;
-- Lines that time earns evenly, while they are accrued, and `ledger.ratios.part_of` for them.
CREATE SCHEMA accruing;
CREATE MACRO part_of(amount, part, whole) AS sign(amount) * (
    abs(CAST(amount AS HUGEINT)) * part // whole + CAST(
        2 * (abs(CAST(amount AS HUGEINT)) * part % whole) > whole
        OR (2 * (abs(CAST(amount AS HUGEINT)) * part % whole) = whole
            AND abs(CAST(amount AS HUGEINT)) * part // whole % 2 = 1) AS INTEGER));
-- What estimates work on, as PostgreSQL has it (accounting.md 7, 8.2).
CREATE TABLE views.journal_contract (
    subscription VARCHAR, position BIGINT, sold_on DATE, offer VARCHAR, program VARCHAR,
    cooling_off_until DATE, on_demand BOOLEAN, state VARCHAR, escheat VARCHAR,
    minimum_life VARCHAR
);
CREATE TABLE views.journal_lot (
    subscription VARCHAR, position BIGINT, lot VARCHAR, line VARCHAR, since DATE, kind VARCHAR,
    account VARCHAR, rule VARCHAR, offer VARCHAR, program VARCHAR, location VARCHAR,
    provider VARCHAR
);
CREATE TABLE views.journal_unit (
    subscription VARCHAR, position BIGINT, lot VARCHAR, effective_on DATE, granted BIGINT,
    promised BIGINT, used BIGINT, earned BIGINT, lapsed BIGINT, frozen BIGINT
);
