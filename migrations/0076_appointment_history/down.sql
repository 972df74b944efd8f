-- As before; what appointments went through is forgotten.
CREATE OR REPLACE FUNCTION ratiba_book(tenant uuid, decided_on bigint, bookings jsonb, OUT answers text[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    made integer;
    lost integer[];
    place integer;
    kept jsonb := bookings;
BEGIN
    IF ratiba_enter_to_book(tenant) <> decided_on THEN
        answers := array_fill('setup'::text, ARRAY[jsonb_array_length(bookings->'visits')]);
        RETURN;
    END IF;
    answers := array_fill('booked'::text, ARRAY[jsonb_array_length(bookings->'visits')]);
    INSERT INTO engagements (tenant_id, purpose, id, appointment_id, subject_kind, subject_id, seat, starts_at, ends_at,
        buffer_before_minutes, buffer_after_minutes, buffers_shared, held_until, load_minutes)
    SELECT tenant, 'appointment', c.id, c.appointment_id, c.subject_kind, c.subject_id, c.seat, c.starts_at, c.ends_at,
        c.buffer_before_minutes, c.buffer_after_minutes, c.buffers_shared, c.held_until, c.load_minutes
    FROM jsonb_populate_recordset(NULL::engagements, bookings->'claims') WITH ORDINALITY AS c
    ORDER BY c.ordinality
    ON CONFLICT ON CONSTRAINT engagements_no_overlap DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    IF made < jsonb_array_length(bookings->'claims') THEN
        lost := ratiba_visits_without_claims(tenant, bookings->'claims');
        SELECT jsonb_object_agg(k.key, ARRAY(SELECT r.value FROM jsonb_array_elements(k.value) WITH ORDINALITY AS r
            WHERE (r.value->>'of')::integer <> ALL (lost) ORDER BY r.ordinality))
        INTO kept FROM jsonb_each(bookings) k;
    END IF;
    IF jsonb_array_length(kept->'visits') > 0 THEN
        INSERT INTO visits (tenant_id, id, customer_id, hold_key, order_fingerprint, version, created_at)
        SELECT tenant, v.id, v.customer_id, v.hold_key, v.order_fingerprint, 1, v.created_at
        FROM jsonb_populate_recordset(NULL::visits, kept->'visits') v
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS made = ROW_COUNT;
        IF made < jsonb_array_length(kept->'visits') THEN
            RAISE EXCEPTION 'ratiba: not booked' USING ERRCODE = 'RB001';
        END IF;
        INSERT INTO appointments (tenant_id, version, id, visit_id, customer_id, service_id, staff_id, state, state_at,
            hold_expires_at, fee_minor, start_at, end_at, channel, staff_requested, currency, list_price_minor,
            discount_minor, discount_reason, charged_minor, deposit_minor, tax_basis_points, product_cost_minor, plan,
            created_at, actual_start_at, actual_end_at, tip_amount, staff_notes, awaits, discount_source, discount_by,
            discount_basis_points)
        SELECT tenant, 1, a.id, a.visit_id, a.customer_id, a.service_id, a.staff_id, a.state, a.state_at,
            a.hold_expires_at, a.fee_minor, a.start_at, a.end_at, a.channel, a.staff_requested, a.currency,
            a.list_price_minor, a.discount_minor, a.discount_reason, a.charged_minor, a.deposit_minor,
            a.tax_basis_points, a.product_cost_minor, a.plan, a.created_at, a.actual_start_at, a.actual_end_at,
            a.tip_amount, a.staff_notes, a.awaits, a.discount_source, a.discount_by, a.discount_basis_points
        FROM jsonb_populate_recordset(NULL::appointments, kept->'appointments') a;
        IF jsonb_array_length(kept->'teams') > 0 THEN
            INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
            SELECT tenant, t.appointment_id, t.staff_id, t.position
            FROM jsonb_populate_recordset(NULL::appointment_staff, kept->'teams') t;
        END IF;
        INSERT INTO outbox (tenant_id, id, topic, payload, occurred_at)
        SELECT tenant, e.id, e.topic, e.payload, e.occurred_at
        FROM jsonb_populate_recordset(NULL::outbox, kept->'events') e;
        INSERT INTO jobs (tenant_id, id, kind, payload, run_at)
        SELECT tenant, j.id, j.kind, j.payload, j.run_at
        FROM jsonb_populate_recordset(NULL::jobs, kept->'jobs') j;
    END IF;
    IF lost IS NOT NULL THEN
        FOREACH place IN ARRAY lost LOOP
            answers[place + 1] := ratiba_why_not_booked(tenant, (bookings->'visits'->place->>'id')::uuid,
                bookings->'visits'->place->>'hold_key',
                (SELECT jsonb_agg(c) FROM jsonb_array_elements(bookings->'claims') c
                    WHERE (c->>'of')::integer = place),
                (bookings->'visits'->place->>'at')::timestamptz);
        END LOOP;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION ratiba_change_appointments(tenant uuid, changes jsonb) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
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
    WHERE t.tenant_id = tenant AND t.id = ANY (ids) AND t.id = a.id AND t.version = a.version;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < cardinality(ids) THEN
        RAISE EXCEPTION 'ratiba: not changed' USING ERRCODE = 'RB003';
    END IF;
    UPDATE engagements e SET held_until = a.hold_expires_at
    FROM jsonb_populate_recordset(NULL::appointments, changes->'appointments') a
    WHERE e.tenant_id = tenant AND e.appointment_id = ANY (ids) AND e.appointment_id = a.id AND e.active
        AND e.held_until IS DISTINCT FROM a.hold_expires_at;
    PERFORM ratiba_tell(tenant, changes->'events', changes->'jobs');
END
$$;
ALTER TABLE appointments DROP COLUMN history;
