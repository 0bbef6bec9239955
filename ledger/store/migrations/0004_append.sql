-- The one way into the history (architecture.md 4): one statement, one round trip, one commit.
SET LOCAL ROLE ledger_owner;

-- The hash chain, scheme v1. Each field is a netstring, "<bytes>:<text>,", so no two different
-- records have the same text; a hash covers the previous hash and the record's text.
CREATE FUNCTION ledger.netstring(field text) RETURNS text
LANGUAGE sql IMMUTABLE RETURN octet_length(field)::text || ':' || field || ',';

CREATE FUNCTION ledger.utc_text(moment timestamptz) RETURNS text
LANGUAGE sql STABLE
RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

CREATE FUNCTION ledger.chain_step(state bytea, record text, start bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN sha256(coalesce(state, start) || convert_to(record, 'UTF8'));
END $$;

-- Over (ORDER BY position) this is the running hash of the chain that begins with `start`.
CREATE AGGREGATE ledger.chain(record text, start bytea) (
    SFUNC = ledger.chain_step, STYPE = bytea
);

-- Which of these commands are remembered, and whether their content is the remembered one.
-- OFFSET 0 keeps this a look-up per id whatever the planner believes about the table.
CREATE FUNCTION ledger.known_commands(p_clinic text, p_ids text[], p_hashes bytea[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT jsonb_agg(jsonb_build_object(
                   'id', asked.id, 'same_content', found.request_hash = asked.request_hash))
        FROM unnest(p_ids, p_hashes) AS asked (id, request_hash)
        CROSS JOIN LATERAL (
            SELECT c.request_hash FROM ledger.command c
            WHERE c.clinic = p_clinic AND c.command_id = asked.id OFFSET 0
        ) found);
END $$;

-- The streams that do not stand at the version the caller decided upon. A written stream is
-- expected one before its lowest new version, a guarded one at the version given. A batch
-- whose versions of a stream leave a hole or repeat one can follow no version at all.
CREATE FUNCTION ledger.conflicting_streams(
    p_clinic text, p_stream text[], p_version integer[],
    p_guard_stream text[], p_guard_version integer[]
) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH expected (stream, version, consecutive) AS (
            SELECT written.stream, min(written.version) - 1,
                   count(DISTINCT written.version) = count(*)
                   AND max(written.version) - min(written.version) + 1 = count(*)
            FROM unnest(p_stream, p_version) AS written (stream, version)
            GROUP BY written.stream
            UNION ALL
            SELECT guarded.*, true FROM unnest(p_guard_stream, p_guard_version) AS guarded
        )
        SELECT jsonb_agg(DISTINCT x.stream)
        FROM expected x
        WHERE x.version IS DISTINCT FROM coalesce((
            SELECT e.version FROM ledger.event e
            WHERE e.clinic = p_clinic AND e.stream = x.stream
            ORDER BY e.version DESC LIMIT 1
        ), 0) OR NOT x.consecutive);
END $$;

-- Locks the end of the clinic's chain; a clinic's first append makes it.
CREATE FUNCTION ledger.lock_head(p_clinic text) RETURNS ledger.clinic_head
LANGUAGE plpgsql AS $$
DECLARE
    v_head ledger.clinic_head;
BEGIN
    SELECT * INTO v_head FROM ledger.clinic_head h WHERE h.clinic = p_clinic FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO ledger.clinic_head (clinic, position, hash, recorded_at)
        VALUES (p_clinic, 0, decode(repeat('00', 32), 'hex'), 'epoch')
        ON CONFLICT (clinic) DO NOTHING;
        SELECT * INTO v_head FROM ledger.clinic_head h WHERE h.clinic = p_clinic FOR UPDATE;
    END IF;
    RETURN v_head;
END $$;

-- Appends commands of one clinic with their events, all or nothing.
--   p_now       the caller's clock, or null for the server's; recorded time never goes back
--   p_command_* one element per command
--   p_event_*   one element per event, in the order of their commands; p_event_command is the
--               1-based index of the event's command
--   p_text_*    one element per personal text
--   p_guard_*   streams that must stand at a version although nothing is written to them
-- status  appended  first_position is that of the first event, recorded the batch's one time
--         known     nothing appended; details: [{id, same_content}] of remembered commands
--         conflict  nothing appended; details: names of the streams that moved
CREATE FUNCTION ledger.append(
    p_clinic text, p_now timestamptz,
    p_command_id text[], p_command_name text[], p_command_hash bytea[], p_command_data text[],
    p_command_actor text[], p_command_role text[], p_command_meta text[],
    p_event_command integer[], p_event_stream text[], p_event_version integer[],
    p_event_type text[], p_event_schema integer[], p_event_at timestamptz[],
    p_event_on date[], p_event_body text[],
    p_text_digest text[], p_text_subject text[], p_text_kind text[], p_text_salt bytea[],
    p_text_value text[],
    p_guard_stream text[], p_guard_version integer[],
    OUT status text, OUT first_position bigint, OUT recorded timestamptz, OUT details jsonb
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, ledger, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    v_head ledger.clinic_head;
    v_hash bytea;
    v_start text;
    v_recorded text;
BEGIN
    PERFORM ledger.require_clinic(p_clinic);
    v_head := ledger.lock_head(p_clinic);

    details := ledger.known_commands(p_clinic, p_command_id, p_command_hash);
    IF details IS NOT NULL THEN
        status := 'known';
        RETURN;
    END IF;
    details := ledger.conflicting_streams(
        p_clinic, p_event_stream, p_event_version, p_guard_stream, p_guard_version);
    IF details IS NOT NULL THEN
        status := 'conflict';
        RETURN;
    END IF;

    status := 'appended';
    first_position := v_head.position + 1;
    recorded := greatest(coalesce(p_now, clock_timestamp()), v_head.recorded_at);

    v_start := ledger.netstring('v1') || ledger.netstring(p_clinic);
    v_recorded := ledger.netstring(ledger.utc_text(recorded));
    -- One format and not a netstring for each field: an expression of so many functions takes
    -- longer to set up, at every call, than to compute.
    WITH written AS (
        INSERT INTO ledger.event (
            clinic, position, stream, version, type, schema_version, effective_at,
            effective_on, recorded_at, actor, role, command, request_hash, meta, body, hash)
        SELECT p_clinic, position, stream, version, type, schema_version, effective_at,
               effective_on, recorded, actor, role, id, request_hash, meta, body,
               ledger.chain(
                   format('%s%s:%s,%s:%s,%s:%s,%s:%s,%s:%s,27:%s,10:%s,%s'
                          '%s:%s,%s:%s,%s:%s,%s:%s,%s:%s,%s:%s,',
                          v_start,
                          length(position::text), position,
                          octet_length(stream), stream,
                          length(version::text), version,
                          octet_length(type), type,
                          length(schema_version::text), schema_version,
                          ledger.utc_text(effective_at),
                          to_char(effective_on, 'YYYY-MM-DD'),
                          v_recorded,
                          octet_length(actor), actor,
                          octet_length(role), role,
                          octet_length(id), id,
                          2 * octet_length(request_hash), encode(request_hash, 'hex'),
                          octet_length(meta), meta,
                          octet_length(body), body),
                   v_head.hash) OVER (ORDER BY position)
        FROM (
            SELECT v_head.position + n AS position, stream, version, type, schema_version,
                   effective_at, effective_on, body, p_command_actor[command] AS actor,
                   p_command_role[command] AS role, p_command_id[command] AS id,
                   p_command_hash[command] AS request_hash, p_command_meta[command] AS meta
            FROM unnest(p_event_command, p_event_stream, p_event_version, p_event_type,
                        p_event_schema, p_event_at, p_event_on, p_event_body)
                 WITH ORDINALITY AS e (command, stream, version, type, schema_version,
                                       effective_at, effective_on, body, n)
        ) numbered
        RETURNING event.position, event.hash
    )
    SELECT w.hash INTO v_hash FROM written w ORDER BY w.position DESC LIMIT 1;

    -- width_bucket(k, sorted numbers) counts those up to k: the events of the first k commands.
    INSERT INTO ledger.command (
        clinic, command_id, name, request_hash, data, actor, role, meta, position, events,
        recorded_at)
    SELECT p_clinic, c.id, c.name, c.hash, c.data, c.actor, c.role, c.meta,
           first_position + width_bucket(n - 1, p_event_command),
           width_bucket(n, p_event_command) - width_bucket(n - 1, p_event_command), recorded
    FROM (
        SELECT *, number::integer AS n
        FROM unnest(p_command_id, p_command_name, p_command_hash, p_command_data,
                    p_command_actor, p_command_role, p_command_meta)
             WITH ORDINALITY AS given (id, name, hash, data, actor, role, meta, number)
    ) c;

    IF cardinality(p_text_digest) > 0 THEN
        INSERT INTO ledger.personal (clinic, digest, subject, kind, salt, value)
        SELECT p_clinic, t.* FROM unnest(
            p_text_digest, p_text_subject, p_text_kind, p_text_salt, p_text_value) AS t
        ON CONFLICT (clinic, digest) DO NOTHING;
    END IF;

    UPDATE ledger.clinic_head h
    SET position = v_head.position + cardinality(p_event_stream),
        hash = coalesce(v_hash, v_head.hash),
        recorded_at = recorded
    WHERE h.clinic = p_clinic;
END $$;

GRANT EXECUTE ON FUNCTION ledger.append TO ledger_api;
