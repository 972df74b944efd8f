-- Prints src/schema.rs from the catalogue. A test compares the two; RATIBA_ACCEPT=1 rewrites the file.
WITH columns AS (
    SELECT c.relname AS table_name, a.attnum, a.attname,
        CASE t.typname
            WHEN 'uuid' THEN 'Uuid' WHEN 'text' THEN 'Text' WHEN 'int8' THEN 'BigInt' WHEN 'int4' THEN 'Integer'
            WHEN 'int2' THEN 'SmallInt' WHEN 'bool' THEN 'Bool' WHEN 'timestamptz' THEN 'Timestamptz'
            WHEN 'date' THEN 'Date' WHEN 'jsonb' THEN 'Jsonb' WHEN 'json' THEN 'Json' WHEN 'bytea' THEN 'Bytea' WHEN 'numeric' THEN 'Numeric'
            WHEN '_text' THEN 'Array<Text>' WHEN '_uuid' THEN 'Array<Uuid>' WHEN '_int2' THEN 'Array<SmallInt>' WHEN 'tstzrange' THEN 'Range<Timestamptz>'
            ELSE 'UNKNOWN_' || t.typname END AS kind,
        a.attnotnull OR a.attgenerated <> '' AS required,
        EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS is_key
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        -- Words are searched by written SQL alone, and diesel has no type for them.
        AND a.atttypid <> 'tsvector'::regtype
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('r', 'p') AND c.relname NOT LIKE '\_\_diesel%'
), tables AS (
    SELECT table_name,
        string_agg(attname, ', ' ORDER BY attnum) FILTER (WHERE is_key) AS key_columns,
        string_agg(
            format(E'        %s -> %s,', CASE attname WHEN 'type' THEN E'#[sql_name = "type"]\n        type_' ELSE attname END,
                CASE WHEN required THEN kind ELSE 'Nullable<' || kind || '>' END),
            E'\n' ORDER BY attnum) AS lines
    FROM columns GROUP BY table_name
)
SELECT string_agg(
    format(E'diesel::table! {\n    %s (%s) {\n%s\n    }\n}\n', table_name, key_columns, lines),
    E'\n' ORDER BY table_name) AS text
FROM tables
