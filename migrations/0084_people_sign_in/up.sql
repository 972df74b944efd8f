-- People sign in. The global tables keep ids, hashes and states, as before; what people are called is each business's.
ALTER TABLE memberships
    ADD COLUMN staff_id uuid,
    ADD COLUMN joined_at timestamptz NOT NULL,
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    ADD FOREIGN KEY (tenant_id, staff_id) REFERENCES staff;
GRANT UPDATE (staff_id, version) ON memberships TO ratiba_app;
-- Every request of somebody who is signed in asks where they may act.
CREATE INDEX memberships_of_person ON memberships (person_id);

ALTER TABLE sessions
    ADD COLUMN seen_at timestamptz NOT NULL;
GRANT UPDATE (seen_at) ON sessions TO ratiba_app;
CREATE INDEX sessions_of_person ON sessions (person_id);

CREATE TABLE member_profiles (
    tenant_id uuid NOT NULL REFERENCES tenants,
    person_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) <= 120),
    email text CHECK (length(email) BETWEEN 3 AND 254),
    PRIMARY KEY (tenant_id, person_id),
    -- Who leaves a business takes the name along.
    FOREIGN KEY (tenant_id, person_id) REFERENCES memberships ON DELETE CASCADE
);
SELECT ratiba_protect('member_profiles', 'SELECT, INSERT, UPDATE');
