-- Anchors: one Merkle tree (RFC 6962) over the heads of all clinics, which only grows, and its
-- root from day to day (reliability.md 6.8). What was published of it shows a cut or rewritten end
-- of a history, which the hash chain alone cannot. A schema of its own: the tree is the one thing
-- that spans clinics, so its keys cannot start with one.
--   ledger_anchor  reads heads and hashes of all clinics, adds anchors, and nothing else
DO $$
BEGIN
    BEGIN
        CREATE ROLE ledger_anchor NOLOGIN NOSUPERUSER NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;  -- roles belong to the server: another database of it has it already
    END;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT ledger_anchor TO CURRENT_USER;
    END IF;
END $$;

CREATE SCHEMA anchor AUTHORIZATION ledger_owner;
SET LOCAL ROLE ledger_owner;

-- The tree's leaves. A hash tells nothing about its clinic: a proof for one shows others'.
CREATE TABLE anchor.leaf (
    index bigint PRIMARY KEY CHECK (index >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- What a leaf is the hash of, for its clinic alone: the head as it was, and the root and peaks
-- of the clinic's own tree over the hashes of its entries up to there.
CREATE TABLE anchor.head (
    clinic text COLLATE "C" NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    recorded_at timestamptz NOT NULL,
    entries bytea NOT NULL CHECK (octet_length(entries) = 32),
    peaks bytea[] NOT NULL,
    salt bytea NOT NULL CHECK (octet_length(salt) = 16),
    index bigint NOT NULL UNIQUE REFERENCES anchor.leaf,
    PRIMARY KEY (clinic, position)
);

-- The tree as it stood: its size, its root, and the peaks from which it grows.
CREATE TABLE anchor.anchor (
    number bigint PRIMARY KEY CHECK (number > 0),
    size bigint NOT NULL CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    peaks bytea[] NOT NULL,
    made_at timestamptz NOT NULL
);

-- The answer of a time-stamp authority (RFC 3161) about an anchor.
CREATE TABLE anchor.stamp (
    number bigint PRIMARY KEY REFERENCES anchor.anchor,
    token bytea NOT NULL
);

SELECT ledger.separate_clinics('anchor.head');
CREATE POLICY all_clinics ON anchor.head TO ledger_anchor USING (true) WITH CHECK (true);
CREATE POLICY audited ON anchor.head FOR SELECT TO ledger_audit USING (true);
CREATE POLICY anchored ON ledger.clinic_head FOR SELECT TO ledger_anchor USING (true);
CREATE POLICY anchored ON ledger.event FOR SELECT TO ledger_anchor USING (true);

GRANT USAGE ON SCHEMA ledger TO ledger_anchor;
GRANT USAGE ON SCHEMA anchor TO ledger_anchor, ledger_api, ledger_audit;
GRANT SELECT ON ledger.clinic_head TO ledger_anchor;
GRANT SELECT (clinic, position, hash) ON ledger.event TO ledger_anchor;
GRANT SELECT, INSERT ON anchor.leaf, anchor.head, anchor.anchor, anchor.stamp TO ledger_anchor;
GRANT SELECT ON anchor.leaf, anchor.head, anchor.anchor, anchor.stamp TO ledger_api, ledger_audit;

DO $$
DECLARE
    kept regclass;
BEGIN
    FOREACH kept IN ARRAY ARRAY['anchor.leaf', 'anchor.head', 'anchor.anchor', 'anchor.stamp'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', kept);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', kept);
    END LOOP;
END $$;
