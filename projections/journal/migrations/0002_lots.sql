-- The lot a line of the journal is about, so that each cycle of a membership accrues for itself.
-- The journal is told again from the events: the feed starts anew where its mark is 0.
SET LOCAL ROLE ledger_owner;

ALTER TABLE views.journal_line ADD COLUMN grant_id text COLLATE "C";
ALTER TABLE views.journal_step DROP COLUMN runs_ahead;

TRUNCATE views.journal_line, views.journal_step, views.journal_close;
ALTER TABLE views.mark NO FORCE ROW LEVEL SECURITY;
UPDATE views.mark SET position = 0 WHERE projection = 'journal';
ALTER TABLE views.mark FORCE ROW LEVEL SECURITY;
