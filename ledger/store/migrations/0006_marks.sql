-- How far each projection has applied each clinic's history. The row is the lock under which
-- a feed applies, and moves in the transaction that writes the read model.
SET LOCAL ROLE ledger_owner;

CREATE TABLE views.mark (
    clinic text COLLATE "C" NOT NULL,
    projection text COLLATE "C" NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    PRIMARY KEY (clinic, projection)
) WITH (
    fillfactor = 20,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0
);

SELECT ledger.separate_clinics('views.mark');
CREATE POLICY all_clinics ON views.mark FOR SELECT TO ledger_projector USING (true);
