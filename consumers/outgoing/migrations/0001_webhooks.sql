-- Webhooks out (reliability.md 6.9): where a clinic wants its events posted, how far each endpoint
-- has followed the log, and what became of each delivery. `ledger_webhooks` works for all clinics;
-- it reads their events and heads, writes these tables, and can do nothing else.
DO $$
BEGIN
    BEGIN
        CREATE ROLE ledger_webhooks NOLOGIN NOSUPERUSER NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;  -- roles belong to the server: another database of it has it already
    END;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT ledger_webhooks TO CURRENT_USER;
    END IF;
END $$;

SET LOCAL ROLE ledger_owner;

-- `position` is the last one that was looked at; no `types` means all.
CREATE TABLE ops.webhook_endpoint (
    clinic text COLLATE "C" NOT NULL,
    endpoint text COLLATE "C" NOT NULL,
    url text NOT NULL,
    types text[] COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    disabled_at timestamptz,
    disabled_for text,
    PRIMARY KEY (clinic, endpoint)
);

-- A secret is made of the server's own secret and this salt: the table alone signs nothing.
CREATE TABLE ops.webhook_secret (
    clinic text COLLATE "C" NOT NULL,
    endpoint text COLLATE "C" NOT NULL,
    salt bytea NOT NULL CHECK (octet_length(salt) = 16),
    made_at timestamptz NOT NULL,
    ends_at timestamptz,
    PRIMARY KEY (clinic, endpoint, salt),
    FOREIGN KEY (clinic, endpoint) REFERENCES ops.webhook_endpoint ON DELETE CASCADE
);

-- The body is the event itself, which never changes. `due_at` is also how long a worker that took
-- the delivery keeps it from the others.
CREATE TABLE ops.webhook_delivery (
    clinic text COLLATE "C" NOT NULL,
    endpoint text COLLATE "C" NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    type text COLLATE "C" NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    due_at timestamptz NOT NULL,
    last_at timestamptz,
    last_status integer,
    last_error text,
    PRIMARY KEY (clinic, endpoint, position),
    FOREIGN KEY (clinic, endpoint) REFERENCES ops.webhook_endpoint ON DELETE CASCADE
);
CREATE INDEX webhook_pending ON ops.webhook_delivery (clinic, endpoint, position)
    WHERE state = 'pending';
CREATE INDEX webhook_delivered ON ops.webhook_delivery (last_at) WHERE state = 'delivered';

SELECT ledger.separate_clinics('ops.webhook_endpoint');
SELECT ledger.separate_clinics('ops.webhook_secret');
SELECT ledger.separate_clinics('ops.webhook_delivery');
CREATE POLICY all_clinics ON ops.webhook_endpoint TO ledger_webhooks
    USING (true) WITH CHECK (true);
CREATE POLICY all_clinics ON ops.webhook_secret TO ledger_webhooks USING (true) WITH CHECK (true);
CREATE POLICY all_clinics ON ops.webhook_delivery TO ledger_webhooks
    USING (true) WITH CHECK (true);
ALTER POLICY all_clinics ON ledger.clinic_head
    TO ledger_relay, ledger_projector, ledger_audit, ledger_webhooks;

GRANT USAGE ON SCHEMA ledger, ops TO ledger_webhooks;
GRANT SELECT ON ledger.clinic_head, ledger.event TO ledger_webhooks;
GRANT EXECUTE ON FUNCTION ledger.read_events, ledger.read_head TO ledger_webhooks;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON ops.webhook_endpoint, ops.webhook_secret, ops.webhook_delivery TO ledger_webhooks;
