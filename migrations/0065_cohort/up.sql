-- Invitations to the beta cohort. Whoever is invited or agreed holds one of the places that the business has; the number of the
-- place makes it so that of two who are invited at the same time to the last one, one gets it.
CREATE TABLE cohort_invitations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    place integer CHECK (place BETWEEN 1 AND 1000),
    state text NOT NULL CHECK (state IN ('invited', 'joined', 'declined', 'left', 'withdrawn')),
    CHECK ((place IS NOT NULL) = (state IN ('invited', 'joined'))),
    -- The access or the admin's number that invited.
    invited_by text NOT NULL CHECK (length(invited_by) BETWEEN 1 AND 200),
    invited_at timestamptz NOT NULL,
    -- Since when it has its state.
    state_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE UNIQUE INDEX cohort_invitations_place ON cohort_invitations (tenant_id, place) WHERE place IS NOT NULL;
CREATE UNIQUE INDEX cohort_invitations_one ON cohort_invitations (tenant_id, customer_id) WHERE state <> 'withdrawn';
SELECT ratiba_protect('cohort_invitations', 'SELECT, INSERT');
GRANT UPDATE (place, state, state_at) ON cohort_invitations TO ratiba_app;

-- The invitation that waits for the customer's answer: read with the customer in every turn.
ALTER TABLE customers ADD COLUMN cohort_invitation_id uuid,
    ADD FOREIGN KEY (tenant_id, cohort_invitation_id) REFERENCES cohort_invitations;

-- Whoever is in the cohort now holds a place. The rows are fenced by tenant, also from the owner of the tables.
ALTER TABLE customers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE cohort_invitations NO FORCE ROW LEVEL SECURITY;
INSERT INTO cohort_invitations (tenant_id, id, customer_id, place, state, invited_by, invited_at, state_at)
SELECT tenant_id, id, id, row_number() OVER (PARTITION BY tenant_id ORDER BY created_at, id), 'joined', 'before 0065',
    created_at, created_at
FROM customers WHERE in_cohort;
ALTER TABLE cohort_invitations FORCE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
