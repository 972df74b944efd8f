DROP TABLE handoff_words;
DROP TRIGGER conversation_threads_driven ON conversation_threads;
DROP FUNCTION ratiba_somebody_drives();
DROP TABLE handoffs;
DROP FUNCTION ratiba_first_has_it();
DROP INDEX conversation_threads_with_people;
ALTER TABLE conversation_threads DROP COLUMN turns;
