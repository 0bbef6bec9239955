-- How often a clinic takes back or gives away, for the limits on it (reliability.md 6.7): asked of
-- the remembered commands themselves, so that it holds for all edges and processes alike.
SET LOCAL ROLE ledger_owner;

CREATE INDEX command_pace ON ledger.command (clinic, name, recorded_at) WHERE name IN (
    'reverse_consumption', 'move_consumption', 'extend', 'reinstate', 'grant_goodwill'
);

-- The moments at which the last p_most of them were recorded after p_since, the oldest first.
CREATE FUNCTION ledger.read_pace(
    p_clinic text, p_name text, p_since timestamptz, p_most integer
) RETURNS timestamptz[]
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN (
        SELECT coalesce(array_agg(recorded_at ORDER BY recorded_at), '{}') FROM (
            SELECT c.recorded_at FROM ledger.command c
            WHERE c.clinic = p_clinic AND c.name = p_name AND c.recorded_at > p_since
              AND c.name IN ('reverse_consumption', 'move_consumption', 'extend', 'reinstate',
                             'grant_goodwill')
            ORDER BY c.recorded_at DESC LIMIT p_most
        ) latest
    );
END $$;

GRANT EXECUTE ON FUNCTION ledger.read_pace TO ledger_api;
