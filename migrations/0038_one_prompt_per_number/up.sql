-- A number takes one prompt at a time, whatever it is for: M-Pesa locks the line meanwhile. Where two are out at this very
-- moment the index cannot be made; both are over within an hour.
CREATE UNIQUE INDEX payment_attempts_one_of_number ON payment_attempts (tenant_id, payer_phone)
    WHERE provider = 'mpesa' AND state IN ('created', 'sent', 'awaiting_customer', 'unknown');
-- When a number was prompted last.
CREATE INDEX payment_attempts_prompts ON payment_attempts (tenant_id, payer_phone, sent_at) WHERE provider = 'mpesa';
