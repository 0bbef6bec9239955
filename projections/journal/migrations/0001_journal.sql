-- The journal, line by line, in the order of accounting.md 12.2. `closing` is 0 for entries of
-- events, else the rank of the row among closing entries; their `position` is that of the close.
SET LOCAL ROLE ledger_owner;

CREATE TABLE views.journal_line (
    clinic text COLLATE "C" NOT NULL,
    entry text COLLATE "C" NOT NULL,
    ordinal integer NOT NULL,
    position bigint NOT NULL,
    n integer NOT NULL,
    closing integer NOT NULL,
    lot text COLLATE "C" NOT NULL,
    rule text NOT NULL,
    posting_date date NOT NULL,
    service_date date NOT NULL,
    period text COLLATE "C" NOT NULL,
    prior_period_of text COLLATE "C",
    type text NOT NULL,
    stream text NOT NULL,
    provisional boolean NOT NULL,
    account text COLLATE "C" NOT NULL,
    debit bigint NOT NULL CHECK (debit >= 0),
    credit bigint NOT NULL CHECK (credit >= 0),
    location text,
    program text,
    provider text,
    offer text,
    service text,
    subscription text COLLATE "C",
    line text COLLATE "C",
    PRIMARY KEY (clinic, entry, ordinal)
);
CREATE INDEX journal_line_posted ON views.journal_line (clinic, posting_date);
CREATE INDEX journal_line_contract ON views.journal_line (clinic, subscription);

-- What happened to the lines of a contract that are earned by day (accounting.md 6.2). An empty
-- `line` stands for every line of the contract; `account` to `offer` are given with the sale.
CREATE TABLE views.journal_step (
    clinic text COLLATE "C" NOT NULL,
    subscription text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    n integer NOT NULL,
    line text COLLATE "C" NOT NULL,
    lot text COLLATE "C" NOT NULL,
    effective_on date NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    starts date,
    ends date,
    account text,
    runs_ahead boolean,
    location text,
    program text,
    provider text,
    offer text,
    PRIMARY KEY (clinic, subscription, position, n)
);

CREATE TABLE views.journal_close (
    clinic text COLLATE "C" NOT NULL,
    period text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    position bigint NOT NULL,
    cut bigint NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (clinic, period, version)
);

SELECT ledger.separate_clinics('views.journal_line');
SELECT ledger.separate_clinics('views.journal_step');
SELECT ledger.separate_clinics('views.journal_close');
