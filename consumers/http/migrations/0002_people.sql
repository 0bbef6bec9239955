-- Who of the people that an identity provider names works at which clinic, and as what. A token
-- says who somebody is; where he may go is looked up here on every request (reliability.md 6.7).
SET LOCAL ROLE ledger_owner;

CREATE TABLE access.membership (
    clinic text COLLATE "C" NOT NULL,
    person text COLLATE "C" NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    scopes text[] NOT NULL,
    since timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (clinic, person)
);
CREATE INDEX membership_person ON access.membership (person);

SELECT ledger.separate_clinics('access.membership');
CREATE POLICY all_clinics ON access.membership TO ledger_keys USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON access.membership TO ledger_keys;
GRANT UPDATE (actor, role, scopes, since, ended_at) ON access.membership TO ledger_keys;
