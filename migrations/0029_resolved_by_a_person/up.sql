-- Who ended an attempt that was in review, when and why. It stays if a provider's message moves the attempt on later.
ALTER TABLE payment_attempts
    ADD COLUMN resolved_by text CHECK (length(resolved_by) BETWEEN 1 AND 200),
    ADD COLUMN resolved_reason text CHECK (length(resolved_reason) BETWEEN 1 AND 200),
    ADD COLUMN resolved_at timestamptz,
    ADD CONSTRAINT payment_attempts_resolved CHECK ((resolved_by IS NULL) = (resolved_at IS NULL)
        AND (resolved_by IS NULL) = (resolved_reason IS NULL)),
    -- What rests on a person's word names the person.
    ADD CONSTRAINT payment_attempts_persons_word CHECK (evidence IS DISTINCT FROM 'person' OR resolved_by IS NOT NULL);
