-- What a booking writes is written thousands of times a second. Nothing here changes what the tables hold or refuse;
-- it changes what that costs.

-- As before: NULL, and so no rows, when unset, empty or not a UUID. Every statement asks once for each of its tables, so
-- it is written for speed: four hyphens in their places, and otherwise hexadecimal digits.
CREATE OR REPLACE FUNCTION ratiba_current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN current_setting('ratiba.current_tenant', true) LIKE '________-____-____-____-____________'
            AND current_setting('ratiba.current_tenant', true) NOT LIKE '%-%-%-%-%-%'
            AND current_setting('ratiba.current_tenant', true) !~ '[^0-9a-fA-F-]'
        THEN current_setting('ratiba.current_tenant', true)::uuid
    END
$$;

-- A plain CHECK is read and compiled anew in every statement that writes its table, and takes a fifth of the time of a
-- booking where there are thirty of them. A function is compiled once for each connection. So the checks of a hot
-- table are the function `<table>_sound`; a new column may bring a CHECK of its own, until somebody moves it in.
CREATE FUNCTION appointments_sound(a appointments) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'completed', 'expired',
            'declined', 'cancelled_by_customer', 'cancelled_by_business', 'no_show')
        AND (a.state IN ('requested', 'held')) = (a.hold_expires_at IS NOT NULL)
        AND (a.state IN ('cancelled_by_customer', 'no_show')) = (a.fee_minor IS NOT NULL)
        AND a.fee_minor >= 0 IS NOT FALSE
        AND a.awaits IN ('business', 'customer') IS NOT FALSE
        AND (a.awaits IS NULL OR a.state = 'requested')
        AND a.end_at > a.start_at
        AND a.channel IN ('chat', 'web', 'desk')
        AND a.currency ~ '^[A-Z]{3}$'
        AND a.list_price_minor >= 0 AND a.discount_minor >= 0 AND a.charged_minor >= 0
        AND a.charged_minor = a.list_price_minor - a.discount_minor
        AND a.deposit_minor >= 0 AND a.deposit_minor <= a.charged_minor
        AND a.discount_source IN ('hand', 'promotion', 'package') IS NOT FALSE
        AND (a.discount_source IS NULL) = (a.discount_by IS NULL)
        AND length(a.discount_by) BETWEEN 1 AND 200 IS NOT FALSE
        AND (a.discount_source IS NULL OR a.discount_reason IS NOT NULL)
        AND (a.actual_end_at IS NULL OR a.actual_start_at IS NOT NULL)
        AND a.actual_end_at > a.actual_start_at IS NOT FALSE
        AND a.tip_amount >= 0 IS NOT FALSE
        AND length(a.staff_notes) <= 4000 IS NOT FALSE;
END
$$;
ALTER TABLE appointments
    DROP CONSTRAINT appointments_actual_order,
    DROP CONSTRAINT appointments_awaits_check,
    DROP CONSTRAINT appointments_awaits_while_requested,
    DROP CONSTRAINT appointments_channel_check,
    DROP CONSTRAINT appointments_charged_minor_check,
    DROP CONSTRAINT appointments_check,
    DROP CONSTRAINT appointments_check1,
    DROP CONSTRAINT appointments_check2,
    DROP CONSTRAINT appointments_check3,
    DROP CONSTRAINT appointments_check4,
    DROP CONSTRAINT appointments_currency_check,
    DROP CONSTRAINT appointments_discount_by_check,
    DROP CONSTRAINT appointments_discount_comes_from_somewhere,
    DROP CONSTRAINT appointments_discount_has_a_reason,
    DROP CONSTRAINT appointments_discount_minor_check,
    DROP CONSTRAINT appointments_discount_source_check,
    DROP CONSTRAINT appointments_end_needs_start,
    DROP CONSTRAINT appointments_fee_minor_check,
    DROP CONSTRAINT appointments_list_price_minor_check,
    DROP CONSTRAINT appointments_staff_notes_check,
    DROP CONSTRAINT appointments_state_check,
    DROP CONSTRAINT appointments_tip_amount_check,
    ADD CONSTRAINT appointments_sound CHECK (appointments_sound(appointments));

CREATE FUNCTION engagements_sound(e engagements) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN e.subject_kind IN ('staff', 'resource')
        AND e.seat >= 0 AND (e.subject_kind = 'resource' OR e.seat = 0)
        AND e.ends_at > e.starts_at
        -- The search bounds its scan by it: the longest service and the largest buffers fit; a longer block is several.
        AND e.ends_at - e.starts_at <= interval '36 hours'
        AND e.buffer_before_minutes BETWEEN 0 AND 240 AND e.buffer_after_minutes BETWEEN 0 AND 240
        AND e.purpose IN ('appointment', 'block')
        AND (e.purpose = 'appointment') = (e.appointment_id IS NOT NULL)
        AND (e.block_id IS NULL OR e.purpose = 'block')
        AND e.load_minutes >= 0;
END
$$;
ALTER TABLE engagements
    DROP CONSTRAINT engagements_buffer_after_minutes_check,
    DROP CONSTRAINT engagements_buffer_before_minutes_check,
    DROP CONSTRAINT engagements_check,
    DROP CONSTRAINT engagements_check1,
    DROP CONSTRAINT engagements_check2,
    DROP CONSTRAINT engagements_check3,
    DROP CONSTRAINT engagements_length,
    DROP CONSTRAINT engagements_load_minutes_check,
    DROP CONSTRAINT engagements_purpose_check,
    DROP CONSTRAINT engagements_subject_kind_check,
    ADD CONSTRAINT engagements_sound CHECK (engagements_sound(engagements));

CREATE FUNCTION jobs_sound(j jobs) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN length(j.kind) BETWEEN 1 AND 64
        AND octet_length(j.payload::text) <= 4096
        AND j.state IN ('ready', 'running', 'dead')
        AND (j.state = 'running') = (j.lease_until IS NOT NULL);
END
$$;
ALTER TABLE jobs
    DROP CONSTRAINT jobs_check,
    DROP CONSTRAINT jobs_kind_check,
    DROP CONSTRAINT jobs_payload_check,
    DROP CONSTRAINT jobs_state_check,
    ADD CONSTRAINT jobs_sound CHECK (jobs_sound(jobs));

-- Every booking locked its tenant's row once for each of these, all bookings of a tenant the same one. A tenant is
-- never deleted; whoever writes these tables has opened the tenant, and visits, claims and appointments point at
-- rows of it besides.
ALTER TABLE visits DROP CONSTRAINT visits_tenant_id_fkey;
ALTER TABLE appointments DROP CONSTRAINT appointments_tenant_id_fkey;
ALTER TABLE engagements DROP CONSTRAINT engagements_tenant_id_fkey;
ALTER TABLE outbox DROP CONSTRAINT outbox_tenant_id_fkey;
ALTER TABLE jobs DROP CONSTRAINT jobs_tenant_id_fkey;

-- Nobody reads by them.
DROP INDEX outbox_tail;
DROP INDEX visits_of_customer;

-- As before, in fewer words: three values for each engagement. Always one plan: making one took longer than reading a
-- week.
DROP FUNCTION ratiba_busy(uuid, uuid[], timestamptz, timestamptz, uuid[]);
CREATE FUNCTION ratiba_busy(
    tenant uuid, subjects uuid[], from_at timestamptz, to_at timestamptz, staff uuid[],
    OUT setup bigint, OUT starts timestamptz[], OUT ends timestamptz[], OUT held timestamptz[],
    -- From the lowest bit: 6 bits seat; 8 bits buffer before and 8 after, in minutes; shared; blocked; 16 bits load in
    -- minutes; which of the subjects, counted from 1.
    OUT details bigint[],
    -- Those of `staff` who were ever booked, with when last.
    OUT booked uuid[], OUT booked_last timestamptz[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    setup := coalesce((SELECT s.version FROM setup_versions s WHERE s.tenant_id = tenant), 0);
    SELECT array_agg(e.starts_at), array_agg(e.ends_at), array_agg(e.held_until), array_agg(
        e.seat::bigint | (e.buffer_before_minutes::bigint << 6) | (e.buffer_after_minutes::bigint << 14)
            | (e.buffers_shared::integer::bigint << 22) | ((e.purpose = 'block')::integer::bigint << 23)
            | (least(e.load_minutes, 65535)::bigint << 24) | (s.place << 40))
    INTO starts, ends, held, details
    FROM unnest(subjects) WITH ORDINALITY AS s (id, place)
    JOIN engagements e ON e.subject_id = s.id
    WHERE e.tenant_id = tenant AND e.active
        AND e.ends_at > from_at AND e.ends_at < to_at + interval '36 hours' AND e.starts_at < to_at;
    IF cardinality(staff) > 0 THEN
        SELECT array_agg(s.id), array_agg(b.created_at) INTO booked, booked_last
        FROM unnest(staff) AS s (id)
        CROSS JOIN LATERAL (SELECT a.created_at FROM appointments a
            WHERE a.tenant_id = tenant AND a.staff_id = s.id
                AND a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'completed')
            ORDER BY a.created_at DESC LIMIT 1) b;
    END IF;
END
$$;

-- Why a new visit could not be booked, from what is in its way: it is `known` itself; its key is, `key`; a request or
-- hold whose deadline has come is in the way, `overdue`; or its time is `taken`.
DROP FUNCTION ratiba_why_not_booked(uuid, uuid, text, uuid[], smallint[], timestamptz[], timestamptz[], timestamptz);
CREATE FUNCTION ratiba_why_not_booked(tenant uuid, visit uuid, key text, claims jsonb, at timestamptz) RETURNS text
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
DROP FUNCTION ratiba_refuse(text);

-- The claims come before what they are made for.
ALTER TABLE engagements ALTER CONSTRAINT engagements_tenant_id_appointment_id_fkey DEFERRABLE INITIALLY DEFERRED;

-- Who renders an appointment alone stands on the appointment; here stand several who render it together.
ALTER TABLE appointment_staff NO FORCE ROW LEVEL SECURITY;
DELETE FROM appointment_staff t
WHERE t.share_basis_points IS NULL AND NOT EXISTS (SELECT FROM appointment_staff o
    WHERE o.tenant_id = t.tenant_id AND o.appointment_id = t.appointment_id AND o.staff_id <> t.staff_id);
ALTER TABLE appointment_staff FORCE ROW LEVEL SECURITY;
