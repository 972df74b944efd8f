-- The chain that the benchmarks measure, beside the people and services of the demo tenant it belongs to: 20
-- services of an hour (and ten minutes of clean-up), each rendered by 10 of 200 people, no deposit, 5,000 customers.
-- Run as the application, under row-level security. Variables: tenant.
BEGIN;
SELECT set_config('ratiba.current_tenant', :'tenant', true) \g /dev/null

-- The front desk of a chain books a year ahead.
UPDATE tenant_settings
SET booking = booking || '{"horizon_days": {"chat": 60, "web": 60, "desk": 400}}'
WHERE tenant_id = :'tenant';

INSERT INTO services (tenant_id, id, name, category, price_minor, currency, segments, buffer_after_minutes)
SELECT :'tenant', limits.service(n), 'Treatment ' || n, 'massage', 350000, 'KES',
    '[{"minutes": 60, "staff": true, "resource_kind": null, "client": true}]', 10
FROM generate_series(0, 19) AS n;

INSERT INTO staff (tenant_id, id, name)
SELECT :'tenant', limits.staff(n), 'Therapist ' || n FROM generate_series(0, 199) AS n;

INSERT INTO staff_services (tenant_id, staff_id, service_id)
SELECT :'tenant', limits.staff(n), limits.service(n / 10) FROM generate_series(0, 199) AS n;

-- 09:00 to 19:00 on every day of the week.
INSERT INTO staff_hours (tenant_id, id, staff_id, weekday, from_minute, to_minute)
SELECT :'tenant', gen_random_uuid(), limits.staff(n), weekday, 540, 1140
FROM generate_series(0, 199) AS n, generate_series(1, 7) AS weekday;

INSERT INTO customers (tenant_id, id, phone, name, created_at)
SELECT :'tenant', limits.customer(n), '+25479' || lpad(n::text, 7, '0'), 'Customer ' || n, timestamptz '2025-01-01'
FROM generate_series(0, 4999) AS n;
COMMIT;
