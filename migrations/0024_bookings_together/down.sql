ALTER TABLE visits
    DROP CONSTRAINT visits_sound,
    ADD CONSTRAINT visits_hold_key_check CHECK (length(hold_key) BETWEEN 1 AND 200),
    ADD CONSTRAINT visits_reminded_check CHECK (reminded <@ ARRAY['day_ahead', 'hours_ahead']),
    ADD CONSTRAINT visits_accepted_by_check CHECK (accepted_by IN ('customer', 'business')),
    ADD CONSTRAINT visits_order_fingerprint_check CHECK (octet_length(order_fingerprint) = 32);
DROP FUNCTION visits_sound(visits);
DROP FUNCTION ratiba_visits_without_claims(uuid, jsonb);
DROP FUNCTION ratiba_book(uuid, bigint, jsonb);
-- One visit of its own, all of it in one call: its claims, which decide, and if every one of them was made its row, its
-- appointments, who renders them where that is more than one, what happened and what is due. The documents have the
-- columns of the tables as keys; the claims are sorted already, and inserted in that order, as everybody's are.
--
-- `answer` is `booked`; `setup` where the caller decided on another setup than the one in force; or, where no claim was
-- made, why. Where only some were made, or a visit has this one's id or key, the call ends itself and with it what it
-- wrote. The lock on the setup lasts until the statement's transaction ends.
CREATE FUNCTION ratiba_book(tenant uuid, decided_on bigint, booking jsonb, OUT setup bigint, OUT answer text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    made integer;
BEGIN
    setup := ratiba_enter_to_book(tenant);
    IF setup <> decided_on THEN
        answer := 'setup';
        RETURN;
    END IF;
    INSERT INTO engagements (tenant_id, purpose, id, appointment_id, subject_kind, subject_id, seat, starts_at, ends_at,
        buffer_before_minutes, buffer_after_minutes, buffers_shared, held_until, load_minutes)
    SELECT tenant, 'appointment', c.id, c.appointment_id, c.subject_kind, c.subject_id, c.seat, c.starts_at, c.ends_at,
        c.buffer_before_minutes, c.buffer_after_minutes, c.buffers_shared, c.held_until, c.load_minutes
    FROM jsonb_populate_recordset(NULL::engagements, booking->'claims') WITH ORDINALITY AS c
    ORDER BY c.ordinality
    ON CONFLICT ON CONSTRAINT engagements_no_overlap DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    IF made = 0 THEN
        answer := ratiba_why_not_booked(tenant, (booking->'visit'->>'id')::uuid, booking->'visit'->>'hold_key',
            booking->'claims', (booking->>'at')::timestamptz);
        RETURN;
    END IF;
    IF made < jsonb_array_length(booking->'claims') THEN
        RAISE EXCEPTION 'ratiba: not booked' USING ERRCODE = 'RB001';
    END IF;
    INSERT INTO visits (tenant_id, id, customer_id, hold_key, order_fingerprint, version, created_at)
    SELECT tenant, v.id, v.customer_id, v.hold_key, v.order_fingerprint, 1, v.created_at
    FROM jsonb_populate_record(NULL::visits, booking->'visit') v
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ratiba: not booked' USING ERRCODE = 'RB001';
    END IF;
    INSERT INTO appointments (tenant_id, version, id, visit_id, customer_id, service_id, staff_id, state, state_at,
        hold_expires_at, fee_minor, start_at, end_at, channel, staff_requested, currency, list_price_minor,
        discount_minor, discount_reason, charged_minor, deposit_minor, tax_basis_points, product_cost_minor, plan,
        created_at, actual_start_at, actual_end_at, tip_amount, staff_notes, awaits, discount_source, discount_by,
        discount_basis_points)
    SELECT tenant, 1, a.id, a.visit_id, a.customer_id, a.service_id, a.staff_id, a.state, a.state_at,
        a.hold_expires_at, a.fee_minor, a.start_at, a.end_at, a.channel, a.staff_requested, a.currency,
        a.list_price_minor, a.discount_minor, a.discount_reason, a.charged_minor, a.deposit_minor, a.tax_basis_points,
        a.product_cost_minor, a.plan, a.created_at, a.actual_start_at, a.actual_end_at, a.tip_amount, a.staff_notes,
        a.awaits, a.discount_source, a.discount_by, a.discount_basis_points
    FROM jsonb_populate_recordset(NULL::appointments, booking->'appointments') a;
    IF jsonb_array_length(booking->'teams') > 0 THEN
        INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
        SELECT tenant, t.appointment_id, t.staff_id, t.position
        FROM jsonb_populate_recordset(NULL::appointment_staff, booking->'teams') t;
    END IF;
    INSERT INTO outbox (tenant_id, id, topic, payload, occurred_at)
    SELECT tenant, e.id, e.topic, e.payload, e.occurred_at
    FROM jsonb_populate_recordset(NULL::outbox, booking->'events') e;
    INSERT INTO jobs (tenant_id, id, kind, payload, run_at)
    SELECT tenant, j.id, j.kind, j.payload, j.run_at
    FROM jsonb_populate_recordset(NULL::jobs, booking->'jobs') j;
    answer := 'booked';
END
$$;

CREATE OR REPLACE FUNCTION jobs_sound(j jobs) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN length(j.kind) BETWEEN 1 AND 64
        AND octet_length(j.payload::text) <= 4096
        AND j.state IN ('ready', 'running', 'dead')
        AND (j.state = 'running') = (j.lease_until IS NOT NULL);
END
$$;

CREATE OR REPLACE FUNCTION ratiba_why_not_booked(tenant uuid, visit uuid, key text, claims jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    IF EXISTS (SELECT FROM visits v WHERE v.tenant_id = tenant AND v.id = visit) THEN
        RETURN 'known';
    END IF;
    IF EXISTS (SELECT FROM visits v WHERE v.tenant_id = tenant AND v.hold_key = key) THEN
        RETURN 'key';
    END IF;
    IF EXISTS (
        SELECT FROM jsonb_populate_recordset(NULL::engagements, claims) c
        JOIN engagements e ON e.subject_id = c.subject_id AND e.seat = c.seat
            AND e.ends_at > c.starts_at AND e.ends_at < c.ends_at + interval '36 hours' AND e.starts_at < c.ends_at
        WHERE e.tenant_id = tenant AND e.active AND e.held_until <= at)
    THEN
        RETURN 'overdue';
    END IF;
    RETURN 'taken';
END
$$;
