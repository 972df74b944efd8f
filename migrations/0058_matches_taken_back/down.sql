-- What an attempt brings again after a match was taken back is not posted any more: its cause was posted before.
ALTER TABLE payment_attempts DROP COLUMN taken_back;
ALTER TABLE dead_letters_taken_back DROP COLUMN payment_id;
