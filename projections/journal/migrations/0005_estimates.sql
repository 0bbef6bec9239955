-- What estimates work on: contracts with their refund terms and laws, lots of units by cohort, and
-- what happened to their units and value, in thousandths of a unit and in minor units.
-- The journal is told again from the events: the feed starts anew where its mark is 0.
SET LOCAL ROLE ledger_owner;

CREATE TABLE views.journal_contract (
    clinic text COLLATE "C" NOT NULL,
    subscription text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    sold_on date NOT NULL,
    offer text,
    program text,
    cooling_off_until date,
    on_demand boolean NOT NULL,
    state text,
    escheat text,
    minimum_life text,
    PRIMARY KEY (clinic, subscription, position)
);
CREATE TABLE views.journal_lot (
    clinic text COLLATE "C" NOT NULL,
    subscription text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    lot text COLLATE "C" NOT NULL,
    line text COLLATE "C" NOT NULL,
    since date NOT NULL,
    kind text NOT NULL,
    account text NOT NULL,
    rule text NOT NULL,
    offer text COLLATE "C",
    program text COLLATE "C",
    location text,
    provider text,
    PRIMARY KEY (clinic, subscription, lot, position)
);
CREATE TABLE views.journal_unit (
    clinic text COLLATE "C" NOT NULL,
    subscription text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    lot text COLLATE "C" NOT NULL,
    effective_on date NOT NULL,
    granted bigint NOT NULL,
    promised bigint NOT NULL,
    used bigint NOT NULL,
    earned bigint NOT NULL,
    lapsed bigint NOT NULL,
    frozen bigint NOT NULL,
    PRIMARY KEY (clinic, subscription, lot, position)
);

SELECT ledger.separate_clinics('views.journal_contract');
SELECT ledger.separate_clinics('views.journal_lot');
SELECT ledger.separate_clinics('views.journal_unit');

TRUNCATE views.journal_line, views.journal_step, views.journal_close;
ALTER TABLE views.mark NO FORCE ROW LEVEL SECURITY;
UPDATE views.mark SET position = 0 WHERE projection = 'journal';
ALTER TABLE views.mark FORCE ROW LEVEL SECURITY;
