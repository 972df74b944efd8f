-- How many visits are on record. Run as an administrator. Variables: tenant.
SELECT count(*) FROM visits WHERE tenant_id = :'tenant';
