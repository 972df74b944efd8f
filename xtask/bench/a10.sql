-- A10: the free time of each of ten people over fourteen days. Variables: tenant, today (local midnight).
\set team random(0, 3)
\set day random(1, 14)
SELECT busy.staff_id, open.hours - busy.ranges AS free
FROM (SELECT range_agg(tstzrange(day + interval '9 hours', day + interval '19 hours')) AS hours
        FROM generate_series(:today::timestamptz + :day::integer * interval '1 day',
            :today::timestamptz + (:day::integer + 13) * interval '1 day', interval '1 day') AS day) AS open,
    (SELECT staff_id, range_agg(tstzrange(starts_at, ends_at)) AS ranges FROM limits.bookings
        WHERE tenant_id = :tenant::uuid
            AND staff_id = ANY (ARRAY(SELECT limits.staff(:team::integer * 10 + i) FROM generate_series(0, 9) AS i))
            AND ends_at > :today::timestamptz + :day::integer * interval '1 day'
            AND starts_at < :today::timestamptz + (:day::integer + 14) * interval '1 day'
        GROUP BY staff_id) AS busy;
