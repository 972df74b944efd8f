-- Where a part of a visit is cancelled, or a fee is kept, some of what was paid becomes the customer's credit and the rest
-- stays the visit's.
ALTER TABLE payments ADD COLUMN credited_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE payments NO FORCE ROW LEVEL SECURITY;
UPDATE payments SET credited_minor = paid_minor WHERE state = 'credited';
ALTER TABLE payments FORCE ROW LEVEL SECURITY;
ALTER TABLE payments ADD CONSTRAINT payments_credited CHECK (
    credited_minor BETWEEN 0 AND paid_minor AND (state <> 'open' OR credited_minor = 0)
    AND (state = 'credited') = (credited_minor > 0 AND credited_minor = paid_minor)
);
