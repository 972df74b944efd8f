CREATE TABLE services (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    name_sw text,
    aliases text[] NOT NULL DEFAULT '{}',
    category text NOT NULL CHECK (category ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    -- A price is never guessed: a service without one does not exist.
    price_minor bigint NOT NULL CHECK (price_minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    deposit_kind text NOT NULL DEFAULT 'none' CHECK (deposit_kind IN ('none', 'flat', 'percent')),
    -- Minor units for 'flat', basis points for 'percent'.
    deposit_value bigint NOT NULL DEFAULT 0,
    CHECK (CASE deposit_kind
        WHEN 'none' THEN deposit_value = 0
        WHEN 'flat' THEN deposit_value > 0 AND deposit_value <= price_minor
        ELSE deposit_value BETWEEN 1 AND 10000 END),
    -- [{"minutes", "staff", "resource_kind", "client"}] in order.
    segments jsonb NOT NULL CHECK (jsonb_typeof(segments) = 'array' AND jsonb_array_length(segments) BETWEEN 1 AND 12),
    buffer_before_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_before_minutes BETWEEN 0 AND 240),
    buffer_after_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_after_minutes BETWEEN 0 AND 240),
    tax_basis_points integer NOT NULL DEFAULT 0 CHECK (tax_basis_points BETWEEN 0 AND 10000),
    product_cost_minor bigint NOT NULL DEFAULT 0 CHECK (product_cost_minor >= 0),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX services_name ON services (tenant_id, lower(name)) WHERE active;
SELECT ratiba_protect('services', 'SELECT, INSERT, UPDATE');

CREATE TABLE resources (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    capacity smallint NOT NULL DEFAULT 1 CHECK (capacity BETWEEN 1 AND 50),
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('resources', 'SELECT, INSERT, UPDATE');

CREATE TABLE resource_outages (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    resource_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    reason text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, resource_id) REFERENCES resources
);
SELECT ratiba_protect('resource_outages', 'SELECT, INSERT, UPDATE, DELETE');

-- Weekly hours of the business. A block may cross midnight: it then ends after minute 1440.
CREATE TABLE opening_hours (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- ISO: 1 is Monday.
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_minute smallint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    to_minute smallint NOT NULL CHECK (to_minute > from_minute AND to_minute <= 2880),
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('opening_hours', 'SELECT, INSERT, UPDATE, DELETE');

-- Dated hours of the business in place of the weekly ones; no blocks: closed.
CREATE TABLE holidays (
    tenant_id uuid NOT NULL REFERENCES tenants,
    day date NOT NULL,
    name text NOT NULL,
    -- [{"from_minute", "to_minute"}]
    blocks jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(blocks) = 'array'),
    PRIMARY KEY (tenant_id, day)
);
SELECT ratiba_protect('holidays', 'SELECT, INSERT, UPDATE, DELETE');
