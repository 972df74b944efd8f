-- A1: the free time of one person over seven days: opening hours minus what is busy. Variables: tenant, today
-- (local midnight).
\set staff random(0, 39)
\set day random(1, 14)
SELECT open.hours - coalesce(busy.ranges, '{}') AS free
FROM (SELECT range_agg(tstzrange(day + interval '9 hours', day + interval '19 hours')) AS hours
        FROM generate_series(:today::timestamptz + :day::integer * interval '1 day',
            :today::timestamptz + (:day::integer + 6) * interval '1 day', interval '1 day') AS day) AS open,
    (SELECT range_agg(tstzrange(starts_at, ends_at)) AS ranges FROM limits.bookings
        WHERE tenant_id = :tenant::uuid AND staff_id = limits.staff(:staff::integer)
            AND ends_at > :today::timestamptz + :day::integer * interval '1 day'
            AND starts_at < :today::timestamptz + (:day::integer + 7) * interval '1 day') AS busy;
