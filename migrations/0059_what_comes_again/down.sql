-- What was booked for a line and taken back waits for a word again, on either side.
CREATE OR REPLACE FUNCTION ratiba_waits_for_a_word(of_tenant uuid, cause text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE split_part($2, ':', 1)
        WHEN 'refunded' THEN EXISTS (SELECT FROM payment_refunds r
            WHERE r.tenant_id = of_tenant AND r.id = split_part($2, ':', 2)::uuid AND r.way = 'outside')
        ELSE split_part($2, ':', 1) IN ('till-float', 'till-move', 'till-count', 'stated', 'never-moved', 'paid-out')
    END
$$;
DROP TABLE mpesa_statement_lines_taken_back;
-- That somebody took back that a letter means nothing is not on record before this.
ALTER TABLE dead_letters_taken_back NO FORCE ROW LEVEL SECURITY;
DELETE FROM dead_letters_taken_back WHERE receipt IS NULL;
ALTER TABLE dead_letters_taken_back FORCE ROW LEVEL SECURITY;
ALTER TABLE dead_letters_taken_back ALTER COLUMN receipt SET NOT NULL;
-- A chargeback that was won and comes back is noticed by nobody again.
ALTER TABLE payment_attempts DROP COLUMN reversed;
