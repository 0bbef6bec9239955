-- What a patient holds, in one call for the patient and one for the contracts: every balance asks.
SET LOCAL ROLE ledger_owner;

-- How far the balances are, and the patient's state; null for a patient they do not have.
CREATE FUNCTION views.read_holder(p_clinic text, p_patient text)
RETURNS TABLE ("position" bigint, state text)
LANGUAGE plpgsql ROWS 1 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY
        SELECT coalesce((SELECT m.position FROM views.mark m
                         WHERE m.clinic = p_clinic AND m.projection = 'balances'), 0),
               (SELECT p.state FROM views.patient p
                WHERE p.clinic = p_clinic AND p.patient = p_patient);
END $$;

CREATE FUNCTION views.read_contracts(p_clinic text, p_subscriptions text[])
RETURNS TABLE (subscription text, version integer, sale text, state text)
LANGUAGE plpgsql ROWS 10 AS $$
BEGIN
    PERFORM set_config('ledger.clinic', p_clinic, true);
    RETURN QUERY
        SELECT c.subscription, c.version, c.sale, c.state FROM views.contract c
        WHERE c.clinic = p_clinic AND c.subscription = ANY (p_subscriptions);
END $$;

GRANT EXECUTE ON FUNCTION views.read_holder, views.read_contracts TO ledger_api;
