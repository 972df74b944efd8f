-- A person can take back that a letter was matched: which payment it was for stays on record, and what the attempt brings
-- after that is posted under a cause of its own.
ALTER TABLE dead_letters_taken_back ADD COLUMN payment_id uuid,
    ADD FOREIGN KEY (tenant_id, payment_id) REFERENCES payments;
ALTER TABLE payment_attempts ADD COLUMN taken_back smallint NOT NULL DEFAULT 0 CHECK (taken_back BETWEEN 0 AND 255);
