DROP TABLE member_profiles;
DROP INDEX sessions_of_person;
ALTER TABLE sessions DROP COLUMN seen_at;
DROP INDEX memberships_of_person;
ALTER TABLE memberships
    DROP COLUMN version,
    DROP COLUMN joined_at,
    DROP COLUMN staff_id;
