DROP FUNCTION ratiba_take_callbacks;
