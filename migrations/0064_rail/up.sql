-- What is open between the assistant and one person of the business on WhatsApp: the visits of the list that they were shown
-- last, and the question that waits for their yes.
CREATE TABLE rail_slates (
    tenant_id uuid NOT NULL REFERENCES tenants,
    phone text NOT NULL CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
    listed uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(listed) <= 100),
    -- What is to be done, when it was asked, and the message that asked for it.
    pending jsonb CHECK (jsonb_typeof(pending) = 'object' AND pg_column_size(pending) <= 16384),
    version integer NOT NULL CHECK (version > 0),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, phone)
);
SELECT ratiba_protect('rail_slates', 'SELECT, INSERT, UPDATE');
