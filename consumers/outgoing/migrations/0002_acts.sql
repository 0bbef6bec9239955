-- What was asked of endpoints under a key, and what was answered: sent again, it is answered the
-- same and nothing is done twice. A secret that was told stands here as its salt alone.
SET LOCAL ROLE ledger_owner;

CREATE TABLE ops.webhook_act (
    clinic text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    content bytea NOT NULL CHECK (octet_length(content) = 32),
    status smallint NOT NULL,
    told text NOT NULL,
    salt bytea CHECK (octet_length(salt) = 16),
    done_at timestamptz NOT NULL,
    PRIMARY KEY (clinic, key)
);
SELECT ledger.separate_clinics('ops.webhook_act');
CREATE POLICY all_clinics ON ops.webhook_act TO ledger_webhooks USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON ops.webhook_act TO ledger_webhooks;
