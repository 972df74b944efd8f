-- Who changed what of money, commission, access and consent, written by the database in the transaction of the change, so that
-- nothing that changes these tables can forget it. See docs/audit.md.
CREATE EXTENSION IF NOT EXISTS pgcrypto;

CREATE TABLE audit_entries (
    tenant_id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    -- The transaction that wrote it: it is sealed when none that began before it is still open.
    xact bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    -- The server's time: no clock that can be moved says when something was done.
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- bookkeeping
    verb text NOT NULL CHECK (verb LIKE 'ratiba.%.%'),
    subject_kind text NOT NULL,
    subject_id uuid,
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    origin text CHECK (length(origin) BETWEEN 1 AND 200),
    db_role text NOT NULL DEFAULT current_user,
    before jsonb,
    after jsonb,
    -- What changed besides and is not shown: personal, secret, or words of a person.
    hidden text[] NOT NULL DEFAULT '{}',
    customer_id uuid,
    -- The hidden values, under the customer's key.
    personal bytea,
    PRIMARY KEY (tenant_id, seq)
);
CREATE INDEX audit_entries_to_seal ON audit_entries (tenant_id, xact);
CREATE INDEX audit_entries_of ON audit_entries (tenant_id, subject_id, seq) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_entries_of_customer ON audit_entries (tenant_id, customer_id, seq) WHERE customer_id IS NOT NULL;
SELECT ratiba_protect('audit_entries', 'SELECT');
-- Number, transaction, time and role are the server's: nobody may say them.
GRANT INSERT (tenant_id, verb, subject_kind, subject_id, actor, origin, before, after, hidden, customer_id, personal)
    ON audit_entries TO ratiba_app;
-- What the owner of the tables changes is on record as well, through the same triggers.
CREATE POLICY owner_adds ON audit_entries FOR INSERT TO ratiba_owner WITH CHECK (true);
GRANT SELECT ON SEQUENCE audit_entries_seq_seq TO ratiba_backup;

-- The chain: one link for each entry, in an order in which no transaction can come late.
CREATE TABLE audit_seals (
    tenant_id uuid NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    entry_seq bigint NOT NULL,
    entry_hash bytea NOT NULL CHECK (octet_length(entry_hash) = 32),
    -- Of the link before, the position and the entry's hash.
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    -- Every entry of an earlier transaction is sealed.
    horizon bigint NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- bookkeeping
    PRIMARY KEY (tenant_id, position),
    UNIQUE (tenant_id, entry_seq)
);
SELECT ratiba_protect('audit_seals', 'SELECT, INSERT');

-- What each verification found, and where the chain ended then: a chain that was cut or written anew does not lead there.
CREATE TABLE audit_checks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- bookkeeping
    head_position bigint NOT NULL CHECK (head_position >= 0),
    head_hash bytea NOT NULL CHECK (octet_length(head_hash) = 32),
    sound boolean NOT NULL,
    unsealed bigint NOT NULL CHECK (unsealed >= 0),
    findings jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_checks_latest ON audit_checks (tenant_id, checked_at);
SELECT ratiba_protect('audit_checks', 'SELECT, INSERT');

-- One key for each customer of whom a personal value was recorded. Without it the values are gone, and no new key is made.
CREATE TABLE customer_keys (
    tenant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    key bytea CHECK (octet_length(key) = 64),
    destroyed_at timestamptz,
    CHECK ((key IS NULL) = (destroyed_at IS NOT NULL)),
    PRIMARY KEY (tenant_id, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
SELECT ratiba_protect('customer_keys', 'SELECT, INSERT');
GRANT UPDATE (key, destroyed_at) ON customer_keys TO ratiba_app;

-- Personal values under the customer's key: AES-256 in CBC mode with HMAC-SHA-512 over all of it (AEAD_AES_256_CBC_HMAC_SHA_512),
-- bound to business and customer. NULL when the key was destroyed.
CREATE FUNCTION ratiba_hide_personal(tenant uuid, customer uuid, doc jsonb) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    of_customer bytea;
    bound bytea := uuid_send(tenant) || uuid_send(customer);
    body bytea;
BEGIN
    INSERT INTO customer_keys (tenant_id, customer_id, key)
    SELECT tenant, customer, gen_random_bytes(64)
    WHERE NOT EXISTS (SELECT FROM customer_keys k WHERE k.tenant_id = tenant AND k.customer_id = customer)
    ON CONFLICT DO NOTHING;
    SELECT k.key INTO of_customer FROM customer_keys k WHERE k.tenant_id = tenant AND k.customer_id = customer;
    IF of_customer IS NULL THEN
        RETURN NULL;
    END IF;
    body := gen_random_bytes(16);
    body := body || encrypt_iv(convert_to(doc::text, 'UTF8'), substr(of_customer, 33, 32), body, 'aes-cbc/pad:pkcs');
    RETURN body || substr(hmac(bound || body || int8send(256), substr(of_customer, 1, 32), 'sha512'), 1, 32);
END
$$;

-- The values again; NULL when the key was destroyed, or when a byte of them was changed.
CREATE FUNCTION ratiba_show_personal(tenant uuid, customer uuid, sealed bytea) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_customer bytea := (SELECT k.key FROM customer_keys k WHERE k.tenant_id = tenant AND k.customer_id = customer);
    body bytea := substr(sealed, 1, octet_length(sealed) - 32);
    bound bytea := uuid_send(tenant) || uuid_send(customer);
BEGIN
    IF of_customer IS NULL OR octet_length(sealed) < 64
        OR substr(hmac(bound || body || int8send(256), substr(of_customer, 1, 32), 'sha512'), 1, 32) <> substr(sealed, octet_length(sealed) - 31)
    THEN
        RETURN NULL;
    END IF;
    RETURN convert_from(decrypt_iv(substr(body, 17), substr(of_customer, 33, 32), substr(body, 1, 16), 'aes-cbc/pad:pkcs'), 'UTF8')::jsonb;
END
$$;

-- Whether a text is an id, alone or as `token:`, `person:` or `staff:` and an id. Here and below: no regular expressions, and no SQL
-- functions, which are planned anew wherever they are not inlined; both cost more than all the rest of an entry.
CREATE FUNCTION ratiba_is_id(given text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN given LIKE '%________-____-____-____-____________' AND translate(right(given, 36), '0123456789abcdef', '') = '----'
        AND left(given, -36) IN ('', 'token:', 'person:', 'staff:');
END
$$;

-- Somebody as the records name them: `system`, `customer`, `token:<id>` as they are; of a number its end and a mark to compare by.
CREATE FUNCTION ratiba_audit_actor(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF given = '' THEN
        RETURN NULL;
    ELSIF length(given) <= 40 AND translate(given, 'abcdefghijklmnopqrstuvwxyz_', '') = '' OR ratiba_is_id(given) THEN
        RETURN given;
    END IF;
    RETURN left(split_part(given, ':', 1), 20) || ':…' || right(given, 3) || '#'
        || left(encode(sha256(convert_to(given, 'UTF8')), 'hex'), 8);
END
$$;

-- Whether a value says nothing of a person by its form: a number, yes or no, an id, a date or an instant.
CREATE FUNCTION ratiba_audit_plain(value jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    kind text := jsonb_typeof(value);
    words text;
BEGIN
    IF kind = 'string' THEN
        words := value #>> '{}';
        RETURN ratiba_is_id(words) OR words = 'system'
            OR words LIKE '____-__-__%' AND translate(words, '0123456789-:.+T', '') = '';
    END IF;
    RETURN kind IS NULL OR kind NOT IN ('object', 'array');
END
$$;

-- Writes an entry for each changed row. Arguments: domain; what the row is; its text columns that are codes; the column that
-- identifies it; the one that names the customer; those that name who did it, where the transaction does not say.
-- A column that is named nowhere and whose value could be personal is hidden: also one that does not exist yet.
CREATE FUNCTION ratiba_audit() RETURNS trigger LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    is_now jsonb := to_jsonb(NEW);
    any_row jsonb := coalesce(is_now, was);
    tenant uuid := (any_row->>CASE TG_TABLE_NAME WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END)::uuid;
    codes text[] := string_to_array(TG_ARGV[2], ' ');
    doers text[] := string_to_array(TG_ARGV[5], ' ');
    acting text := coalesce(current_setting('ratiba.acting', true), '');
    customer uuid := (any_row->>TG_ARGV[4])::uuid;
    opened text := current_setting('ratiba.current_tenant', true);
    who text;
    old_open jsonb;
    new_open jsonb;
    unseen text[];
    personal jsonb;
BEGIN
    -- A row of no business has nobody to show it to.
    IF tenant IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT jsonb_object_agg(c.key, c.old) FILTER (WHERE c.plain AND c.old IS NOT NULL),
        jsonb_object_agg(c.key, c.new) FILTER (WHERE c.plain AND c.new IS NOT NULL),
        coalesce(array_agg(c.key ORDER BY c.key) FILTER (WHERE NOT c.plain), '{}'),
        jsonb_object_agg(c.key, jsonb_build_object('before', c.old, 'after', c.new)) FILTER (WHERE NOT c.plain AND NOT c.binary),
        (array_agg(c.new #>> '{}' ORDER BY c.key) FILTER (WHERE c.key = ANY (doers)))[1]
    INTO old_open, new_open, unseen, personal, who
    FROM (
        SELECT d.key, d.old, d.new, d.key = ANY (codes) OR ratiba_audit_plain(d.old) AND ratiba_audit_plain(d.new) AS plain,
            coalesce(coalesce(d.new, d.old) #>> '{}' LIKE '\\x%', false) AS binary
        FROM (
            SELECT k.key, nullif(was->k.key, 'null') AS old, nullif(is_now->k.key, 'null') AS new FROM jsonb_object_keys(any_row) AS k(key)
        ) d
        -- Not kept twice: providers' answers, an appointment's history and the marks of a request never change where they are.
        -- A row without an id is named by its codes.
        WHERE (d.old IS DISTINCT FROM d.new OR TG_ARGV[3] = '' AND d.key = ANY (codes))
            AND d.key NOT IN ('tenant_id', 'version', 'answers', 'history', 'request_key', 'fingerprint', 'request_print', 'open_key', 'open_print', 'close_key', 'close_print',
                'order_key', 'order_print')
        OFFSET 0
    ) c;
    -- Changes of several people may share a transaction; an appointment's history says who wanted each.
    IF TG_ARGV[5] = '=history' THEN
        who := coalesce(is_now->'history'->-1->>'name', is_now->'history'->-1->>'by');
    END IF;
    IF coalesce(old_open, new_open) IS NULL AND cardinality(unseen) = 0 THEN
        RETURN NULL;
    END IF;
    -- A change that was made before any business was named is its business's all the same.
    IF opened IS DISTINCT FROM tenant::text THEN
        PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    END IF;
    INSERT INTO audit_entries (tenant_id, verb, subject_kind, subject_id, actor, origin, before, after, hidden, customer_id, personal)
    VALUES (tenant,
        'ratiba.' || TG_ARGV[0] || '.' || TG_ARGV[1] || CASE TG_OP WHEN 'INSERT' THEN '_added' WHEN 'UPDATE' THEN '_changed' ELSE '_removed' END,
        TG_TABLE_NAME, (any_row->>TG_ARGV[3])::uuid,
        coalesce(ratiba_audit_actor(split_part(acting, '|', 1)), ratiba_audit_actor(who), 'system'),
        left(nullif(split_part(acting, '|', 2), ''), 200), old_open, new_open, unseen, customer,
        CASE WHEN customer IS NOT NULL AND personal IS NOT NULL THEN ratiba_hide_personal(tenant, customer, personal) END);
    IF opened IS DISTINCT FROM tenant::text THEN
        PERFORM set_config('ratiba.current_tenant', coalesce(opened, ''), true);
    END IF;
    RETURN NULL;
END
$$;

-- One entry for each journal, with what it moved. A journal without entries moves nothing.
CREATE FUNCTION ratiba_audit_journals() RETURNS trigger LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off SET enable_bitmapscan = off SET cpu_tuple_cost = 1 SET jit = off AS $$
DECLARE
    acting text := coalesce(current_setting('ratiba.acting', true), '');
    who text := coalesce(ratiba_audit_actor(split_part(acting, '|', 1)), 'system');
    whence text := left(nullif(split_part(acting, '|', 2), ''), 200);
BEGIN
    INSERT INTO audit_entries (tenant_id, verb, subject_kind, subject_id, actor, origin, after)
    SELECT a.tenant_id, 'ratiba.payments.journal_posted', 'ledger_journals', a.journal_id, who, whence,
        jsonb_build_object('cause', (SELECT j.cause FROM ledger_journals j WHERE j.tenant_id = a.tenant_id AND j.id = a.journal_id),
            'entries', jsonb_agg(jsonb_strip_nulls(jsonb_build_object('account', a.account,
            'customer_id', a.customer_id, 'payment_id', a.payment_id, 'staff_id', a.staff_id, 'till_session_id', a.till_session_id,
            'currency', a.currency, 'amount_minor', a.amount_minor)) ORDER BY a.position))
    FROM added a
    GROUP BY a.tenant_id, a.journal_id;
    RETURN NULL;
END
$$;

-- One entry for each consent, however many a statement writes. Where nobody said who acts, the customer did. The wording is kept
-- with the consent, and is not kept twice.
CREATE FUNCTION ratiba_audit_consents() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    acting text := coalesce(current_setting('ratiba.acting', true), '');
    who text := coalesce(ratiba_audit_actor(split_part(acting, '|', 1)), 'customer');
    whence text := left(nullif(split_part(acting, '|', 2), ''), 200);
BEGIN
    INSERT INTO audit_entries (tenant_id, verb, subject_kind, subject_id, actor, origin, after, customer_id)
    SELECT a.tenant_id, 'ratiba.consent.consent_added', 'consents', a.id, who, whence,
        jsonb_build_object('id', a.id, 'customer_id', a.customer_id, 'purpose', a.purpose, 'action', a.action,
            'wording_version', a.wording_version, 'channel', a.channel, 'at', a.at),
        a.customer_id
    FROM added a;
    RETURN NULL;
END
$$;

-- Puts a table under audit. `whenever` limits it to the changes that matter, where others are many.
CREATE FUNCTION ratiba_watch_audit(watched regclass, verbs text, domain text, what text, codes text DEFAULT '', id_column text DEFAULT 'id',
    customer_column text DEFAULT '', doers text DEFAULT '', whenever text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s FOR EACH ROW %s EXECUTE FUNCTION ratiba_audit(%L, %L, %L, %L, %L, %L)',
        'audit_' || lower(replace(verbs, ' ', '_')), verbs, watched, CASE WHEN whenever IS NULL THEN '' ELSE 'WHEN (' || whenever || ')' END,
        domain, what, codes || ' currency state kind way', id_column, customer_column, doers);
END
$$;
REVOKE ALL ON FUNCTION ratiba_watch_audit(regclass, text, text, text, text, text, text, text, text) FROM PUBLIC;

-- Money. What becomes of an attempt at a provider's hands moves nothing until a journal is posted, and the journal says it.
CREATE TRIGGER audit_journals AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ratiba_audit_journals();
SELECT ratiba_watch_audit('payments', 'UPDATE', 'payments', 'payment', 'purpose', 'id', 'customer_id', '',
    '(OLD.state, OLD.due_minor) IS DISTINCT FROM (NEW.state, NEW.due_minor) AND (OLD.state, NEW.state, OLD.due_minor) IS DISTINCT FROM (''open'', ''settled'', NEW.due_minor)');
SELECT ratiba_watch_audit('payment_attempts', 'UPDATE', 'payments', 'attempt', 'dispute evidence', 'id', '', 'resolved_by',
    '(OLD.resolved_at, OLD.reversed, OLD.dispute) IS DISTINCT FROM (NEW.resolved_at, NEW.reversed, NEW.dispute)');
SELECT ratiba_watch_audit('payment_refunds', 'INSERT OR UPDATE', 'payments', 'refund', 'cause doubt provider_code source', 'id', 'customer_id', 'requested_by resolved_by');
SELECT ratiba_watch_audit('credit_spends', 'INSERT', 'payments', 'credit_spend', '', 'id', 'customer_id', 'spent_by');
SELECT ratiba_watch_audit('credit_payouts', 'INSERT', 'payments', 'credit_payout', '', 'id', 'customer_id', 'paid_by');
SELECT ratiba_watch_audit('payment_tips', 'INSERT OR UPDATE', 'payments', 'tip', 'shares', 'payment_id');
SELECT ratiba_watch_audit('till_sessions', 'INSERT OR UPDATE', 'payments', 'till_session', '', 'id', '', 'opened_by closed_by');
SELECT ratiba_watch_audit('till_movements', 'INSERT', 'payments', 'till_movement', '', 'id', '', 'moved_by');
SELECT ratiba_watch_audit('suspense_clearings', 'INSERT', 'payments', 'suspense_clearing', 'account', 'id', '', 'cleared_by');
SELECT ratiba_watch_audit('suspense_clearings_undone', 'INSERT', 'payments', 'suspense_undoing', '', 'clearing_id', '', 'undone_by');
SELECT ratiba_watch_audit('mpesa_statements', 'INSERT', 'payments', 'statement', '', 'id', '', 'brought_in_by');
SELECT ratiba_watch_audit('mpesa_statement_lines', 'UPDATE', 'payments', 'statement_line', '', 'id', '', 'decided_by',
    '(OLD.state, OLD.decided_at) IS DISTINCT FROM (NEW.state, NEW.decided_at)');
SELECT ratiba_watch_audit('mpesa_statement_lines_taken_back', 'INSERT', 'payments', 'statement_decision_undone', '', 'line_id', '', 'taken_back_by');
SELECT ratiba_watch_audit('mpesa_statement_absences', 'INSERT', 'payments', 'statement_absence', 'verdict', 'id', '', 'decided_by');
SELECT ratiba_watch_audit('payment_callbacks_unrouted', 'UPDATE', 'payments', 'letter', 'provider', 'id', '', 'handled_by assigned_by',
    '(OLD.state, OLD.tenant_id, OLD.handled_at) IS DISTINCT FROM (NEW.state, NEW.tenant_id, NEW.handled_at)');
SELECT ratiba_watch_audit('dead_letters_taken_back', 'INSERT', 'payments', 'letter_decision_undone', '', 'letter_id', '', 'taken_back_by');
SELECT ratiba_watch_audit('appointments', 'UPDATE', 'booking', 'price', 'discount_source', 'id', 'customer_id', '=history',
    '(OLD.charged_minor, OLD.discount_minor, OLD.fee_minor, OLD.tip_amount) IS DISTINCT FROM (NEW.charged_minor, NEW.discount_minor, NEW.fee_minor, NEW.tip_amount)');
SELECT ratiba_watch_audit('services', 'INSERT OR UPDATE OR DELETE', 'booking', 'service', 'name name_sw category deposit_kind');
SELECT ratiba_watch_audit('packages', 'INSERT OR UPDATE OR DELETE', 'booking', 'package', 'name');
SELECT ratiba_watch_audit('promotions', 'INSERT OR UPDATE OR DELETE', 'booking', 'promotion', 'name amount_kind weekdays categories');
SELECT ratiba_watch_audit('tenant_settings', 'INSERT OR UPDATE', 'settings', 'settings', 'zone booking payments commission', 'tenant_id');

-- Commission.
SELECT ratiba_watch_audit('commission_rules', 'INSERT OR UPDATE OR DELETE', 'commission', 'rule', 'service_category rule_type value');
SELECT ratiba_watch_audit('commission_period', 'INSERT OR UPDATE', 'commission', 'period', 'type content_hash engine_version frozen_by vendor_period_id', 'id', '', 'frozen_by');
SELECT ratiba_watch_audit('commission_dismissal', 'INSERT', 'commission', 'dismissal', 'content_hash', 'id');
SELECT ratiba_watch_audit('commission_disputes', 'INSERT OR UPDATE', 'commission', 'dispute', '', 'id', '', 'opened_by decided_by');
SELECT ratiba_watch_audit('appointment_staff', 'INSERT', 'commission', 'share', '', 'appointment_id', '', '', 'NEW.share_basis_points IS NOT NULL');
SELECT ratiba_watch_audit('appointment_staff', 'UPDATE', 'commission', 'share', '', 'appointment_id', '', '',
    'OLD.share_basis_points IS DISTINCT FROM NEW.share_basis_points');
SELECT ratiba_watch_audit('appointment_staff', 'DELETE', 'commission', 'share', '', 'appointment_id', '', '', 'OLD.share_basis_points IS NOT NULL');
SELECT ratiba_watch_audit('staff', 'INSERT OR UPDATE', 'staff', 'member', 'employment_type');
SELECT ratiba_watch_audit('payroll_links', 'INSERT OR UPDATE OR DELETE', 'payroll', 'link', 'staff_no external_id', 'staff_id');
SELECT ratiba_watch_audit('payroll_exports', 'INSERT OR UPDATE', 'payroll', 'export', 'company vendor_period_id refused', 'id', '', 'ordered_by confirmed_by');
SELECT ratiba_watch_audit('payroll_export_lines', 'UPDATE', 'payroll', 'export_line', 'key code result reason staff_no', 'document_id');

-- Access.
SELECT ratiba_watch_audit('tenants', 'INSERT OR UPDATE', 'access', 'business');
SELECT ratiba_watch_audit('memberships', 'INSERT OR UPDATE OR DELETE', 'access', 'membership', 'role', 'person_id');
SELECT ratiba_watch_audit('access_keys', 'INSERT OR DELETE', 'access', 'key', '', 'subject_id');
SELECT ratiba_watch_audit('personal_access_tokens', 'INSERT', 'access', 'token', 'role scopes', 'id', '', 'minted_by');
-- When a token was last used changes nothing of what it opens.
SELECT ratiba_watch_audit('personal_access_tokens', 'UPDATE', 'access', 'token', 'role scopes', 'id', '', '',
    '(OLD.name, OLD.role, OLD.staff_id, OLD.scopes, OLD.expires_at, OLD.revoked_at) IS DISTINCT FROM (NEW.name, NEW.role, NEW.staff_id, NEW.scopes, NEW.expires_at, NEW.revoked_at)');
SELECT ratiba_watch_audit('calendar_feeds', 'INSERT', 'access', 'feed');
SELECT ratiba_watch_audit('calendar_feeds', 'UPDATE', 'access', 'feed', '', 'id', '', '', 'OLD.revoked_at IS DISTINCT FROM NEW.revoked_at');
SELECT ratiba_watch_audit('channel_routes', 'INSERT OR UPDATE OR DELETE', 'access', 'route', 'channel external_id account_id dialable', 'tenant_id');
SELECT ratiba_watch_audit('card_notice_addresses', 'INSERT OR UPDATE', 'access', 'card_address');
SELECT ratiba_watch_audit('confirmation_addresses', 'INSERT OR UPDATE', 'access', 'confirmation_address', 'short_code');
SELECT ratiba_watch_audit('webhook_endpoints', 'INSERT OR DELETE', 'access', 'webhook_endpoint', 'events');
SELECT ratiba_watch_audit('webhook_endpoints', 'UPDATE', 'access', 'webhook_endpoint', 'events switched_off_because', 'id', '', '',
    '(OLD.url, OLD.events, OLD.secret, OLD.state) IS DISTINCT FROM (NEW.url, NEW.events, NEW.secret, NEW.state)');
SELECT ratiba_watch_audit('customer_keys', 'UPDATE', 'privacy', 'key', '', 'customer_id', '', '', 'OLD.destroyed_at IS DISTINCT FROM NEW.destroyed_at');

-- Consent.
CREATE TRIGGER audit_insert AFTER INSERT ON consents REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ratiba_audit_consents();
SELECT ratiba_watch_audit('cohort_invitations', 'INSERT OR UPDATE', 'consent', 'invitation', '', 'id', 'customer_id', 'invited_by');
SELECT ratiba_watch_audit('customers', 'UPDATE', 'consent', 'customer', '', 'id', 'id', '',
    '(OLD.opted_out_at, OLD.in_cohort, OLD.phone, OLD.channel_user_id) IS DISTINCT FROM (NEW.opted_out_at, NEW.in_cohort, NEW.phone, NEW.channel_user_id)');

-- Which of these businesses have entries that can be sealed. Their entries are seen one business after the other.
CREATE FUNCTION ratiba_audit_waiting(businesses uuid[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
    business uuid;
    sealed bigint;
    oldest bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    found_waiting uuid[] := '{}';
BEGIN
    FOREACH business IN ARRAY businesses LOOP
        PERFORM set_config('ratiba.current_tenant', business::text, true);
        sealed := coalesce((SELECT s.horizon FROM audit_seals s WHERE s.tenant_id = business ORDER BY s.position DESC LIMIT 1), 0);
        IF sealed > oldest OR EXISTS (SELECT FROM audit_entries e WHERE e.tenant_id = business AND e.xact >= sealed AND e.xact < oldest)
        THEN
            found_waiting := found_waiting || business;
        END IF;
    END LOOP;
    PERFORM set_config('ratiba.current_tenant', '', true);
    RETURN found_waiting;
END
$$;

-- How the chains of these businesses stand: how many were found broken at their last verification, and how many were not
-- verified within so many hours although they have entries from before.
CREATE FUNCTION ratiba_audit_standing(businesses uuid[], hours integer, OUT broken bigint, OUT overdue bigint) LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := clock_timestamp() - make_interval(hours => hours); -- bookkeeping
    business uuid;
    was_sound boolean;
    last_check timestamptz;
BEGIN
    broken := 0;
    overdue := 0;
    FOREACH business IN ARRAY businesses LOOP
        PERFORM set_config('ratiba.current_tenant', business::text, true);
        SELECT c.sound, c.checked_at INTO was_sound, last_check FROM audit_checks c WHERE c.tenant_id = business
        ORDER BY c.checked_at DESC LIMIT 1;
        IF NOT was_sound THEN
            broken := broken + 1;
        END IF;
        IF coalesce(last_check, '-infinity') < since
            AND (SELECT e.recorded_at FROM audit_entries e WHERE e.tenant_id = business ORDER BY e.seq LIMIT 1) < since
        THEN
            overdue := overdue + 1;
        END IF;
    END LOOP;
    PERFORM set_config('ratiba.current_tenant', '', true);
END
$$;

ALTER TABLE schedules DROP CONSTRAINT schedules_name_check;
ALTER TABLE schedules ADD CHECK (name IN ('reaper', 'digest', 'commission_close', 'audit_verification'));
-- Businesses that are there have their chain verified each night as well, in the zone of their digest.
INSERT INTO schedules (id, name, tenant_id, zone, at_hour, at_minute, next_run_at)
SELECT gen_random_uuid(), 'audit_verification', s.tenant_id, s.zone, 3, 30, s.next_run_at
FROM schedules s WHERE s.name = 'digest' AND s.tenant_id IS NOT NULL;
