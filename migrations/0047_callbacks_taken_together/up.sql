-- Takes callbacks in: finds whose each is, stores it and queues its job, for several that come at the same time. Each is
-- told where it stands among those given: stored; repeated, with what was stored before; expired, where the token led to
-- an attempt once; or unknown. What is to be stored is written in one order, so that two calls do not wait for each other.
-- The one for a single callback stays for api processes of the former version.
CREATE FUNCTION ratiba_take_callbacks(token_hashes bytea[], ids uuid[], providers text[], bodies bytea[], addresses text[],
    times timestamptz[], job_ids uuid[], job_kind text, payloads text[], keys text[])
RETURNS TABLE (place integer, outcome text, tenant uuid, callback uuid, attempt uuid)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    owners uuid[];
    attempts uuid[];
    ends text[];
    whose uuid;
    stored uuid[];
BEGIN
    SELECT array_agg(r.tenant_id ORDER BY t.nth), array_agg(r.attempt_id ORDER BY t.nth),
        array_agg(CASE WHEN r.tenant_id IS NULL THEN 'unknown' WHEN r.expires_at <= t.at THEN 'expired' END ORDER BY t.nth)
    INTO owners, attempts, ends
    FROM unnest(token_hashes, times) WITH ORDINALITY AS t(hash, at, nth)
        LEFT JOIN payment_routing r ON r.key_kind = 'callback_token' AND r.key_hash = t.hash;
    FOR whose IN
        SELECT DISTINCT o.owner FROM unnest(owners, ends) AS o(owner, ended) WHERE o.ended IS NULL ORDER BY o.owner
    LOOP
        PERFORM set_config('ratiba.current_tenant', whose::text, true);
        WITH made AS (
            INSERT INTO payment_callbacks AS c (tenant_id, id, attempt_id, provider, body, source_address, received_at)
            SELECT whose, g.id, g.attempt, g.provider, g.body, g.address, g.at
            FROM unnest(owners, ends, ids, attempts, providers, bodies, addresses, times)
                AS g(owner, ended, id, attempt, provider, body, address, at)
            WHERE g.owner = whose AND g.ended IS NULL
            ORDER BY g.attempt, sha256(g.body)
            ON CONFLICT (tenant_id, attempt_id, sha256(body)) DO NOTHING
            RETURNING c.id
        )
        SELECT coalesce(array_agg(m.id), '{}') INTO stored FROM made m;
        INSERT INTO jobs (id, kind, tenant_id, payload, run_at, dedup_key)
        SELECT j.job, job_kind, whose, j.payload::jsonb, j.at, j.key
        FROM unnest(ids, job_ids, payloads, times, keys) AS j(id, job, payload, at, key)
        WHERE j.id = ANY (stored)
        ON CONFLICT DO NOTHING;
        RETURN QUERY
        SELECT g.nth::integer, CASE WHEN g.id = ANY (stored) THEN 'stored' ELSE 'repeated' END, whose,
            CASE WHEN g.id = ANY (stored) THEN g.id ELSE (SELECT c.id FROM payment_callbacks c
                WHERE c.tenant_id = whose AND c.attempt_id = g.attempt AND sha256(c.body) = sha256(g.body)) END,
            g.attempt
        FROM unnest(owners, ends, ids, attempts, bodies) WITH ORDINALITY AS g(owner, ended, id, attempt, body, nth)
        WHERE g.owner = whose AND g.ended IS NULL;
    END LOOP;
    RETURN QUERY
    SELECT g.nth::integer, g.ended, g.owner, NULL::uuid, NULL::uuid
    FROM unnest(owners, ends) WITH ORDINALITY AS g(owner, ended, nth)
    WHERE g.ended IS NOT NULL;
END
$$;
