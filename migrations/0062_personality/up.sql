-- How a business wants its assistant to sound; nothing set is the usual.
ALTER TABLE tenant_settings
    ADD COLUMN personality jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(personality) = 'object'),
    ADD COLUMN personality_version integer NOT NULL DEFAULT 1 CHECK (personality_version > 0);
