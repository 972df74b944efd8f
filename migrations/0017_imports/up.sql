-- Rows from elsewhere on their way in: kept while a person looks at them, forgotten once they are applied.
CREATE TABLE imports (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('catalogue', 'customers', 'bookings')),
    state text NOT NULL CHECK (state IN ('in_review', 'applied', 'discarded')),
    -- When the state was entered.
    state_at timestamptz NOT NULL,
    -- The drafts in order; a row is named by its place.
    rows jsonb NOT NULL CHECK (jsonb_typeof(rows) = 'array' AND octet_length(rows::text) <= 4000000),
    -- What was not taken for a row.
    ignored jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(ignored) = 'array' AND octet_length(ignored::text) <= 4000000),
    -- Names and numbers are kept no longer than they are needed.
    CHECK (state = 'in_review' OR (rows = '[]' AND ignored = '[]')),
    created_count integer CHECK (created_count >= 0),
    known_count integer CHECK (known_count >= 0),
    CHECK ((state = 'applied') = (created_count IS NOT NULL) AND (state = 'applied') = (known_count IS NOT NULL)),
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX imports_in_review ON imports (tenant_id, id) WHERE state = 'in_review';
SELECT ratiba_protect('imports', 'SELECT, INSERT, UPDATE');

-- Visits that were promised, and perhaps paid for, before the business came here: nothing is asked for them again.
CREATE TABLE visits_from_elsewhere (
    tenant_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    import_id uuid NOT NULL,
    row_number smallint NOT NULL CHECK (row_number > 0),
    paid_minor bigint NOT NULL CHECK (paid_minor >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    PRIMARY KEY (tenant_id, visit_id),
    FOREIGN KEY (tenant_id, visit_id) REFERENCES visits,
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports
);
SELECT ratiba_protect('visits_from_elsewhere', 'SELECT, INSERT');

ALTER TABLE services ADD COLUMN description text CHECK (length(description) BETWEEN 1 AND 500);

-- Who changes a customer names the version that was read; whoever else changes what is shown raises it.
ALTER TABLE customers ADD COLUMN version integer NOT NULL DEFAULT 1;

CREATE FUNCTION ratiba_customer_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER customers_version BEFORE UPDATE ON customers FOR EACH ROW
    WHEN ((OLD.name, OLD.language, OLD.phone, OLD.opted_out_at)
        IS DISTINCT FROM (NEW.name, NEW.language, NEW.phone, NEW.opted_out_at))
    EXECUTE FUNCTION ratiba_customer_changes();

-- The words of a text without case, accents and punctuation. What is searched for goes through it as well.
CREATE FUNCTION ratiba_search_words(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT word COLLATE "C"), '{}')
    FROM regexp_split_to_table(
        lower(translate(translate(normalize(words, NFC), '''’', ''),
            'ÀÁÂÃÄÅĀĂĄàáâãäåāăąÇĆČçćčĎďÈÉÊËĒĖĘĚèéêëēėęěĞğÌÍÎÏĪĮìíîïīįŁłÑŃŇñńňÒÓÔÕÖØŌŐòóôõöøōőŘřŚŞŠśşšŤťÙÚÛÜŪŮŰùúûüūůűÝýÿŹŻŽźżž',
            'AAAAAAAAAaaaaaaaaaCCCcccDdEEEEEEEEeeeeeeeeGgIIIIIIiiiiiiLlNNNnnnOOOOOOOOooooooooRrSSSsssTtUUUUUUUuuuuuuuYyyZZZzzz')),
        '[[:space:]!-/:-@[-`{-~]+') AS word
    WHERE word <> ''
$$;

-- The beginnings by which customers are found, kept by the database whoever writes a customer. Plain comparisons are
-- leakproof, so the index serves them under row-level security, which it would not for LIKE.
CREATE TABLE customer_words (
    tenant_id uuid NOT NULL,
    word text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, word, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers ON DELETE CASCADE
);
CREATE INDEX customer_words_of ON customer_words (tenant_id, customer_id);

-- The words of the name, and the number as it is written abroad and at home.
CREATE FUNCTION ratiba_customer_words(name text, phone text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ratiba_search_words(coalesce(name, '') || ' ' || coalesce(substr(phone, 2), '')
        || CASE WHEN phone LIKE '+254%' THEN ' ' || substr(phone, 5) || ' 0' || substr(phone, 5) ELSE '' END)
$$;

CREATE FUNCTION ratiba_index_customer() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wanted text[] := ratiba_customer_words(NEW.name, NEW.phone);
BEGIN
    DELETE FROM customer_words w
        WHERE w.tenant_id = NEW.tenant_id AND w.customer_id = NEW.id AND w.word <> ALL (wanted);
    INSERT INTO customer_words (tenant_id, word, customer_id)
        SELECT NEW.tenant_id, word, NEW.id FROM unnest(wanted) AS word
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER customers_words_new AFTER INSERT ON customers FOR EACH ROW
    EXECUTE FUNCTION ratiba_index_customer();
CREATE TRIGGER customers_words_changed AFTER UPDATE ON customers FOR EACH ROW
    WHEN ((OLD.name, OLD.phone) IS DISTINCT FROM (NEW.name, NEW.phone))
    EXECUTE FUNCTION ratiba_index_customer();

-- The owner sees no rows either while row-level security is forced.
ALTER TABLE customers NO FORCE ROW LEVEL SECURITY;
INSERT INTO customer_words (tenant_id, word, customer_id)
    SELECT c.tenant_id, word, c.id FROM customers c, unnest(ratiba_customer_words(c.name, c.phone)) AS word;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
SELECT ratiba_protect('customer_words', 'SELECT, INSERT, DELETE');
