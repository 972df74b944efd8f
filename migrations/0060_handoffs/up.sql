-- Calls for a person: who was called to which conversation, who has it, and how it ended. One is open for a thread at most.
CREATE TABLE handoffs (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    thread_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason IN ('asked', 'not_understood', 'outside_cohort', 'money', 'beyond_machine',
        'machine_failed', 'angry', 'secret_pasted', 'emergency', 'turn_count', 'cost_ceiling')),
    since timestamptz NOT NULL,
    -- What happened meanwhile that the person should know: ids, amounts and times.
    lines jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(lines) = 'array' AND jsonb_array_length(lines) <= 20),
    -- Who was first: an admin by number, or somebody at the console by the name of their access; perhaps with a name.
    taken_phone text CHECK (taken_phone ~ '^\+[1-9][0-9]{7,14}$'),
    taken_subject text CHECK (length(taken_subject) BETWEEN 1 AND 200),
    taken_name text CHECK (length(taken_name) BETWEEN 1 AND 200),
    taken_at timestamptz,
    CHECK (num_nonnulls(taken_phone, taken_subject) = CASE WHEN taken_at IS NULL THEN 0 ELSE 1 END),
    CHECK (taken_name IS NULL OR taken_at IS NOT NULL),
    -- When they last did something with it.
    touched_at timestamptz,
    CHECK ((touched_at IS NULL) = (taken_at IS NULL) AND touched_at >= taken_at),
    ended_at timestamptz,
    ended_how text CHECK (ended_how IN ('handed_back', 'untouched', 'closed')),
    CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, thread_id) REFERENCES conversation_threads
);
CREATE UNIQUE INDEX handoffs_open ON handoffs (tenant_id, thread_id) WHERE ended_at IS NULL;
CREATE INDEX handoffs_of_thread ON handoffs (tenant_id, thread_id, since);

-- Calls that are open now were kept in the state of their thread. It stays there until the thread is written again, so that
-- a program of before goes on reading it. The rows are fenced by tenant, also from the owner of the table.
ALTER TABLE conversation_threads NO FORCE ROW LEVEL SECURITY;
INSERT INTO handoffs (tenant_id, id, thread_id, reason, since, lines)
SELECT tenant_id, id, id, state->'handoff'->>'reason', (state->'handoff'->>'since')::timestamptz,
    coalesce(state->'handoff'->'lines', '[]')
FROM conversation_threads
WHERE closed_at IS NULL AND driver = 'suspended' AND state ? 'handoff';
-- How many messages the machine answered in a row.
ALTER TABLE conversation_threads ADD COLUMN turns integer NOT NULL DEFAULT 0 CHECK (turns >= 0);
ALTER TABLE conversation_threads FORCE ROW LEVEL SECURITY;
CREATE INDEX conversation_threads_with_people ON conversation_threads (tenant_id, id)
    WHERE closed_at IS NULL AND driver IN ('suspended', 'human');
SELECT ratiba_protect('handoffs', 'SELECT, INSERT');
GRANT UPDATE (lines, taken_phone, taken_subject, taken_name, taken_at, touched_at, ended_at, ended_how) ON handoffs TO ratiba_app;

-- Who was first stays who it is, and what ended stays as it ended.
CREATE FUNCTION ratiba_first_has_it() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'handoff % is over', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'handoffs_over';
    END IF;
    IF OLD.taken_at IS NOT NULL AND (OLD.taken_at, OLD.taken_phone, OLD.taken_subject)
        IS DISTINCT FROM (NEW.taken_at, NEW.taken_phone, NEW.taken_subject)
    THEN
        RAISE EXCEPTION 'somebody else was first at handoff %', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'handoffs_first';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER handoffs_first BEFORE UPDATE ON handoffs
    FOR EACH ROW EXECUTE FUNCTION ratiba_first_has_it();

-- A person drives an open thread only under a call that they took.
CREATE FUNCTION ratiba_somebody_drives() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM conversation_threads t WHERE t.tenant_id = NEW.tenant_id AND t.id = NEW.id
            AND t.driver = 'human' AND t.closed_at IS NULL)
        AND NOT EXISTS (SELECT FROM handoffs h WHERE h.tenant_id = NEW.tenant_id AND h.thread_id = NEW.id
            AND h.ended_at IS NULL AND h.taken_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'nobody took thread % over', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'conversation_threads_driven';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER conversation_threads_driven AFTER INSERT OR UPDATE ON conversation_threads
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.driver = 'human' AND NEW.closed_at IS NULL)
    EXECUTE FUNCTION ratiba_somebody_drives();

-- Which of our messages a person said, and under which call.
CREATE TABLE handoff_words (
    tenant_id uuid NOT NULL REFERENCES tenants,
    message_id uuid NOT NULL,
    handoff_id uuid NOT NULL,
    said_by text NOT NULL CHECK (length(said_by) BETWEEN 1 AND 200),
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES outgoing_messages,
    FOREIGN KEY (tenant_id, handoff_id) REFERENCES handoffs
);
SELECT ratiba_protect('handoff_words', 'SELECT, INSERT');
