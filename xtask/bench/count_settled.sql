-- How many of the visits that waited for their deposits have settled payments, and how many are confirmed. Run as an
-- administrator. Variables: tenant.
SELECT (SELECT count(*) FROM payments WHERE tenant_id = :'tenant' AND state = 'settled'),
    (SELECT count(*) FROM appointments WHERE tenant_id = :'tenant' AND state = 'confirmed' AND deposit_minor > 0);
