-- The staged diaries as teams and claims. Run as an administrator. Variables: tenant.
SET session_replication_role = replica;
SELECT stage.strip('appointment_staff'), stage.strip('engagements') \g /dev/null

INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
SELECT :'tenant', stage.id('appointment', n, made), limits.staff(staff), 0
FROM stage.diary ORDER BY n;

INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, buffer_after_minutes, purpose,
    appointment_id, load_minutes)
SELECT :'tenant', stage.id('engagement', n, made), 'staff', limits.staff(staff), starts,
    starts + interval '70 minutes', 10, 'appointment', stage.id('appointment', n, made),
    -- Who was asked for by name is not given less of the other work for it.
    CASE WHEN n % 3 = 0 THEN 0 ELSE 60 END
FROM stage.diary ORDER BY n;

SELECT stage.dress('appointment_staff'), stage.dress('engagements') \g /dev/null
VACUUM ANALYZE appointment_staff;
VACUUM ANALYZE engagements;
