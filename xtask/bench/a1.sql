-- A1: the free time of one person over seven days: opening hours minus what is busy. Variables: tenant, today (local
-- midnight in seconds since 1970; there is no clock change where the chain is).
\set staff random(0, 39)
\set start :today + 86400 * random(1, 14)
SELECT open.hours - coalesce(busy.ranges, '{}') AS free
FROM (SELECT range_agg(tstzrange(to_timestamp(:start::bigint + day * 86400 + 32400),
            to_timestamp(:start::bigint + day * 86400 + 68400))) AS hours
        FROM generate_series(0, 6) AS day) AS open,
    (SELECT range_agg(tstzrange(starts_at, ends_at)) AS ranges FROM limits.bookings
        WHERE tenant_id = :tenant::uuid AND staff_id = limits.staff(:staff::integer)
            AND starts_at > to_timestamp(:start::bigint - 86400) AND starts_at < to_timestamp(:start::bigint + 604800)
            AND ends_at > to_timestamp(:start::bigint)) AS busy;
