-- Where the documents and disputes of a contract or charge are found. Written by their feed.
SET LOCAL ROLE ledger_owner;

CREATE TABLE views.attachment (
    clinic text COLLATE "C" NOT NULL,
    document text COLLATE "C" NOT NULL,
    subscription text COLLATE "C",
    dispute text COLLATE "C",
    visit text COLLATE "C",
    PRIMARY KEY (clinic, document)
);

CREATE TABLE views.dispute (
    clinic text COLLATE "C" NOT NULL,
    dispute text COLLATE "C" NOT NULL,
    charge text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    network_reason_code text,
    opened_at timestamptz NOT NULL,
    due_by timestamptz,
    outcome text,
    PRIMARY KEY (clinic, dispute)
);
CREATE INDEX dispute_charge ON views.dispute (clinic, charge);

SELECT ledger.separate_clinics('views.attachment');
SELECT ledger.separate_clinics('views.dispute');
