ALTER TABLE payment_attempts
    DROP CONSTRAINT payment_attempts_counted,
    DROP CONSTRAINT payment_attempts_prompted,
    DROP COLUMN fingerprint,
    DROP COLUMN made_by,
    DROP CONSTRAINT payment_attempts_evidence_check,
    ADD CONSTRAINT payment_attempts_evidence_check CHECK (evidence IN ('push_answer', 'query', 'callback')),
    DROP CONSTRAINT payment_attempts_provider_check,
    ADD CONSTRAINT payment_attempts_provider_check CHECK (provider IN ('mpesa', 'pesapal', 'cash'));
