-- Where each business's chain stood whenever entries were sealed, and what was known then. The chain must lead through all of it,
-- and nobody can have written an entry afterwards that claims to be older. It is also how far is sealed, by the numbers of entries:
-- those of transactions begin anew in another server. See docs/audit.md.

-- Which server this is: in another one transactions are numbered anew. 0 where nobody may know.
CREATE FUNCTION ratiba_server() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT c.system_identifier FROM pg_control_system() c);
EXCEPTION WHEN insufficient_privilege THEN
    RETURN 0;
END
$$;

CREATE TABLE audit_marks (
    tenant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    -- Where the chain ended.
    position bigint NOT NULL CHECK (position >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    -- No transaction with a higher number had begun when `top` was looked at: this is the marking transaction's own.
    ahead bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    -- When that transaction began; nothing that is said here was known later.
    marked_at timestamptz NOT NULL DEFAULT now(), -- bookkeeping
    -- The rest is there if all was sealed that could be. In which server;
    server bigint,
    -- every transaction with a lower number was over;
    horizon bigint,
    -- the highest number of an entry that could be seen;
    top bigint,
    -- and up to this number none is to be sealed any more: nobody has to look there again.
    whole bigint,
    CHECK (num_nonnulls(server, horizon, top, whole) IN (0, 4)),
    CHECK (whole <= top),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_marks_places ON audit_marks (tenant_id, position);
CREATE INDEX audit_marks_looks ON audit_marks (tenant_id, id) WHERE horizon IS NOT NULL;
-- From now on chains must lead through where they end.
ALTER TABLE audit_seals NO FORCE ROW LEVEL SECURITY;
INSERT INTO audit_marks (tenant_id, position, hash)
SELECT DISTINCT ON (tenant_id) tenant_id, position, hash FROM audit_seals ORDER BY tenant_id, position DESC;
ALTER TABLE audit_seals FORCE ROW LEVEL SECURITY;
SELECT ratiba_protect('audit_marks', 'SELECT');
-- Its number, its transaction and its time are the server's: nobody may say them.
GRANT INSERT (tenant_id, position, hash, server, horizon, top, whole) ON audit_marks TO ratiba_app;
GRANT SELECT ON SEQUENCE audit_marks_id_seq TO ratiba_backup;

-- Where a chain ended when it was found sound: however often it was found broken since, it must lead there.
CREATE INDEX audit_checks_sound ON audit_checks (tenant_id, head_position) WHERE sound;

-- Which of these businesses have entries that can be sealed, or a chain that is to be marked. Their entries are seen one business
-- after the other, and only those of which it is not known yet that they are sealed.
CREATE OR REPLACE FUNCTION ratiba_audit_waiting(businesses uuid[]) RETURNS uuid[] LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    business uuid;
    last audit_marks;
    here bigint := ratiba_server();
    oldest bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    next bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    strange boolean;
    found_waiting uuid[] := '{}';
BEGIN
    FOREACH business IN ARRAY businesses LOOP
        PERFORM set_config('ratiba.current_tenant', business::text, true);
        SELECT * INTO last FROM audit_marks m WHERE m.tenant_id = business AND m.horizon IS NOT NULL ORDER BY m.id DESC LIMIT 1;
        strange := last.server IS DISTINCT FROM here;
        IF coalesce((SELECT s.position FROM audit_seals s WHERE s.tenant_id = business ORDER BY s.position DESC LIMIT 1), 0)
                > coalesce(last.position, 0)
            OR last.top - last.whole > 1000 AND (strange OR last.ahead <= oldest)
            OR EXISTS (SELECT FROM audit_entries e WHERE e.tenant_id = business AND e.seq > coalesce(last.whole, 0)
                AND CASE WHEN strange THEN e.xact < oldest OR e.xact >= next ELSE e.xact < oldest AND e.xact >= last.horizon END
                AND (SELECT s.position FROM audit_seals s WHERE s.tenant_id = business AND s.entry_seq = e.seq) IS NULL)
        THEN
            found_waiting := found_waiting || business;
        END IF;
    END LOOP;
    PERFORM set_config('ratiba.current_tenant', '', true);
    RETURN found_waiting;
END
$$;
