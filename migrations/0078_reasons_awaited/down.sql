-- Whoever was asked for a reason is asked again.
ALTER TABLE rail_slates DROP COLUMN awaits;
