-- What patients hold. Written by the feed of the balances, read under row security.
SET LOCAL ROLE ledger_owner;

-- A contract with its folded state. `sale` is the event that made it, written once; `next_due`
-- the last valid day of the lot that lapses first and still has units, null when none does.
CREATE TABLE views.contract (
    clinic text COLLATE "C" NOT NULL,
    subscription text COLLATE "C" NOT NULL,
    patient text COLLATE "C" NOT NULL,
    offer text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    next_due date,
    ended text,
    sale text,
    state text NOT NULL,
    PRIMARY KEY (clinic, subscription)
);
CREATE INDEX contract_due ON views.contract (clinic, next_due) WHERE next_due IS NOT NULL;

CREATE TABLE views.patient (
    clinic text COLLATE "C" NOT NULL,
    patient text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    store_credit bigint NOT NULL,
    subscriptions text[] NOT NULL,
    registered boolean NOT NULL,
    PRIMARY KEY (clinic, patient)
);

SELECT ledger.separate_clinics('views.contract');
SELECT ledger.separate_clinics('views.patient');
