ALTER TABLE tenant_settings
    DROP COLUMN personality,
    DROP COLUMN personality_version;
