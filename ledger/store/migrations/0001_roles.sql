-- Who may do what in the database (reliability.md 6.6). No role logs in, is a superuser or
-- bypasses row security; the connections of the program take one of them with SET ROLE.
--   ledger_owner      owns schema, tables and functions
--   ledger_api        reads one clinic's rows; writes only through functions
--   ledger_projector  reads one clinic's events; writes the read models (schema views)
--   ledger_relay      reads the events of all clinics, nothing else
--   ledger_audit      reads the history of all clinics, nothing else
DO $$
DECLARE
    needed text;
BEGIN
    FOREACH needed IN ARRAY ARRAY[
        'ledger_owner', 'ledger_api', 'ledger_projector', 'ledger_relay', 'ledger_audit'
    ] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', needed);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- roles belong to the server: another database of it has them already
        END;
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', needed);
        END IF;
    END LOOP;
END $$;

ALTER SCHEMA ledger OWNER TO ledger_owner;
CREATE SCHEMA views AUTHORIZATION ledger_owner;

GRANT USAGE ON SCHEMA ledger TO ledger_api, ledger_projector, ledger_relay, ledger_audit;
GRANT USAGE ON SCHEMA views TO ledger_api, ledger_projector, ledger_audit;

ALTER DEFAULT PRIVILEGES FOR ROLE ledger_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE ledger_owner IN SCHEMA views
    GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO ledger_projector;
ALTER DEFAULT PRIVILEGES FOR ROLE ledger_owner IN SCHEMA views
    GRANT SELECT ON TABLES TO ledger_api, ledger_audit;
