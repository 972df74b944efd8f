-- Global: work to be done. Payloads are ids, never names, numbers or bodies.
CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    -- Order of insertion, which is the order of running within an ordering key.
    seq bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    tenant_id uuid REFERENCES tenants,
    payload jsonb NOT NULL CHECK (octet_length(payload::text) <= 4096),
    -- Business time.
    run_at timestamptz NOT NULL,
    priority smallint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    -- The server's time: a lease outlives a jump of the business's clock.
    lease_until timestamptz,
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    ordering_key text,
    dedup_key text,
    last_error text,
    -- What went wrong at each attempt, oldest first.
    history jsonb NOT NULL DEFAULT '[]',
    first_failed_at timestamptz,
    enqueued_at timestamptz NOT NULL DEFAULT now() -- bookkeeping
);
CREATE INDEX jobs_due ON jobs (run_at, priority, seq) WHERE state = 'ready';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_in_order ON jobs (ordering_key, seq) WHERE ordering_key IS NOT NULL AND state <> 'dead';
-- The fence under "jobs of one key run one at a time": two claims that raced cannot both commit.
CREATE UNIQUE INDEX jobs_one_running_per_key ON jobs (ordering_key)
    WHERE ordering_key IS NOT NULL AND state = 'running';
CREATE UNIQUE INDEX jobs_dedup ON jobs (dedup_key) WHERE dedup_key IS NOT NULL AND state <> 'dead';
GRANT SELECT, INSERT, DELETE ON jobs TO ratiba_app;
GRANT UPDATE (run_at, state, attempts, lease_until, last_error, history, first_failed_at) ON jobs TO ratiba_app;
GRANT SELECT ON jobs TO ratiba_backup;

-- Global: what is due by the wall clock of a zone.
CREATE TABLE schedules (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name IN ('reaper', 'digest', 'commission_close')),
    tenant_id uuid REFERENCES tenants,
    zone text NOT NULL,
    at_hour smallint NOT NULL CHECK (at_hour BETWEEN 0 AND 23),
    at_minute smallint NOT NULL CHECK (at_minute BETWEEN 0 AND 59),
    -- NULL: every day.
    day_of_month smallint CHECK (day_of_month BETWEEN 1 AND 28),
    next_run_at timestamptz NOT NULL,
    -- The tick that was handed to the queue last, and the last one whose job ended well.
    last_tick_at timestamptz,
    last_success_at timestamptz,
    UNIQUE NULLS NOT DISTINCT (tenant_id, name)
);
CREATE INDEX schedules_due ON schedules (next_run_at);
GRANT SELECT, INSERT, DELETE ON schedules TO ratiba_app;
GRANT UPDATE (zone, at_hour, at_minute, day_of_month, next_run_at, last_tick_at, last_success_at) ON schedules TO ratiba_app;
GRANT SELECT ON schedules TO ratiba_backup;

-- What happened, in the transaction in which it happened; a job points at each row.
CREATE TABLE outbox (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    topic text NOT NULL CHECK (length(topic) BETWEEN 1 AND 64),
    payload jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    handled_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_tail ON outbox (tenant_id, seq);
SELECT ratiba_protect('outbox', 'SELECT, INSERT');
GRANT UPDATE (handled_at) ON outbox TO ratiba_app;

-- A dump reads the sequences' state as well.
GRANT SELECT ON SEQUENCE jobs_seq_seq, outbox_seq_seq TO ratiba_backup;
