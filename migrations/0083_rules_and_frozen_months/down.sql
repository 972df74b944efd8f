DROP TRIGGER commission_freezing ON commission_period;
DROP FUNCTION commission_freezing();
