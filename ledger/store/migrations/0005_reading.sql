-- Reading under row security in one round trip: each function sets the clinic for its own
-- transaction and selects with the rights of its caller. In autocommit, SET LOCAL before a
-- SELECT would be a transaction of its own and have no effect (reliability.md 6.6).
SET LOCAL ROLE ledger_owner;

-- The events of each stream after the version named beside it.
CREATE FUNCTION ledger.read_streams(p_clinic text, p_streams text[], p_after integer[])
RETURNS SETOF ledger.event
LANGUAGE plpgsql ROWS 100 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY
        -- OFFSET 0 keeps the probe of each stream an index probe, whatever the statistics say.
        SELECT later.* FROM unnest(p_streams, p_after) AS wanted(stream, version)
        CROSS JOIN LATERAL (
            SELECT e.* FROM ledger.event e
            WHERE e.clinic = p_clinic AND e.stream = wanted.stream AND e.version > wanted.version
            ORDER BY e.version OFFSET 0
        ) later;
END $$;

-- Positions after p_after, up to and including p_until (null: the head), at most p_limit.
CREATE FUNCTION ledger.read_events(
    p_clinic text, p_after bigint, p_until bigint, p_limit integer
) RETURNS SETOF ledger.event
LANGUAGE plpgsql ROWS 500 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY
        SELECT e.* FROM ledger.event e
        WHERE e.clinic = p_clinic AND e.position > p_after
          AND (p_until IS NULL OR e.position <= p_until)
        ORDER BY e.position LIMIT p_limit;
END $$;

CREATE FUNCTION ledger.read_head(p_clinic text) RETURNS SETOF ledger.clinic_head
LANGUAGE plpgsql ROWS 1 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY SELECT h.* FROM ledger.clinic_head h WHERE h.clinic = p_clinic;
END $$;

-- The remembered commands of these ids, each with its events as JSON, in their order.
CREATE FUNCTION ledger.read_commands(p_clinic text, p_ids text[])
RETURNS TABLE (command_id text, request_hash bytea, data text, recorded_at timestamptz, events jsonb)
LANGUAGE plpgsql ROWS 10 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY
        SELECT c.command_id, c.request_hash, c.data, c.recorded_at, (
            SELECT coalesce(jsonb_agg(jsonb_build_array(e.position, e.type, e.stream, e.version)
                                      ORDER BY e.position), '[]')
            FROM ledger.event e
            WHERE e.clinic = p_clinic AND e.position >= c.position
              AND e.position < c.position + c.events)
        FROM ledger.command c
        WHERE c.clinic = p_clinic AND c.command_id = ANY (p_ids);
END $$;

CREATE FUNCTION ledger.read_personal(p_clinic text, p_digests text[])
RETURNS SETOF ledger.personal
LANGUAGE plpgsql ROWS 10 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY
        SELECT p.* FROM ledger.personal p
        WHERE p.clinic = p_clinic AND p.digest = ANY (p_digests);
END $$;

CREATE FUNCTION ledger.read_document(p_clinic text, p_sha256 text) RETURNS SETOF ledger.document
LANGUAGE plpgsql ROWS 1 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY
        SELECT d.* FROM ledger.document d WHERE d.clinic = p_clinic AND d.sha256 = p_sha256;
END $$;

GRANT EXECUTE ON FUNCTION ledger.read_streams, ledger.read_commands, ledger.read_personal,
    ledger.read_document TO ledger_api;
GRANT EXECUTE ON FUNCTION ledger.read_events, ledger.read_head
    TO ledger_api, ledger_projector, ledger_relay, ledger_audit;
