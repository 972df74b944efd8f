-- C+L: what each was paid for a month by the rate of the day, and a line for each appointment, in one transaction. Run as an
-- administrator. Variables: month (its first day).
BEGIN;
INSERT INTO limits.commission_line
SELECT a.tenant_id, :'month'::date, a.id, r.id, a.charged_minor, r.rate_basis_points,
    (a.charged_minor * r.rate_basis_points + 5000) / 10000
FROM appointments a
JOIN limits.rates r ON r.tenant_id = a.tenant_id AND r.staff_id = a.staff_id
    AND (a.end_at AT TIME ZONE 'Africa/Nairobi')::date >= r.valid_from
    AND (a.end_at AT TIME ZONE 'Africa/Nairobi')::date < r.valid_to
WHERE a.state = 'completed'
    AND a.end_at >= :'month'::timestamp AT TIME ZONE 'Africa/Nairobi'
    AND a.end_at < (:'month'::timestamp + interval '1 month') AT TIME ZONE 'Africa/Nairobi';
INSERT INTO limits.commission
SELECT l.tenant_id, a.staff_id, l.period_start, sum(l.amount_minor), count(*)
FROM limits.commission_line l
JOIN appointments a ON a.tenant_id = l.tenant_id AND a.id = l.appointment_id
WHERE l.period_start = :'month'::date
GROUP BY l.tenant_id, a.staff_id, l.period_start;
COMMIT;
SELECT count(*) FROM limits.commission_line WHERE period_start = :'month'::date;
