-- The staged diaries as visits and appointments. Run as an administrator. Variables: tenant.
-- Foreign keys are not looked up row by row: every row that is pointed at is made from the same stage.
SET session_replication_role = replica;
SELECT stage.strip('visits'), stage.strip('appointments') \g /dev/null

INSERT INTO visits (tenant_id, id, customer_id, created_at)
SELECT :'tenant', stage.id('visit', n, made), limits.customer((n % 5000)::integer), made
FROM stage.diary ORDER BY n;

INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state, state_at, start_at, end_at,
    channel, staff_requested, currency, list_price_minor, charged_minor, plan, created_at,
    actual_start_at, actual_end_at)
SELECT :'tenant', stage.id('appointment', n, made),
    stage.id('visit', n, made), limits.customer((n % 5000)::integer),
    limits.service(staff / 10), limits.staff(staff),
    CASE WHEN past THEN 'completed' ELSE 'confirmed' END,
    CASE WHEN past THEN starts + interval '1 hour' ELSE made END,
    starts, starts + interval '1 hour', 'desk', n % 3 = 0, 'KES', 350000, 350000,
    jsonb_build_object(
        'recipe', jsonb '{"segments": [{"minutes": 60, "staff": true, "resource_kind": null, "client": true}],
            "buffers": {"before": 0, "after": 10}}',
        'claims', jsonb_build_array(jsonb_build_object(
            'subject', jsonb_build_object('staff', limits.staff(staff)),
            'range', jsonb_build_object('start', starts, 'end', starts + interval '70 minutes'),
            'before', 0, 'after', 10, 'buffers', 'stacked'))),
    made,
    CASE WHEN past THEN starts END, CASE WHEN past THEN starts + interval '1 hour' END
FROM stage.diary ORDER BY n;

SELECT stage.dress('visits'), stage.dress('appointments') \g /dev/null
VACUUM ANALYZE visits;
VACUUM ANALYZE appointments;
