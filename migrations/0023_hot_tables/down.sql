ALTER TABLE appointment_staff NO FORCE ROW LEVEL SECURITY;
ALTER TABLE appointments NO FORCE ROW LEVEL SECURITY;
INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
SELECT a.tenant_id, a.id, a.staff_id, 0 FROM appointments a
WHERE NOT EXISTS (SELECT FROM appointment_staff t WHERE t.tenant_id = a.tenant_id AND t.appointment_id = a.id);
ALTER TABLE appointments FORCE ROW LEVEL SECURITY;
ALTER TABLE appointment_staff FORCE ROW LEVEL SECURITY;

DROP FUNCTION ratiba_why_not_booked(uuid, uuid, text, jsonb, timestamptz);
-- Why a new visit could not be booked: it is known already, its key is, or a request or hold is in its way whose
-- deadline has come.
CREATE FUNCTION ratiba_why_not_booked(
    tenant uuid, visit uuid, key text, subjects uuid[], seats smallint[], starts timestamptz[], ends timestamptz[],
    at timestamptz, OUT visit_known boolean, OUT key_used boolean, OUT overdue boolean)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    visit_known := EXISTS (SELECT FROM visits v WHERE v.tenant_id = tenant AND v.id = visit);
    key_used := EXISTS (SELECT FROM visits v WHERE v.tenant_id = tenant AND v.hold_key = key);
    overdue := EXISTS (
        SELECT FROM unnest(subjects, seats, starts, ends) AS c (subject, seat, starts, ends)
        JOIN engagements e ON e.subject_id = c.subject AND e.seat = c.seat
            AND e.ends_at > c.starts AND e.ends_at < c.ends + interval '36 hours' AND e.starts_at < c.ends
        WHERE e.tenant_id = tenant AND e.active AND e.held_until <= at);
END
$$;

ALTER TABLE engagements ALTER CONSTRAINT engagements_tenant_id_appointment_id_fkey NOT DEFERRABLE;
DROP FUNCTION ratiba_book(uuid, bigint, jsonb);
-- Ends the running statement, and with it what it wrote. The word tells the program why.
CREATE FUNCTION ratiba_refuse(word text) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ratiba: %', word USING ERRCODE = 'RB001';
END
$$;

DROP FUNCTION ratiba_busy(uuid, uuid[], timestamptz, timestamptz, uuid[]);
CREATE FUNCTION ratiba_busy(
    tenant uuid, subjects uuid[], from_at timestamptz, to_at timestamptz, staff uuid[],
    OUT setup bigint, OUT subject uuid[], OUT seat smallint[], OUT starts timestamptz[], OUT ends timestamptz[],
    OUT before integer[], OUT after integer[], OUT shared boolean[], OUT blocked boolean[], OUT held timestamptz[],
    OUT load integer[], OUT booked uuid[], OUT booked_last timestamptz[])
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    SELECT coalesce(max(s.version), 0) INTO setup FROM setup_versions s WHERE s.tenant_id = tenant;
    SELECT array_agg(e.subject_id), array_agg(e.seat), array_agg(e.starts_at), array_agg(e.ends_at),
        array_agg(e.buffer_before_minutes), array_agg(e.buffer_after_minutes), array_agg(e.buffers_shared),
        array_agg(e.purpose = 'block'), array_agg(e.held_until), array_agg(e.load_minutes)
    INTO subject, seat, starts, ends, before, after, shared, blocked, held, load
    FROM engagements e
    WHERE e.tenant_id = tenant AND e.subject_id = ANY (subjects) AND e.active
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

CREATE INDEX visits_of_customer ON visits (tenant_id, customer_id);
CREATE INDEX outbox_tail ON outbox (tenant_id, seq);

ALTER TABLE jobs ADD FOREIGN KEY (tenant_id) REFERENCES tenants;
ALTER TABLE outbox ADD FOREIGN KEY (tenant_id) REFERENCES tenants;
ALTER TABLE engagements ADD FOREIGN KEY (tenant_id) REFERENCES tenants;
ALTER TABLE appointments ADD FOREIGN KEY (tenant_id) REFERENCES tenants;
ALTER TABLE visits ADD FOREIGN KEY (tenant_id) REFERENCES tenants;

ALTER TABLE jobs
    DROP CONSTRAINT jobs_sound,
    ADD CONSTRAINT jobs_kind_check CHECK (length(kind) BETWEEN 1 AND 64),
    ADD CONSTRAINT jobs_payload_check CHECK (octet_length(payload::text) <= 4096),
    ADD CONSTRAINT jobs_state_check CHECK (state IN ('ready', 'running', 'dead')),
    ADD CONSTRAINT jobs_check CHECK ((state = 'running') = (lease_until IS NOT NULL));
DROP FUNCTION jobs_sound(jobs);

ALTER TABLE engagements
    DROP CONSTRAINT engagements_sound,
    ADD CONSTRAINT engagements_buffer_after_minutes_check CHECK (buffer_after_minutes BETWEEN 0 AND 240),
    ADD CONSTRAINT engagements_buffer_before_minutes_check CHECK (buffer_before_minutes BETWEEN 0 AND 240),
    ADD CONSTRAINT engagements_check CHECK (seat >= 0 AND (subject_kind = 'resource' OR seat = 0)),
    ADD CONSTRAINT engagements_check1 CHECK (ends_at > starts_at),
    ADD CONSTRAINT engagements_check2 CHECK ((purpose = 'appointment') = (appointment_id IS NOT NULL)),
    ADD CONSTRAINT engagements_check3 CHECK (block_id IS NULL OR purpose = 'block'),
    ADD CONSTRAINT engagements_length CHECK (ends_at - starts_at <= interval '36 hours'),
    ADD CONSTRAINT engagements_load_minutes_check CHECK (load_minutes >= 0),
    ADD CONSTRAINT engagements_purpose_check CHECK (purpose IN ('appointment', 'block')),
    ADD CONSTRAINT engagements_subject_kind_check CHECK (subject_kind IN ('staff', 'resource'));
DROP FUNCTION engagements_sound(engagements);

ALTER TABLE appointments
    DROP CONSTRAINT appointments_sound,
    ADD CONSTRAINT appointments_actual_order CHECK (actual_end_at > actual_start_at),
    ADD CONSTRAINT appointments_awaits_check CHECK (awaits IN ('business', 'customer')),
    ADD CONSTRAINT appointments_awaits_while_requested CHECK (awaits IS NULL OR state = 'requested'),
    ADD CONSTRAINT appointments_channel_check CHECK (channel IN ('chat', 'web', 'desk')),
    ADD CONSTRAINT appointments_charged_minor_check CHECK (charged_minor >= 0),
    ADD CONSTRAINT appointments_check CHECK ((state IN ('requested', 'held')) = (hold_expires_at IS NOT NULL)),
    ADD CONSTRAINT appointments_check1 CHECK ((state IN ('cancelled_by_customer', 'no_show')) = (fee_minor IS NOT NULL)),
    ADD CONSTRAINT appointments_check2 CHECK (end_at > start_at),
    ADD CONSTRAINT appointments_check3 CHECK (charged_minor = list_price_minor - discount_minor),
    ADD CONSTRAINT appointments_check4 CHECK (deposit_minor BETWEEN 0 AND charged_minor),
    ADD CONSTRAINT appointments_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    ADD CONSTRAINT appointments_discount_by_check CHECK (length(discount_by) BETWEEN 1 AND 200),
    ADD CONSTRAINT appointments_discount_comes_from_somewhere CHECK ((discount_source IS NULL) = (discount_by IS NULL)),
    ADD CONSTRAINT appointments_discount_has_a_reason CHECK (discount_source IS NULL OR discount_reason IS NOT NULL),
    ADD CONSTRAINT appointments_discount_minor_check CHECK (discount_minor >= 0),
    ADD CONSTRAINT appointments_discount_source_check CHECK (discount_source IN ('hand', 'promotion', 'package')),
    ADD CONSTRAINT appointments_end_needs_start CHECK (actual_end_at IS NULL OR actual_start_at IS NOT NULL),
    ADD CONSTRAINT appointments_fee_minor_check CHECK (fee_minor >= 0),
    ADD CONSTRAINT appointments_list_price_minor_check CHECK (list_price_minor >= 0),
    ADD CONSTRAINT appointments_staff_notes_check CHECK (length(staff_notes) <= 4000),
    ADD CONSTRAINT appointments_state_check CHECK (state IN ('requested', 'held', 'confirmed', 'checked_in',
        'in_progress', 'completed', 'expired', 'declined', 'cancelled_by_customer', 'cancelled_by_business', 'no_show')),
    ADD CONSTRAINT appointments_tip_amount_check CHECK (tip_amount >= 0);
DROP FUNCTION appointments_sound(appointments);

CREATE OR REPLACE FUNCTION ratiba_current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN current_setting('ratiba.current_tenant', true) LIKE '________-____-____-____-____________'
            AND translate(current_setting('ratiba.current_tenant', true), '-0123456789abcdefABCDEF', '') = ''
            AND length(translate(current_setting('ratiba.current_tenant', true), '-', '')) = 32
        THEN current_setting('ratiba.current_tenant', true)::uuid
    END
$$;
