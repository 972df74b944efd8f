-- Which times are taken in the diaries, before they are written down as visits, appointments and claims.
-- Run as an administrator. Variables: today (local date), appointments (how many).
CREATE SCHEMA stage;

-- Secondary indexes and exclusion constraints go before a table is filled and come back afterwards.
CREATE TABLE stage.indexes (of regclass, position serial, definition text);
CREATE FUNCTION stage.strip(filled regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE conrelid = filled AND contype = 'x'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', filled, found.conname);
        INSERT INTO stage.indexes (of, definition)
        VALUES (filled, format('ALTER TABLE %s ADD CONSTRAINT %I %s', filled, found.conname, found.definition));
    END LOOP;
    FOR found IN SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
        WHERE indrelid = filled AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    LOOP
        EXECUTE format('DROP INDEX %s', found.name);
        INSERT INTO stage.indexes (of, definition) VALUES (filled, found.definition);
    END LOOP;
END
$$;
CREATE FUNCTION stage.dress(filled regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kept text;
BEGIN
    FOR kept IN SELECT definition FROM stage.indexes WHERE of = filled ORDER BY position LOOP
        EXECUTE kept;
    END LOOP;
END
$$;

-- Identities that grow with time, as the product's do.
CREATE FUNCTION stage.id(kind text, n bigint, made timestamptz) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0')
    || substr(md5(kind || n::text), 13))::uuid;

-- The searched diaries (the first 40 people, around today) come first, so that they are as full in a small
-- database as in a large one; then all diaries, from a year ahead back into the past.
CREATE UNLOGGED TABLE stage.diary AS
SELECT row_number() OVER (ORDER BY day, turn, staff) AS n, staff, starts, starts < :'today'::date AS past,
    -- Booked three days ahead, but nobody has booked in the future: what is further away was booked last month.
    least(starts - interval '3 days', :'today'::date - (1 + (staff * 7919 + day * 104729) % 43200) * interval '1 minute') AS made
FROM (
    SELECT day, turn, staff, limits.turn_starts(:'today'::date, day, turn) AS starts
    FROM generate_series(365 - greatest(450, :appointments / 930), 364) AS day,
        generate_series(0, 199) AS staff, generate_series(0, 7) AS turn
    WHERE limits.taken(day, staff, turn)
    ORDER BY (staff < 40 AND day BETWEEN -25 AND 27) DESC, day DESC
    LIMIT :appointments
) AS chosen;
ANALYZE stage.diary;
