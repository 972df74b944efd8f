-- Money comes by a prompt, by a hosted page, over the counter and from the customer's credit. The words of all ways are
-- here together.
ALTER TABLE payment_attempts
    DROP CONSTRAINT payment_attempts_provider_check,
    ADD CONSTRAINT payment_attempts_provider_check CHECK (provider IN ('mpesa', 'pesapal', 'cash', 'credit')),
    DROP CONSTRAINT payment_attempts_evidence_check,
    ADD CONSTRAINT payment_attempts_evidence_check CHECK (evidence IN ('push_answer', 'query', 'callback', 'counter',
        'person', 'confirmation', 'status', 'statement', 'account')),
    -- Who of the business asked for it or took it.
    ADD COLUMN made_by text CHECK (length(made_by) BETWEEN 1 AND 200),
    -- What was ordered with the request key over the API, as a hash: the same key with another order is refused.
    ADD COLUMN fingerprint bytea CHECK (octet_length(fingerprint) = 32),
    -- A prompt goes to somebody, and cash was never submitted to anybody.
    ADD CONSTRAINT payment_attempts_prompted CHECK (provider <> 'mpesa' OR sent_at IS NULL OR payer_phone IS NOT NULL),
    ADD CONSTRAINT payment_attempts_counted CHECK (provider <> 'cash' OR state = 'paid' AND sent_at IS NULL
        AND made_by IS NOT NULL);
