-- The bytes of a document may be kept elsewhere, under its clinic and digest; its row says whom it
-- is about. Nobody trusts the name: the reader takes the digest of what he gets.
SET LOCAL ROLE ledger_owner;

ALTER TABLE ledger.document ALTER COLUMN content DROP NOT NULL;

CREATE FUNCTION ledger.shelve_document(
    p_clinic text, p_sha256 text, p_media_type text, p_subject text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
BEGIN
    PERFORM ledger.require_clinic(p_clinic);
    IF p_sha256 !~ '^[0-9a-f]{64}$' THEN
        RAISE EXCEPTION 'a document is filed under its SHA-256'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO ledger.document (clinic, sha256, media_type, subject)
    VALUES (p_clinic, p_sha256, p_media_type, p_subject)
    ON CONFLICT (clinic, sha256) DO NOTHING;
END $$;

GRANT EXECUTE ON FUNCTION ledger.shelve_document TO ledger_api;
