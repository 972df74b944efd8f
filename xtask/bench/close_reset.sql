-- As if nothing had been frozen. Run as an administrator.
TRUNCATE limits.commission, limits.commission_line;
TRUNCATE commission_line, commission_period, commission_draft CASCADE;
VACUUM ANALYZE commission_line;
CHECKPOINT;
