-- Whoever writes a rule takes this lock for itself before it looks which months are frozen; whoever freezes takes it together with
-- all others who freeze. So no month is frozen between the look and the rule.
CREATE FUNCTION commission_freezing() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(
        hashtextextended('commission:' || ratiba_current_tenant()::text || ':rules', 0));
    RETURN NULL;
END
$$;
CREATE TRIGGER commission_freezing BEFORE INSERT ON commission_period
    FOR EACH STATEMENT EXECUTE FUNCTION commission_freezing();
