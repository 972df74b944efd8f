CREATE OR REPLACE FUNCTION ratiba_settle(tenant uuid, changes jsonb) RETURNS integer[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    settled integer[];
    stale integer[];
    kept jsonb := changes;
    written integer;
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    PERFORM FROM payments p
    WHERE p.tenant_id = tenant
        AND p.id = ANY (ARRAY(SELECT (g->>'id')::uuid FROM jsonb_array_elements(changes->'payments') g))
    ORDER BY p.id FOR NO KEY UPDATE;
    WITH given AS (
        SELECT g.* FROM jsonb_to_recordset(changes->'payments') AS g(of integer, id uuid, version integer, state text,
            state_at timestamptz, due_minor bigint, paid_minor bigint, credited_minor bigint)
    ), moved AS (
        UPDATE payments p SET state = g.state, state_at = g.state_at, due_minor = g.due_minor, paid_minor = g.paid_minor,
            credited_minor = g.credited_minor, version = p.version + 1
        FROM given g WHERE p.tenant_id = tenant AND p.id = g.id AND p.version = g.version
        RETURNING g.of
    )
    SELECT array_agg(m.of) INTO settled FROM moved m;
    IF coalesce(cardinality(settled), 0) < jsonb_array_length(changes->'payments') THEN
        stale := ARRAY(SELECT (g->>'of')::integer FROM jsonb_array_elements(changes->'payments') g
            WHERE (g->>'of')::integer <> ALL (coalesce(settled, '{}')));
        IF settled IS NULL THEN
            RETURN stale;
        END IF;
        SELECT jsonb_object_agg(k.key, ARRAY(SELECT r.value FROM jsonb_array_elements(k.value) WITH ORDINALITY AS r
            WHERE (r.value->>'of')::integer = ANY (settled) ORDER BY r.ordinality))
        INTO kept FROM jsonb_each(changes) k;
    END IF;
    -- Whoever says under which number money went back waits until what is being booked is, and is waited for.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('ratiba receipts ' || tenant::text, 0));
    IF EXISTS (SELECT FROM jsonb_to_recordset(kept->'attempts') AS g(receipt text)
        JOIN payment_callbacks_unrouted u ON u.tenant_id = tenant AND u.provider = 'mpesa' AND u.came_receipt = g.receipt)
    THEN
        RAISE EXCEPTION 'ratiba: not settled' USING ERRCODE = 'RB002';
    END IF;
    UPDATE payment_attempts a SET amount_minor = g.amount_minor, state = g.state, state_at = g.state_at,
        reason = g.reason, provider_code = g.provider_code, evidence = g.evidence, dispute = g.dispute,
        provider_request_id = g.provider_request_id, provider_checkout_id = g.provider_checkout_id, receipt = g.receipt,
        queries = greatest(a.queries, g.queries), sent_at = g.sent_at, resolved_by = g.resolved_by, resolved_reason = g.resolved_reason,
        resolved_at = g.resolved_at, page_url = g.page_url,
        tip_payment_id = CASE WHEN g.state = 'paid' AND a.state <> 'paid' THEN NULL ELSE a.tip_payment_id END,
        tip_appointment_id = CASE WHEN g.state = 'paid' AND a.state <> 'paid' THEN NULL ELSE a.tip_appointment_id END,
        tip_minor = CASE WHEN g.state = 'paid' AND a.state <> 'paid' THEN NULL ELSE a.tip_minor END,
        tip_shares = CASE WHEN g.state = 'paid' AND a.state <> 'paid' THEN NULL ELSE a.tip_shares END
    FROM jsonb_populate_recordset(NULL::payment_attempts, kept->'attempts') g
    WHERE a.tenant_id = tenant
        AND a.id = ANY (ARRAY(SELECT (k->>'id')::uuid FROM jsonb_array_elements(kept->'attempts') k))
        AND a.id = g.id AND a.payment_id = g.payment_id;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < jsonb_array_length(kept->'attempts') THEN
        RAISE EXCEPTION 'ratiba: not settled' USING ERRCODE = 'RB002';
    END IF;
    IF jsonb_array_length(kept->'journals') > 0 THEN
        -- A cause that was posted before is not posted again.
        WITH posted AS (
            INSERT INTO ledger_journals AS l (tenant_id, id, cause, payment_id, attempt_id, occurred_at)
            SELECT tenant, j.id, j.cause, j.payment_id, j.attempt_id, j.occurred_at
            FROM jsonb_populate_recordset(NULL::ledger_journals, kept->'journals') j
            ON CONFLICT (tenant_id, cause) DO NOTHING
            RETURNING l.id
        )
        INSERT INTO ledger_entries (tenant_id, journal_id, position, account, customer_id, payment_id, staff_id,
            currency, amount_minor)
        SELECT tenant, e.journal_id, e.position, e.account, e.customer_id, e.payment_id, e.staff_id, e.currency,
            e.amount_minor
        FROM jsonb_populate_recordset(NULL::ledger_entries, kept->'entries') e JOIN posted ON posted.id = e.journal_id;
    END IF;
    UPDATE payment_callbacks c SET outcome = g.outcome, applied_at = g.applied_at
    FROM jsonb_populate_recordset(NULL::payment_callbacks, kept->'callbacks') g
    WHERE c.tenant_id = tenant
        AND c.id = ANY (ARRAY(SELECT (k->>'id')::uuid FROM jsonb_array_elements(kept->'callbacks') k))
        AND c.id = g.id AND c.outcome IS NULL;
    PERFORM ratiba_tell(tenant, kept->'events', kept->'jobs');
    RETURN coalesce(stale, '{}');
END
$$;
