DROP TABLE channel_routes, personal_access_tokens, access_keys, sessions, memberships, people, tenant_settings, tenants;
DROP FUNCTION ratiba_protect(regclass, text);
DROP FUNCTION ratiba_current_tenant();
REVOKE SELECT ON __diesel_schema_migrations FROM ratiba_app, ratiba_backup;
REVOKE USAGE ON SCHEMA public FROM ratiba_app, ratiba_backup;
DROP EXTENSION btree_gist;
