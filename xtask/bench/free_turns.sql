-- Times that can be booked, each of them once, in an order that jumps between people and days: person, service and
-- start. From 30 days ahead on, so that the searched diaries stay as they are. Run as an administrator.
-- Variables: tenant, today, wanted (how many at most).
SELECT limits.staff(staff), limits.service(staff / 10),
    to_char(limits.turn_starts(:'today'::date, ahead, turn) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM generate_series(30, 364) AS ahead, generate_series(0, 199) AS staff, generate_series(0, 7) AS turn
WHERE NOT limits.taken(ahead, staff, turn)
    AND NOT EXISTS (SELECT FROM holidays h WHERE h.tenant_id = :'tenant' AND h.day = :'today'::date + ahead)
ORDER BY hashint8extended(ahead::bigint * 10000 + staff * 10 + turn, 7)
LIMIT :wanted;
