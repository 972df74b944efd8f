-- Bookings that are made at the same time are written together: what a statement costs besides its rows is paid once
-- for all of them. The order of the rows, the locks and the answers are the same as for one.
DROP FUNCTION ratiba_book(uuid, bigint, jsonb);

-- Plain new visits of one tenant, all of them in one call: all their claims, which decide, and for every visit that has
-- all of its own its row, its appointments, who renders them where that is more than one, what happened and what is
-- due. The documents have the columns of the tables as keys, and `of` says which visit a row belongs to, counted from
-- 0. The claims are sorted already, across all visits, and inserted in that order, as everybody's are.
--
-- `answers` has a word for each visit, in their order: `booked`; `setup`, for all of them, where the caller decided on
-- another setup than the one in force; or, where none of its claims was made, why. Where only some of a visit's claims
-- were made, or a visit has its id or key, the call ends itself and with it what it wrote. The lock on the setup lasts
-- until the statement's transaction ends.
CREATE FUNCTION ratiba_book(tenant uuid, decided_on bigint, bookings jsonb, OUT answers text[])
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

-- The places of the visits of which no claim was made, where the claims of others were. Ends the statement if a visit
-- has some of its claims and not all.
CREATE FUNCTION ratiba_visits_without_claims(tenant uuid, claims jsonb) RETURNS integer[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    ids uuid[] := ARRAY(SELECT (c->>'id')::uuid FROM jsonb_array_elements(claims) c);
    found uuid[] := ARRAY(SELECT e.id FROM engagements e WHERE e.tenant_id = tenant AND e.id = ANY (ids));
    lost integer[];
    torn boolean;
BEGIN
    SELECT array_agg(v.place ORDER BY v.place), bool_or(v.made > 0) INTO lost, torn
    FROM (SELECT (c->>'of')::integer AS place, count(*) AS wanted,
            count(*) FILTER (WHERE (c->>'id')::uuid = ANY (found)) AS made
        FROM jsonb_array_elements(claims) c
        GROUP BY 1) v
    WHERE v.made < v.wanted;
    IF torn THEN
        RAISE EXCEPTION 'ratiba: not booked' USING ERRCODE = 'RB001';
    END IF;
    RETURN lost;
END
$$;

-- As before, but for the payload: its size as it is stored, and not as a text that is written for this alone.
CREATE OR REPLACE FUNCTION jobs_sound(j jobs) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN length(j.kind) BETWEEN 1 AND 64
        AND pg_column_size(j.payload) <= 4096
        AND j.state IN ('ready', 'running', 'dead')
        AND (j.state = 'running') = (j.lease_until IS NOT NULL);
END
$$;

-- The rules of a visit's row in one function as well.
CREATE FUNCTION visits_sound(v visits) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN length(v.hold_key) BETWEEN 1 AND 200 IS NOT FALSE
        AND v.reminded <@ ARRAY['day_ahead', 'hours_ahead']
        AND v.accepted_by IN ('customer', 'business') IS NOT FALSE
        AND octet_length(v.order_fingerprint) = 32 IS NOT FALSE;
END
$$;
ALTER TABLE visits
    DROP CONSTRAINT visits_hold_key_check,
    DROP CONSTRAINT visits_reminded_check,
    DROP CONSTRAINT visits_accepted_by_check,
    DROP CONSTRAINT visits_order_fingerprint_check,
    ADD CONSTRAINT visits_sound CHECK (visits_sound(visits));

-- As before, but whatever the planner believes of how many rows there are, it looks into the index once for each claim.
CREATE OR REPLACE FUNCTION ratiba_why_not_booked(tenant uuid, visit uuid, key text, claims jsonb, at timestamptz)
RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    claim engagements;
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    IF EXISTS (SELECT FROM visits v WHERE v.tenant_id = tenant AND v.id = visit) THEN
        RETURN 'known';
    END IF;
    IF EXISTS (SELECT FROM visits v WHERE v.tenant_id = tenant AND v.hold_key = key) THEN
        RETURN 'key';
    END IF;
    FOR claim IN SELECT c.* FROM jsonb_populate_recordset(NULL::engagements, claims) c LOOP
        IF EXISTS (SELECT FROM engagements e
            WHERE e.tenant_id = tenant AND e.active AND e.subject_id = claim.subject_id AND e.seat = claim.seat
                AND e.ends_at > claim.starts_at AND e.ends_at < claim.ends_at + interval '36 hours'
                AND e.starts_at < claim.ends_at AND e.held_until <= at)
        THEN
            RETURN 'overdue';
        END IF;
    END LOOP;
    RETURN 'taken';
END
$$;
