DROP INDEX access_keys_of_subject;
DELETE FROM access_keys WHERE kind = 'calendar';
DROP TABLE calendar_feeds;
DROP TABLE waitlist_offers, waitlist_parts, waitlist_entries;
DROP TABLE walk_in_parts, walk_ins;
ALTER TABLE customers DROP CONSTRAINT customers_known_by_something;
-- Not validated: customers who gave no more than a name stay.
ALTER TABLE customers ADD CONSTRAINT customers_check
    CHECK (phone IS NOT NULL OR channel_user_id IS NOT NULL) NOT VALID;
