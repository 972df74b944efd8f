DROP TABLE commission_draft, commission_line, commission_period;
DROP FUNCTION ratiba_commission_is_frozen();
