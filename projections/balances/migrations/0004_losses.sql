-- A contract's state says what a lost dispute took of it. The balances are told again from the
-- events.
SET LOCAL ROLE ledger_owner;

TRUNCATE views.contract, views.patient;
ALTER TABLE views.mark NO FORCE ROW LEVEL SECURITY;
UPDATE views.mark SET position = 0 WHERE projection = 'balances';
ALTER TABLE views.mark FORCE ROW LEVEL SECURITY;
