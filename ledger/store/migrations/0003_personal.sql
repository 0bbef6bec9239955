-- What can be erased stands apart from the history: events hold only salted digests of it.
SET LOCAL ROLE ledger_owner;

CREATE TABLE ledger.personal (
    clinic text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    salt bytea NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (clinic, digest)
);
CREATE INDEX personal_subject ON ledger.personal (clinic, subject);

CREATE TABLE ledger.document (
    clinic text COLLATE "C" NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    subject text COLLATE "C" NOT NULL,
    PRIMARY KEY (clinic, sha256)
);
CREATE INDEX document_subject ON ledger.document (clinic, subject);

SELECT ledger.separate_clinics('ledger.personal');
SELECT ledger.separate_clinics('ledger.document');
GRANT SELECT ON ledger.personal, ledger.document TO ledger_api;

CREATE FUNCTION ledger.require_clinic(p_clinic text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_clinic IS DISTINCT FROM nullif(current_setting('ledger.clinic', true), '') THEN
        RAISE EXCEPTION 'the clinic is not the one set for this transaction'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- The digest is taken here, so a document cannot be filed under another's name.
CREATE FUNCTION ledger.put_document(
    p_clinic text, p_media_type text, p_content bytea, p_subject text
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
DECLARE
    v_digest text := encode(sha256(p_content), 'hex');
BEGIN
    PERFORM ledger.require_clinic(p_clinic);
    INSERT INTO ledger.document (clinic, sha256, media_type, content, subject)
    VALUES (p_clinic, v_digest, p_media_type, p_content, p_subject)
    ON CONFLICT (clinic, sha256) DO NOTHING;
    RETURN v_digest;
END $$;

-- Erases what is stored about one subject: texts, their salts, documents. Returns the rows.
CREATE FUNCTION ledger.erase_personal(p_clinic text, p_subject text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
DECLARE
    v_texts bigint;
    v_documents bigint;
BEGIN
    PERFORM ledger.require_clinic(p_clinic);
    DELETE FROM ledger.personal p WHERE p.clinic = p_clinic AND p.subject = p_subject;
    GET DIAGNOSTICS v_texts = ROW_COUNT;
    DELETE FROM ledger.document d WHERE d.clinic = p_clinic AND d.subject = p_subject;
    GET DIAGNOSTICS v_documents = ROW_COUNT;
    RETURN v_texts + v_documents;
END $$;

GRANT EXECUTE ON FUNCTION ledger.put_document, ledger.erase_personal TO ledger_api;
