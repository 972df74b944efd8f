DROP TRIGGER recall_silence_of_known ON customers;
DROP TRIGGER recall_silence_of_new ON customers;
DROP FUNCTION ratiba_recall_silence();
DROP FUNCTION ratiba_keep_silence(uuid, uuid);
DROP FUNCTION ratiba_silence_hash(uuid, text);
DROP TABLE silences;
DROP TABLE silence_keys;
