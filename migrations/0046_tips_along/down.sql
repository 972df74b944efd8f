-- A tip that came along keeps its payment; that it came with another's money is forgotten. So are the tips of prompts
-- that are out: what comes for them is all for the visit.
DROP INDEX payment_attempts_tip_along;
ALTER TABLE payment_attempts
    DROP COLUMN tip_payment_id,
    DROP COLUMN tip_appointment_id,
    DROP COLUMN tip_minor,
    DROP COLUMN tip_shares;
