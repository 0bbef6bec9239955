-- What the projector checks messages against, in one round trip (see 0005_reading.sql).
SET LOCAL ROLE ledger_owner;

-- The hashes of these positions, as far as the log has them.
CREATE FUNCTION ledger.read_hashes(p_clinic text, p_positions bigint[])
RETURNS TABLE ("position" bigint, hash bytea)
LANGUAGE plpgsql ROWS 500 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY
        SELECT e.position, e.hash FROM ledger.event e
        WHERE e.clinic = p_clinic AND e.position = ANY (p_positions);
END $$;

GRANT EXECUTE ON FUNCTION ledger.read_hashes TO ledger_projector;
