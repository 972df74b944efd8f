DROP TRIGGER payment_callbacks_unrouted_told ON payment_callbacks_unrouted;
DROP FUNCTION ratiba_letter_told();
