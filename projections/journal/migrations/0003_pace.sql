-- How time earns a line, where the sale's policies differ from the defaults (accounting.md 6.2).
-- Steps told before have none: every contract until now counted days, halves to even.
SET LOCAL ROLE ledger_owner;

ALTER TABLE views.journal_step ADD COLUMN day_count text;
ALTER TABLE views.journal_step ADD COLUMN timezone text;
ALTER TABLE views.journal_step ADD COLUMN rounding text;
