-- API keys: who may call over HTTP, for one clinic, in one role (reliability.md 6.7). The table
-- holds a keyed hash; the key itself was shown once. `ledger_keys` reads and writes the keys of
-- all clinics, because a call says who it is before anything knows its clinic, and nothing else.
DO $$
BEGIN
    BEGIN
        CREATE ROLE ledger_keys NOLOGIN NOSUPERUSER NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;  -- roles belong to the server: another database of it has it already
    END;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT ledger_keys TO CURRENT_USER;
    END IF;
END $$;

CREATE SCHEMA access AUTHORIZATION ledger_owner;
SET LOCAL ROLE ledger_owner;

CREATE TABLE access.api_key (
    clinic text COLLATE "C" NOT NULL,
    prefix text COLLATE "C" NOT NULL UNIQUE,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    actor text NOT NULL,
    role text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (clinic, prefix)
);

SELECT ledger.separate_clinics('access.api_key');
CREATE POLICY all_clinics ON access.api_key TO ledger_keys USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA access TO ledger_keys;
GRANT SELECT, INSERT ON access.api_key TO ledger_keys;
GRANT UPDATE (revoked_at) ON access.api_key TO ledger_keys;
