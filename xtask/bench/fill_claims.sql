-- The staged diaries as teams and claims. Run as an administrator. Variables: tenant.
SET session_replication_role = replica;
SELECT stage.strip('appointment_staff'), stage.strip('engagements') \g /dev/null

INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
SELECT :'tenant', stage.id('appointment', n, starts - interval '3 days'), limits.staff(staff), 0
FROM stage.diary ORDER BY n;

INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, buffer_after_minutes, purpose,
    appointment_id)
SELECT :'tenant', stage.id('engagement', n, starts - interval '3 days'), 'staff', limits.staff(staff), starts,
    starts + interval '70 minutes', 10, 'appointment', stage.id('appointment', n, starts - interval '3 days')
FROM stage.diary ORDER BY n;

SELECT stage.dress('appointment_staff'), stage.dress('engagements') \g /dev/null
VACUUM ANALYZE appointment_staff;
VACUUM ANALYZE engagements;
