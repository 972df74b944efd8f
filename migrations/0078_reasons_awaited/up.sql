-- A line of a statement whose owner was asked in the chat what is wrong with it: their next words are the reason. A program of
-- before leaves it alone, also where it writes a question beside it: whatever is answered next closes both.
ALTER TABLE rail_slates ADD COLUMN awaits jsonb
    CHECK (jsonb_typeof(awaits) = 'object' AND pg_column_size(awaits) <= 1024);
