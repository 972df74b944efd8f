//! Which rows are a customer's, by `$1`, the business, and `$2`, the customer.

pub(super) const OWN: Option<&str> = Some("x.customer_id = $2");
pub(super) const OF_THREADS: Option<&str> = Some(
    "x.thread_id IN (SELECT t.id FROM conversation_threads t WHERE t.tenant_id = $1 AND t.customer_id = $2)",
);
pub(super) const OF_PAYMENTS: Option<&str> =
    Some("x.payment_id IN (SELECT p.id FROM payments p WHERE p.tenant_id = $1 AND p.customer_id = $2)");
pub(super) const OF_ATTEMPTS: Option<&str> = Some(
    "x.attempt_id IN (SELECT a.id FROM payment_attempts a JOIN payments p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id
        WHERE a.tenant_id = $1 AND p.customer_id = $2)",
);
pub(super) const OF_APPOINTMENTS: Option<&str> = Some(
    "x.appointment_id IN (SELECT a.id FROM appointments a WHERE a.tenant_id = $1 AND a.customer_id = $2)",
);
/// Whether the bytes of a column tell of the customer, who may be known by what WhatsApp calls them alone. A number is found by
/// its last nine digits, however it is written.
macro_rules! by_number {
    ($body:literal) => {
        concat!(
            "EXISTS (SELECT FROM customers c WHERE c.tenant_id = $1 AND c.id = $2
                AND (position(convert_to(right(c.phone, 9), 'UTF8') IN ",
            $body,
            ") > 0 OR position(convert_to(to_json(c.channel_user_id)::text, 'UTF8') IN ",
            $body,
            ") > 0))"
        )
    };
}
/// Whether the bytes of a column tell of the customer's money. M-Pesa masks the number that money came from, or tells a hash in its
/// place, while the name stands beside it: it is known then by its receipt, or by the account that the customer typed.
macro_rules! by_money {
    ($body:literal) => {
        concat!(
            by_number!($body),
            " OR EXISTS (SELECT FROM customers c WHERE c.tenant_id = $1 AND c.id = $2
                AND position(encode(sha256(convert_to(ltrim(c.phone, '+'), 'UTF8')), 'hex') IN lower(encode(",
            $body,
            ", 'escape'))) > 0)
            OR EXISTS (SELECT FROM payments p JOIN payment_attempts a ON a.tenant_id = p.tenant_id AND a.payment_id = p.id
                WHERE p.tenant_id = $1 AND p.customer_id = $2 AND length(a.receipt) >= 8
                    AND position(convert_to(a.receipt, 'UTF8') IN ",
            $body,
            ") > 0)
            OR EXISTS (SELECT FROM payments p WHERE p.tenant_id = $1 AND p.customer_id = $2
                AND position(p.account_reference IN upper(regexp_replace(encode(",
            $body,
            ", 'escape'), '[^A-Za-z0-9]', '', 'g'))) > 0)"
        )
    };
}
/// Whether a line of a statement is about the customer's money; one of which it was said so and taken back is still known by its
/// receipt.
macro_rules! of_line {
    ($line:literal) => {
        concat!(
            $line,
            ".payment_id IN (SELECT p.id FROM payments p WHERE p.tenant_id = $1 AND p.customer_id = $2)
            OR EXISTS (SELECT FROM payment_refunds r WHERE r.tenant_id = $1 AND r.customer_id = $2
                AND (r.id = ",
            $line,
            ".refund_id OR r.receipt = ",
            $line,
            ".receipt OR r.original_receipt = ",
            $line,
            ".linked_receipt))
            OR EXISTS (SELECT FROM payment_attempts a JOIN payments p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id
                WHERE a.tenant_id = $1 AND p.customer_id = $2 AND (a.id = ",
            $line,
            ".attempt_id OR a.receipt IN (",
            $line,
            ".receipt, ",
            $line,
            ".linked_receipt)))"
        )
    };
}
