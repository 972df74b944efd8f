-- What a business told the machine, and how a question finds it. 200 rows for a business at most: a question looks through
-- its own rows by the primary key, for no index of words is used under row-level security.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE knowledge_snippets (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    category text NOT NULL CHECK (category IN ('policy', 'facility', 'prep', 'service', 'hours', 'general')),
    language text NOT NULL CHECK (language IN ('en', 'sw')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 700),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    -- Words as questions have them: "Wi-Fi" is one word. There is no dictionary of Swahili: its words stand as they are.
    title_words tsvector NOT NULL GENERATED ALWAYS AS (CASE language
        WHEN 'en' THEN to_tsvector('english'::regconfig, translate(title, '-''’', ''))
        ELSE to_tsvector('simple'::regconfig, translate(title, '-''’', '')) END) STORED,
    all_words tsvector NOT NULL GENERATED ALWAYS AS (CASE language
        WHEN 'en' THEN to_tsvector('english'::regconfig, translate(title || ' ' || body, '-''’', ''))
        ELSE to_tsvector('simple'::regconfig, translate(title || ' ' || body, '-''’', '')) END) STORED,
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('knowledge_snippets', 'SELECT, INSERT, DELETE');
GRANT UPDATE (category, language, title, body, version) ON knowledge_snippets TO ratiba_app;
