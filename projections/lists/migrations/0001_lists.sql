-- What lists show, page by page. Written by the feed of the lists, read under row security. `item`
-- is what is told of it; what changes afterwards, and what a list is narrowed by, has its column.
SET LOCAL ROLE ledger_owner;

CREATE TABLE views.listed (
    clinic text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    patient text COLLATE "C",
    subscription text COLLATE "C",
    standing text,
    decided_by text,
    until timestamptz,
    item text NOT NULL,
    PRIMARY KEY (clinic, kind, key)
);
CREATE INDEX listed_order ON views.listed (clinic, kind, position);
CREATE INDEX listed_patient ON views.listed (clinic, kind, patient, position)
    WHERE patient IS NOT NULL;
CREATE INDEX listed_subscription ON views.listed (clinic, kind, subscription, position)
    WHERE subscription IS NOT NULL;
CREATE INDEX listed_standing ON views.listed (clinic, kind, standing, position)
    WHERE standing IS NOT NULL;

SELECT ledger.separate_clinics('views.listed');
