DROP FUNCTION ratiba_next_jobs(uuid[], integer[], timestamptz, timestamptz, integer, integer);
ALTER TABLE inbound_messages DROP CONSTRAINT inbound_messages_sound;
DROP FUNCTION inbound_messages_sound(text, text, text);
CREATE FUNCTION inbound_messages_sound(m inbound_messages) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN m.channel IN ('whatsapp')
        AND length(m.provider_id) BETWEEN 1 AND 256
        AND length(m.sender_key) BETWEEN 1 AND 140;
END
$$;
ALTER TABLE inbound_messages ADD CONSTRAINT inbound_messages_sound CHECK (inbound_messages_sound(inbound_messages));

ALTER TABLE jobs DROP CONSTRAINT jobs_sound;
DROP FUNCTION jobs_sound(text, jsonb, text, timestamptz);
CREATE FUNCTION jobs_sound(j jobs) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN length(j.kind) BETWEEN 1 AND 64
        AND pg_column_size(j.payload) <= 4096
        AND j.state IN ('ready', 'running', 'dead')
        AND (j.state = 'running') = (j.lease_until IS NOT NULL);
END
$$;
ALTER TABLE jobs ADD CONSTRAINT jobs_sound CHECK (jobs_sound(jobs));

DROP FUNCTION ratiba_take_callback;
CREATE FUNCTION ratiba_take_callback(token_hash bytea, id uuid, from_provider text, raw bytea, from_address text,
    at timestamptz, job uuid, job_kind text, job_payload text, job_key text,
    OUT outcome text, OUT tenant uuid, OUT callback uuid)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    route payment_routing;
BEGIN
    SELECT r.* INTO route FROM payment_routing r WHERE r.key_kind = 'callback_token' AND r.key_hash = token_hash;
    tenant := route.tenant_id;
    IF tenant IS NULL OR route.expires_at <= at THEN
        outcome := CASE WHEN tenant IS NULL THEN 'unknown' ELSE 'expired' END;
        RETURN;
    END IF;
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    INSERT INTO payment_callbacks AS c (tenant_id, id, attempt_id, provider, body, source_address, received_at)
    VALUES (tenant, ratiba_take_callback.id, route.attempt_id, from_provider, raw, from_address, at)
    ON CONFLICT (tenant_id, attempt_id, sha256(body)) DO NOTHING
    RETURNING c.id INTO callback;
    IF callback IS NULL THEN
        outcome := 'repeated';
        SELECT c.id INTO callback FROM payment_callbacks c
        WHERE c.tenant_id = tenant AND c.attempt_id = route.attempt_id AND sha256(c.body) = sha256(raw);
        RETURN;
    END IF;
    outcome := 'stored';
    INSERT INTO jobs (id, kind, tenant_id, payload, run_at, dedup_key)
    VALUES (job, job_kind, tenant, job_payload::jsonb, at, job_key)
    ON CONFLICT DO NOTHING;
END
$$;

CREATE OR REPLACE FUNCTION ratiba_change_appointments(tenant uuid, changes jsonb) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    visit_ids uuid[] := ARRAY(SELECT (g->>'visit_id')::uuid FROM jsonb_array_elements(changes->'appointments') g);
    ids uuid[] := ARRAY(SELECT (g->>'id')::uuid FROM jsonb_array_elements(changes->'appointments') g);
    written integer;
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    PERFORM FROM visits v WHERE v.tenant_id = tenant AND v.id = ANY (visit_ids) ORDER BY v.id FOR NO KEY UPDATE;
    UPDATE visits v SET version = v.version + 1 WHERE v.tenant_id = tenant AND v.id = ANY (visit_ids);
    PERFORM FROM appointments a WHERE a.tenant_id = tenant AND a.id = ANY (ids) ORDER BY a.id FOR UPDATE;
    UPDATE appointments t SET service_id = a.service_id, staff_id = a.staff_id, state = a.state, state_at = a.state_at,
        hold_expires_at = a.hold_expires_at, fee_minor = a.fee_minor, start_at = a.start_at, end_at = a.end_at,
        channel = a.channel, staff_requested = a.staff_requested, currency = a.currency,
        list_price_minor = a.list_price_minor, discount_minor = a.discount_minor, discount_reason = a.discount_reason,
        charged_minor = a.charged_minor, deposit_minor = a.deposit_minor, tax_basis_points = a.tax_basis_points,
        product_cost_minor = a.product_cost_minor, plan = a.plan, actual_start_at = a.actual_start_at,
        actual_end_at = a.actual_end_at, tip_amount = a.tip_amount, staff_notes = a.staff_notes, awaits = a.awaits,
        discount_source = a.discount_source, discount_by = a.discount_by,
        discount_basis_points = a.discount_basis_points, version = t.version + 1
    FROM jsonb_populate_recordset(NULL::appointments, changes->'appointments') a
    WHERE t.tenant_id = tenant AND t.id = a.id AND t.version = a.version;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < cardinality(ids) THEN
        RAISE EXCEPTION 'ratiba: not changed' USING ERRCODE = 'RB003';
    END IF;
    UPDATE engagements e SET held_until = a.hold_expires_at
    FROM jsonb_populate_recordset(NULL::appointments, changes->'appointments') a
    WHERE e.tenant_id = tenant AND e.appointment_id = a.id AND e.active
        AND e.held_until IS DISTINCT FROM a.hold_expires_at;
    PERFORM ratiba_tell(tenant, changes->'events', changes->'jobs');
END
$$;

CREATE OR REPLACE FUNCTION ratiba_settle(tenant uuid, changes jsonb) RETURNS integer[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
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
    UPDATE payment_attempts a SET amount_minor = g.amount_minor, state = g.state, state_at = g.state_at,
        reason = g.reason, provider_code = g.provider_code, evidence = g.evidence, dispute = g.dispute,
        provider_request_id = g.provider_request_id, provider_checkout_id = g.provider_checkout_id, receipt = g.receipt,
        queries = greatest(a.queries, g.queries), sent_at = g.sent_at, resolved_by = g.resolved_by, resolved_reason = g.resolved_reason,
        resolved_at = g.resolved_at, page_url = g.page_url
    FROM jsonb_populate_recordset(NULL::payment_attempts, kept->'attempts') g
    WHERE a.tenant_id = tenant AND a.id = g.id AND a.payment_id = g.payment_id;
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
    WHERE c.tenant_id = tenant AND c.id = g.id AND c.outcome IS NULL;
    PERFORM ratiba_tell(tenant, kept->'events', kept->'jobs');
    RETURN coalesce(stale, '{}');
END
$$;

DROP INDEX payment_attempts_of_payment;
