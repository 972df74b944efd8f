-- Whether the card provider's last word on the money of a paid attempt is that it went back: each time that this becomes
-- true it is news. Of attempts that were told so before, it is no news.
ALTER TABLE payment_attempts ADD COLUMN reversed boolean NOT NULL DEFAULT false;
ALTER TABLE payment_attempts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE payment_refunds NO FORCE ROW LEVEL SECURITY;
UPDATE payment_attempts a SET reversed = true
WHERE a.provider = 'pesapal' AND a.state = 'paid' AND (a.dispute = 'money_went_back' OR EXISTS (
    SELECT FROM payment_refunds r
    WHERE r.tenant_id = a.tenant_id AND r.way = 'chargeback' AND r.attempt_id = a.id));
ALTER TABLE payment_attempts FORCE ROW LEVEL SECURITY;
ALTER TABLE payment_refunds FORCE ROW LEVEL SECURITY;

-- That a letter means nothing can be taken back as well; nobody named a number with it.
ALTER TABLE dead_letters_taken_back ALTER COLUMN receipt DROP NOT NULL;

-- What a person decided about a line of a statement and took back: the line is open again.
CREATE TABLE mpesa_statement_lines_taken_back (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    line_id uuid NOT NULL,
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    -- What was said.
    state text NOT NULL CHECK (state IN ('refund', 'fee', 'other', 'ignored')),
    said_by text NOT NULL CHECK (length(said_by) BETWEEN 1 AND 200),
    said_reason text NOT NULL CHECK (length(said_reason) BETWEEN 1 AND 200),
    said_at timestamptz NOT NULL,
    -- Who took it back, and why.
    taken_back_by text NOT NULL CHECK (length(taken_back_by) BETWEEN 1 AND 200),
    taken_back_reason text NOT NULL CHECK (length(taken_back_reason) BETWEEN 1 AND 200),
    taken_back_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, request_key),
    FOREIGN KEY (tenant_id, line_id) REFERENCES mpesa_statement_lines
);
CREATE INDEX mpesa_statement_lines_taken_back_of_line ON mpesa_statement_lines_taken_back (tenant_id, line_id, id);
SELECT ratiba_protect('mpesa_statement_lines_taken_back', 'SELECT, INSERT');

-- As before; and what was booked for a line waits for nobody's word once it was taken back.
CREATE OR REPLACE FUNCTION ratiba_waits_for_a_word(of_tenant uuid, cause text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE split_part($2, ':', 1)
        WHEN 'refunded' THEN EXISTS (SELECT FROM payment_refunds r
            WHERE r.tenant_id = of_tenant AND r.id = split_part($2, ':', 2)::uuid AND r.way = 'outside')
        WHEN 'stated' THEN NOT EXISTS (SELECT FROM ledger_journals x
            WHERE x.tenant_id = of_tenant AND x.cause = 'unstated:' || split_part($2, ':', 2) || ':1')
        WHEN 'stated-again' THEN NOT EXISTS (SELECT FROM ledger_journals x
            WHERE x.tenant_id = of_tenant
                AND x.cause = 'unstated:' || split_part($2, ':', 2) || ':' || (split_part($2, ':', 3)::integer + 1))
        ELSE split_part($2, ':', 1) IN ('till-float', 'till-move', 'till-count', 'never-moved', 'paid-out')
    END
$$;
