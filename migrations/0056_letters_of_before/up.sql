-- Letters that were decided by a program of before 0054, which keeps neither whose money a letter tells of nor forgets it
-- when the decision is taken back. Both happens here, for what is on record and for as long as such a program runs.
CREATE FUNCTION ratiba_letter_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said jsonb;
    tracking text;
    request text;
    account text;
    minor bigint;
    moved_at timestamptz;
BEGIN
    IF NEW.state NOT IN ('matched', 'refunded') THEN
        NEW.told_tracking := NULL;
        NEW.told_request := NULL;
        NEW.told_account := NULL;
        NEW.told_currency := NULL;
        NEW.told_minor := NULL;
        NEW.told_at := NULL;
        NEW.known_from := NULL;
        RETURN NEW;
    END IF;
    IF NEW.provider <> 'mpesa' OR num_nonnulls(NEW.told_tracking, NEW.told_account, NEW.known_from) > 0 THEN
        RETURN NEW;
    END IF;
    -- Nothing vouches for what a letter says, nor that it is JSON.
    BEGIN
        said := convert_from(NEW.body, 'UTF8')::jsonb;
        IF btrim(said #>> '{Body,stkCallback,ResultCode}') = '0' THEN
            tracking := nullif(btrim(said #>> '{Body,stkCallback,CheckoutRequestID}'), '');
            request := nullif(btrim(said #>> '{Body,stkCallback,MerchantRequestID}'), '');
        ELSIF said ->> 'TransAmount' ~ '^ *[0-9]{1,12}([.][0-9]{1,2})? *$' AND said ->> 'BillRefNumber' !~ '[^ -~]' THEN
            account := upper(regexp_replace(said ->> 'BillRefNumber', '[^A-Za-z0-9]', '', 'g'));
            minor := ((said ->> 'TransAmount')::numeric * 100)::bigint;
            IF btrim(said ->> 'TransTime') ~ '^[0-9]{14}$' THEN
                moved_at := to_timestamp(btrim(said ->> 'TransTime'), 'YYYYMMDDHH24MISS')::timestamp
                    AT TIME ZONE 'Africa/Nairobi';
            END IF;
        END IF;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN NEW;
    END;
    IF length(tracking) <= 128 THEN
        NEW.told_tracking := tracking;
        NEW.told_request := CASE WHEN length(request) <= 128 THEN request END;
    ELSIF account ~ '^[23456789BCDFGHJKNPQRSTVWXYZ]{10}$' THEN
        NEW.told_account := account;
        NEW.told_currency := 'KES';
        NEW.told_minor := minor;
        NEW.told_at := moved_at;
    END IF;
    -- It did not look whether a query alone told of the same money, which is booked.
    IF OLD.state = 'new' AND NEW.state = 'refunded' AND EXISTS (SELECT FROM payment_attempts a
        WHERE a.tenant_id = NEW.tenant_id AND a.provider = NEW.provider AND a.provider_checkout_id = NEW.told_tracking
            AND a.state = 'paid' AND a.receipt IS NULL)
    THEN
        RAISE EXCEPTION 'ratiba: the money of the letter is booked' USING ERRCODE = 'RB003';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER payment_callbacks_unrouted_told BEFORE UPDATE OF state ON payment_callbacks_unrouted
    FOR EACH ROW EXECUTE FUNCTION ratiba_letter_told();

ALTER TABLE payment_callbacks_unrouted NO FORCE ROW LEVEL SECURITY;
UPDATE payment_callbacks_unrouted SET state = state
WHERE tenant_id IS NOT NULL AND state IN ('matched', 'refunded')
    AND num_nonnulls(told_tracking, told_account, known_from) = 0;
ALTER TABLE payment_callbacks_unrouted FORCE ROW LEVEL SECURITY;
