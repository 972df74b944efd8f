-- Whose money a letter tells of that was matched or went back, as far as it could be read: an attempt of which only a
-- query knows that it is paid has no number by which both could be compared. And where nobody can read the letter, how
-- the one who decided knew.
ALTER TABLE payment_callbacks_unrouted
    ADD COLUMN told_tracking text CHECK (length(told_tracking) BETWEEN 1 AND 128),
    ADD COLUMN told_request text CHECK (length(told_request) BETWEEN 1 AND 128),
    ADD COLUMN told_account text CHECK (length(told_account) BETWEEN 1 AND 12),
    ADD COLUMN told_currency text CHECK (length(told_currency) = 3),
    ADD COLUMN told_minor bigint,
    ADD COLUMN told_at timestamptz,
    ADD COLUMN known_from text CHECK (length(known_from) BETWEEN 1 AND 200),
    ADD CONSTRAINT payment_callbacks_unrouted_told CHECK (
        (state IN ('matched', 'refunded') OR (told_tracking IS NULL AND told_account IS NULL AND known_from IS NULL))
        AND (told_request IS NULL OR told_tracking IS NOT NULL)
        AND (told_account IS NULL) = (told_minor IS NULL) AND (told_account IS NULL) = (told_currency IS NULL)
        AND (told_at IS NULL OR told_account IS NOT NULL) AND num_nonnulls(told_tracking, told_account) <= 1);
CREATE INDEX payment_callbacks_unrouted_told_tracking ON payment_callbacks_unrouted (tenant_id, told_tracking)
    WHERE told_tracking IS NOT NULL;
CREATE INDEX payment_callbacks_unrouted_told_account ON payment_callbacks_unrouted (tenant_id, told_account)
    WHERE told_account IS NOT NULL;
