-- What held when a month was frozen: names, zone and guarantee. NULL in what a program of before froze meanwhile.
ALTER TABLE commission_period ADD COLUMN terms jsonb;

-- What was frozen before has those of today, which are the earliest that are known, and keeps them from now on.
ALTER TABLE tenant_settings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE staff NO FORCE ROW LEVEL SECURITY;
ALTER TABLE commission_period NO FORCE ROW LEVEL SECURITY;
ALTER TABLE commission_period DISABLE TRIGGER commission_period_frozen;
UPDATE commission_period p SET terms = jsonb_build_object('business', t.business_name, 'name', s.name, 'zone', t.zone,
    'guarantee', t.commission -> 'guarantees' -> p.staff_id::text)
FROM tenant_settings t, staff s
WHERE t.tenant_id = p.tenant_id AND s.tenant_id = p.tenant_id AND s.id = p.staff_id;
ALTER TABLE commission_period ENABLE TRIGGER commission_period_frozen;
ALTER TABLE commission_period FORCE ROW LEVEL SECURITY;
ALTER TABLE staff FORCE ROW LEVEL SECURITY;
ALTER TABLE tenant_settings FORCE ROW LEVEL SECURITY;
