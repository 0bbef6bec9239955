-- A patient's state says when his store credit arose, and a contract's since when a refund is
-- payable: the law counts from then. The balances are told again from the events.
SET LOCAL ROLE ledger_owner;

TRUNCATE views.contract, views.patient;
ALTER TABLE views.patient
    DROP COLUMN store_credit, DROP COLUMN subscriptions, DROP COLUMN registered,
    -- The first day on which credit arose that the state was not told of yet.
    ADD COLUMN credit_since date,
    ADD COLUMN state text NOT NULL;
CREATE INDEX patient_credit ON views.patient (clinic, credit_since)
    WHERE credit_since IS NOT NULL;
ALTER TABLE views.mark NO FORCE ROW LEVEL SECURITY;
UPDATE views.mark SET position = 0 WHERE projection = 'balances';
ALTER TABLE views.mark FORCE ROW LEVEL SECURITY;
