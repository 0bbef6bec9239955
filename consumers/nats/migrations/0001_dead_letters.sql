-- Dead letters: messages that will not succeed as they are, whole, until a person has looked
-- (architecture.md 5). `clinic` is '' when the subject names none. `ledger_messaging` writes
-- them for all clinics and can do nothing else; the others see their own clinic's only.
DO $$
BEGIN
    BEGIN
        CREATE ROLE ledger_messaging NOLOGIN NOSUPERUSER NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;  -- roles belong to the server: another database of it has it already
    END;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT ledger_messaging TO CURRENT_USER;
    END IF;
END $$;

CREATE SCHEMA ops AUTHORIZATION ledger_owner;
SET LOCAL ROLE ledger_owner;

CREATE TABLE ops.dead_letter (
    clinic text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    subject text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    headers text NOT NULL,
    payload bytea NOT NULL,
    sha256 text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'retried', 'resolved')),
    tries integer NOT NULL DEFAULT 1 CHECK (tries > 0),
    PRIMARY KEY (clinic, id)
);

SELECT ledger.separate_clinics('ops.dead_letter');
CREATE POLICY all_clinics ON ops.dead_letter TO ledger_messaging USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA ops TO ledger_messaging, ledger_api, ledger_audit;
GRANT SELECT, INSERT, UPDATE ON ops.dead_letter TO ledger_messaging;
GRANT SELECT ON ops.dead_letter TO ledger_api, ledger_audit;
