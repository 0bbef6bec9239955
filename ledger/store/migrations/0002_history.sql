-- The history of every clinic. Each key starts with clinic, so the schema can be distributed
-- by clinic and no key tells one clinic about another (architecture.md 4).
SET LOCAL ROLE ledger_owner;

-- Shows and takes only rows of the clinic set for the transaction. Unset, or reset to '' as
-- it is after a transaction, it matches no row (reliability.md 6.6).
CREATE FUNCTION ledger.separate_clinics(tenant regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant);
    EXECUTE format(
        'CREATE POLICY own_clinic ON %s '
        'USING (clinic = nullif(current_setting(''ledger.clinic'', true), ''''))', tenant);
END $$;

CREATE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        USING ERRCODE = 'restrict_violation';
END $$;

-- One row per clinic: the lock every append takes, and the end of its hash chain. The row is
-- hot, so pages keep room for in-page updates and are vacuumed early.
CREATE TABLE ledger.clinic_head (
    clinic text COLLATE "C" PRIMARY KEY CHECK (clinic <> ''),
    position bigint NOT NULL CHECK (position >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    recorded_at timestamptz NOT NULL
) WITH (
    fillfactor = 20,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0
);

CREATE TABLE ledger.event (
    clinic text COLLATE "C" NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    stream text COLLATE "C" NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    type text NOT NULL,
    schema_version integer NOT NULL CHECK (schema_version >= 0),
    effective_at timestamptz NOT NULL,
    effective_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    command text NOT NULL,
    request_hash bytea NOT NULL,
    meta text NOT NULL,
    body text NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (clinic, position),
    UNIQUE (clinic, stream, version)
) WITH (toast_tuple_target = 8160); -- a sale of 2 kB is neither compressed nor stored apart

-- The accepted commands and their answers, kept for ever (reliability.md 6.2). `position` is
-- that of the first event; a command without events has the next position and a count of 0.
CREATE TABLE ledger.command (
    clinic text COLLATE "C" NOT NULL,
    command_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    request_hash bytea NOT NULL,
    data text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    meta text NOT NULL,
    position bigint NOT NULL,
    events integer NOT NULL CHECK (events >= 0),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (clinic, command_id)
);

SELECT ledger.separate_clinics('ledger.clinic_head');
SELECT ledger.separate_clinics('ledger.event');
SELECT ledger.separate_clinics('ledger.command');

GRANT SELECT ON ledger.clinic_head, ledger.event, ledger.command TO ledger_api, ledger_audit;
GRANT SELECT ON ledger.clinic_head, ledger.event TO ledger_projector, ledger_relay;

CREATE POLICY all_clinics ON ledger.event FOR SELECT
    TO ledger_relay, ledger_audit USING (true);
CREATE POLICY all_clinics ON ledger.command FOR SELECT
    TO ledger_audit USING (true);
-- A head tells how far a clinic is and nothing about it: feeds find their work by it.
CREATE POLICY all_clinics ON ledger.clinic_head FOR SELECT
    TO ledger_relay, ledger_projector, ledger_audit USING (true);

-- ALWAYS: an ordinary trigger is silent under session_replication_role = replica.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.event
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.command
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.command ENABLE ALWAYS TRIGGER append_only;
