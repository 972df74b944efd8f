-- A10: the free time of each of ten people over fourteen days. Variables as for A1.
\set team random(0, 3)
\set start :today + 86400 * random(1, 14)
SELECT busy.staff_id, open.hours - busy.ranges AS free
FROM (SELECT range_agg(tstzrange(to_timestamp(:start::bigint + day * 86400 + 32400),
            to_timestamp(:start::bigint + day * 86400 + 68400))) AS hours
        FROM generate_series(0, 13) AS day) AS open,
    (SELECT staff_id, range_agg(tstzrange(starts_at, ends_at)) AS ranges FROM limits.bookings
        WHERE tenant_id = :tenant::uuid
            AND staff_id = ANY (ARRAY(SELECT limits.staff(:team::integer * 10 + i) FROM generate_series(0, 9) AS i))
            AND starts_at > to_timestamp(:start::bigint - 86400) AND starts_at < to_timestamp(:start::bigint + 1209600)
            AND ends_at > to_timestamp(:start::bigint)
        GROUP BY staff_id) AS busy;
