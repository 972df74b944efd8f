-- One month of completed appointments, spread over the hundred businesses. Run as an administrator. Variables: month (its
-- first day), count.
SET session_replication_role = replica;
CREATE TEMPORARY TABLE done AS
SELECT n, (n % 100)::integer AS t, (n / 100)::integer AS k,
    (:'month'::date + (n::float8 / :count) * (:'month'::date + interval '1 month' - :'month'::date - interval '2 hours'))
        AT TIME ZONE 'Africa/Nairobi' AS starts,
    limits.numbered(to_char(:'month'::date, 'YYMM'), n::integer) AS id
FROM generate_series(0, :count - 1) AS n;

INSERT INTO visits (tenant_id, id, customer_id, created_at)
SELECT limits.closing(t), id, limits.customer(k % 5000), starts - interval '3 days' FROM done ORDER BY n;

-- One in four has no recorded end, one in five a discount, one in ten a tip.
INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state, state_at, start_at, end_at,
    channel, staff_requested, currency, list_price_minor, discount_minor, discount_reason, charged_minor, tax_basis_points,
    product_cost_minor, plan, created_at, actual_start_at, actual_end_at, tip_amount)
SELECT limits.closing(t), id, id, limits.customer(k % 5000), limits.closing_service(t, k % 8), limits.closing_staff(t, k % 10),
    'completed', starts + interval '1 hour', starts, starts + interval '1 hour', 'desk', k % 3 = 0, 'KES',
    350000 + k % 7 * 10000, CASE WHEN k % 5 = 0 THEN 35000 ELSE 0 END, CASE WHEN k % 5 = 0 THEN 'guest' END,
    350000 + k % 7 * 10000 - CASE WHEN k % 5 = 0 THEN 35000 ELSE 0 END, 1600, 20000,
    '{"recipe": {"segments": [{"minutes": 60, "staff": true, "resource_kind": null, "client": true}],
        "buffers": {"before": 0, "after": 0}}, "claims": []}',
    starts - interval '3 days', CASE WHEN k % 4 > 0 THEN starts END, CASE WHEN k % 4 > 0 THEN starts + interval '55 minutes' END,
    CASE WHEN k % 10 = 0 THEN 200 END
FROM done ORDER BY n;

-- One in twenty was rendered by two.
INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position, share_basis_points)
SELECT limits.closing(t), id, limits.closing_staff(t, (k + place) % 10), place, CASE WHEN k % 40 = 0 THEN 6000 - 2000 * place END
FROM done, generate_series(0, 1) AS place WHERE k % 20 = 0 ORDER BY n;

VACUUM ANALYZE visits;
VACUUM ANALYZE appointments;
VACUUM ANALYZE appointment_staff;
CHECKPOINT;
