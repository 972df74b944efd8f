DROP TABLE knowledge_snippets;
DROP EXTENSION pg_trgm;
