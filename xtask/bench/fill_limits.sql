-- The staged diaries as the claims of the limit's own table. Run as an administrator. Variables: tenant.
SELECT stage.strip('limits.bookings') \g /dev/null

INSERT INTO limits.bookings (tenant_id, id, staff_id, starts_at, ends_at)
SELECT :'tenant', stage.id('engagement', n, made), limits.staff(staff), starts,
    starts + interval '70 minutes'
FROM stage.diary ORDER BY n;

SELECT stage.dress('limits.bookings') \g /dev/null
VACUUM ANALYZE limits.bookings;
