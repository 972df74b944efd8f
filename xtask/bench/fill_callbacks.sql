-- Visits that wait for their deposits, each with a prompt on a telephone. Their times lie beyond all diaries, and they are
-- held for good. Run as an administrator. Variables: tenant, today (local date), count.
-- Which of the visits of those numbers are confirmed, in one line: by one look into the index each.
CREATE FUNCTION limits.confirmed(tenant uuid, numbers integer[]) RETURNS text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN (SELECT coalesce(string_agg(n::text, ' '), '') FROM unnest(numbers) AS n
        CROSS JOIN LATERAL (SELECT FROM appointments a
            WHERE a.tenant_id = tenant AND a.id = limits.numbered('b100', n) AND a.state = 'confirmed' LIMIT 1) AS come);
END
$$;

SET session_replication_role = replica;
CREATE TEMPORARY TABLE waiting AS
SELECT n, (n % 200)::integer AS staff,
    limits.turn_starts(:'today'::date, (500 + n / 1600)::integer, (n / 200 % 8)::integer) AS starts,
    :'today'::date - interval '1 hour' AS made
FROM generate_series(0, :count - 1) AS n;

INSERT INTO visits (tenant_id, id, customer_id, created_at)
SELECT :'tenant', limits.numbered('b000', n), limits.customer(n % 5000), made FROM waiting;

INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state, state_at, hold_expires_at,
    start_at, end_at, channel, staff_requested, currency, list_price_minor, charged_minor, deposit_minor, plan, created_at)
SELECT :'tenant', limits.numbered('b100', n), limits.numbered('b000', n), limits.customer(n % 5000),
    limits.service(staff / 10), limits.staff(staff), 'held', made, '2100-01-01', starts, starts + interval '1 hour', 'chat',
    true, 'KES', 350000, 350000, 50000,
    jsonb_build_object(
        'recipe', jsonb '{"segments": [{"minutes": 60, "staff": true, "resource_kind": null, "client": true}],
            "buffers": {"before": 0, "after": 10}}',
        'claims', jsonb_build_array(jsonb_build_object(
            'subject', jsonb_build_object('staff', limits.staff(staff)),
            'range', jsonb_build_object('start', starts, 'end', starts + interval '70 minutes'),
            'before', 0, 'after', 10, 'buffers', 'stacked'))),
    made
FROM waiting;

INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, buffer_after_minutes, purpose,
    appointment_id, load_minutes, held_until)
SELECT :'tenant', limits.numbered('b200', n), 'staff', limits.staff(staff), starts, starts + interval '70 minutes', 10,
    'appointment', limits.numbered('b100', n), 0, '2100-01-01'
FROM waiting;

INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at, account_reference, currency,
    due_minor, created_at)
SELECT :'tenant', limits.numbered('b300', n), limits.numbered('b000', n), limits.customer(n % 5000), 'deposit', 'open',
    made, 'B' || upper(lpad(to_hex(n), 11, '0')), 'KES', 50000, made
FROM waiting;

INSERT INTO payment_attempts (tenant_id, id, payment_id, provider, merchant_reference, request_key, payer_phone, currency,
    amount_minor, state, state_at, provider_request_id, provider_checkout_id, created_at, sent_at)
SELECT :'tenant', limits.numbered('b400', n), limits.numbered('b300', n), 'mpesa', 'bench-' || n, 'bench-' || n,
    '+25471' || lpad(n::text, 7, '0'), 'KES', 50000, 'awaiting_customer', made, 'bench-' || n,
    'ws_CO_bench_' || n, made, made
FROM waiting;

-- Each was asked once before and typed the wrong PIN; what M-Pesa said of that is on record.
INSERT INTO payment_attempts (tenant_id, id, payment_id, provider, merchant_reference, request_key, payer_phone, currency,
    amount_minor, state, state_at, reason, provider_code, evidence, provider_request_id, provider_checkout_id, created_at, sent_at)
SELECT :'tenant', limits.numbered('b500', n), limits.numbered('b300', n), 'mpesa', 'first-' || n, 'first-' || n,
    '+25471' || lpad(n::text, 7, '0'), 'KES', 50000, 'failed', made, 'wrong_pin', '2001', 'callback', 'first-' || n,
    'ws_CO_first_' || n, made, made
FROM waiting;

INSERT INTO payment_callbacks (tenant_id, id, attempt_id, provider, body, source_address, received_at, applied_at, outcome)
SELECT :'tenant', limits.numbered('b600', n), limits.numbered('b500', n), 'mpesa',
    convert_to(format('{"Body":{"stkCallback":{"MerchantRequestID":"first-%s","CheckoutRequestID":"ws_CO_first_%s",'
        '"ResultCode":2001,"ResultDesc":"The initiator information is invalid."}}}', n, n), 'UTF8'),
    '127.0.0.1', made, made, 'applied'
FROM waiting;

INSERT INTO payment_routing (key_kind, key_hash, tenant_id, payment_id, attempt_id, expires_at)
SELECT 'callback_token', sha256(lpad(to_hex(n), 64, '0')::bytea), :'tenant', limits.numbered('b300', n),
    limits.numbered('b400', n), '2100-01-01'
FROM waiting;

VACUUM ANALYZE visits;
VACUUM ANALYZE appointments;
VACUUM ANALYZE engagements;
VACUUM ANALYZE payments;
VACUUM ANALYZE payment_attempts;
VACUUM ANALYZE payment_callbacks;
VACUUM ANALYZE payment_routing;
CHECKPOINT;
