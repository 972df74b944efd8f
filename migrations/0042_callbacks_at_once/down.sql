DROP FUNCTION ratiba_take_callback;
DROP FUNCTION ratiba_settle;
DROP FUNCTION ratiba_change_appointments;
DROP FUNCTION ratiba_tell;
