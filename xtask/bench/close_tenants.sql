-- A hundred businesses of ten people each, with rules of every type, and the least tables that a close can write. Run as an
-- administrator. Variables: tenant (the one whose settings they have).
SET session_replication_role = replica;
CREATE FUNCTION limits.closing(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN limits.numbered('c000', n);
CREATE FUNCTION limits.closing_staff(t integer, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN limits.numbered('c100', t * 100 + n);
CREATE FUNCTION limits.closing_service(t integer, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN limits.numbered('c200', t * 100 + n);

INSERT INTO tenants (id, state, created_at)
SELECT limits.closing(t), 'active', '2025-01-01' FROM generate_series(0, 99) AS t;
-- They freeze by themselves, whatever the tenant does whose settings they have.
INSERT INTO tenant_settings
SELECT (jsonb_populate_record(s, jsonb_build_object('tenant_id', limits.closing(t), 'commission', jsonb '{}'))).*
FROM tenant_settings s, generate_series(0, 99) AS t WHERE s.tenant_id = :'tenant';

INSERT INTO services (tenant_id, id, name, category, price_minor, currency, segments, product_cost_minor)
SELECT limits.closing(t), limits.closing_service(t, n), 'Treatment ' || n,
    (ARRAY['massage', 'facial', 'nails', 'hair'])[1 + n % 4], 350000, 'KES',
    '[{"minutes": 60, "staff": true, "resource_kind": null, "client": true}]', 20000
FROM generate_series(0, 99) AS t, generate_series(0, 7) AS n;
INSERT INTO staff (tenant_id, id, name)
SELECT limits.closing(t), limits.closing_staff(t, n), 'Therapist ' || n
FROM generate_series(0, 99) AS t, generate_series(0, 9) AS n;

-- For each family of services another type, one of them changed in the middle of every year; two people have rules of
-- their own.
INSERT INTO commission_rules (tenant_id, id, staff_id, service_category, rule_type, value, valid_from, valid_to)
SELECT limits.closing(t), limits.numbered('c300', t * 100 + place::integer),
    CASE WHEN staff IS NOT NULL THEN limits.closing_staff(t, staff) END, category, rule_type, value::jsonb,
    valid_from, valid_to
FROM generate_series(0, 99) AS t, (VALUES
    (1, NULL::integer, 'massage', 'pct', '{"rate_basis_points": 4000}', date '2020-01-01', NULL::date),
    (2, NULL, 'facial', 'pct', '{"rate_basis_points": 3500,
        "base": {"start": "list_price", "subtract": ["discount", "product_cost"]}}', '2020-01-01', NULL),
    (3, NULL, 'nails', 'tiered', '{"method": "marginal", "measure": "revenue", "measure_scope": "rule",
        "tiers": [{"floor": 0, "rate_basis_points": 3000}, {"floor": 5000000, "rate_basis_points": 3500},
            {"floor": 20000000, "rate_basis_points": 4000}]}', '2020-01-01', NULL),
    (4, NULL, 'hair', 'fixed', '{"amount_minor": 30000}', '2020-01-01', NULL),
    (5, 0, NULL, 'pct', '{"rate_basis_points": 3000, "overrides": {"categories": {"massage": 4500}}}', '2020-01-01',
        NULL),
    (6, 1, NULL, 'tiered', '{"method": "retroactive", "measure": "count", "measure_scope": "all",
        "tiers": [{"floor": 0, "rate_basis_points": 2500}, {"floor": 200, "rate_basis_points": 3000}]}', '2020-01-01',
        NULL)
) AS rules (place, staff, category, rule_type, value, valid_from, valid_to);

-- Beside it: dated rates of people, what each is paid, and a line for each appointment.
CREATE TABLE limits.rates (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    rate_basis_points integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO limits.rates
SELECT limits.closing(t), gen_random_uuid(), limits.closing_staff(t, n), make_date(year, half * 6 + 1, 1),
    make_date(year, half * 6 + 1, 1) + interval '6 months', 3000 + 100 * n
FROM generate_series(0, 99) AS t, generate_series(0, 9) AS n, generate_series(2024, 2030) AS year, generate_series(0, 1) AS half;
CREATE TABLE limits.commission (
    tenant_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    period_start date NOT NULL,
    commission_minor bigint NOT NULL,
    services integer NOT NULL,
    PRIMARY KEY (tenant_id, staff_id, period_start)
);
CREATE TABLE limits.commission_line (
    tenant_id uuid NOT NULL,
    period_start date NOT NULL,
    appointment_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    base_minor bigint NOT NULL,
    rate_basis_points integer NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (tenant_id, period_start, appointment_id)
);
ANALYZE;
