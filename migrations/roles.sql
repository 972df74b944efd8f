-- The three roles of Ratiba. Safe to run again; run it as an administrator of the server.
--
-- Roles belong to the whole server, so they are not part of the migrations of one database. None of them is a
-- superuser, none sees past row-level security, none may make roles or databases. Passwords are set apart from
-- this file (`ratiba-migrate roles` takes them from the database URLs), so that it can be read by anybody.

DO $roles$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['ratiba_owner', 'ratiba_app', 'ratiba_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOCREATEDB NOCREATEROLE', role_name);
        END IF;
        -- Only a superuser may say these two, and only a superuser can have made it necessary.
        IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name AND (rolsuper OR rolbypassrls)) THEN
            EXECUTE format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS', role_name);
        END IF;
        EXECUTE format('ALTER ROLE %I LOGIN NOCREATEDB NOCREATEROLE', role_name);
    END LOOP;
    -- An administrator of a managed service is not a superuser: it must be a member of the owner role to make
    -- databases that belong to it.
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
       AND NOT pg_has_role(current_user, 'ratiba_owner', 'USAGE') THEN
        EXECUTE format('GRANT ratiba_owner TO %I', current_user);
    END IF;
END
$roles$;
