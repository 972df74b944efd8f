//! The one list of what is kept: every table, whose rows are a customer's, what becomes of them when the customer is
//! forgotten, and how long they are kept otherwise. Exports, erasures and the documentation are made from it.

use super::whose::{OF_APPOINTMENTS, OF_ATTEMPTS, OF_PAYMENTS, OF_THREADS, OWN};

/// What becomes of a customer's rows when the customer is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// Nothing in them says who it was; what is in them, or why they stay.
    Stays(&'static str),
    /// The rows go.
    Goes,
    /// These columns are emptied, as `SET` says it; the rest stays.
    Emptied(&'static str),
}

/// How long rows are kept if nobody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// As long as the business is there, and why.
    Always(&'static str),
    /// So many days; the nightly sweep sees to it, business by business.
    Days(Limit),
    /// So many days; the nightly sweep sees to it once for the instance, since the rows are of no business.
    InstanceDays(Limit),
    /// So many days, which whoever it names sees to.
    SeenTo(u16, &'static str),
    /// As the business sets it.
    AsSet,
    /// As long as what they belong to.
    With(&'static str),
}

/// When the time of rows is over, and what becomes of them then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many days,
    pub days: u16,
    /// from the moment in this column,
    pub since: &'static str,
    /// of those rows `x` of which this is true.
    pub when: &'static str,
    /// `SET` says what is emptied of them; without it they go.
    pub emptied: Option<&'static str>,
}

/// A table of the list.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Its name.
    pub table: &'static str,
    /// Which rows `x` are a customer's, by `$1`, the business, and `$2`, the customer. Nobody's without.
    pub of_customer: Option<&'static str>,
    /// Which other rows `x` go with theirs, since they name the customer among others; no copy tells them.
    pub naming: Option<&'static str>,
    /// What a copy tells of a row `x`, as JSON.
    pub told: &'static str,
    /// Which rows `x` somebody or something has dealt with, where the others are still worked on: nobody is forgotten of whom
    /// there is one of the others, and of those that come meanwhile none is touched.
    pub settled: Option<&'static str>,
    /// What becomes of those.
    pub forgotten: Forgotten,
    /// How long they are kept.
    pub period: Period,
}

const BOOKS: Period = Period::Always("what the books and the tax office rest on");
const RECORD: Period = Period::Always("the record of who changed what");

const fn kept(
    table: &'static str,
    of_customer: Option<&'static str>,
    forgotten: Forgotten,
    period: Period,
) -> Kept {
    Kept {
        table,
        of_customer,
        naming: None,
        told: "to_jsonb(x)",
        settled: None,
        forgotten,
        period,
    }
}

impl Kept {
    /// The same, of which a copy tells something else than the whole row.
    const fn telling(self, told: &'static str) -> Self {
        Self { told, ..self }
    }

    /// The same, with which also rows go that name the customer.
    const fn and_naming(self, naming: &'static str) -> Self {
        Self {
            naming: Some(naming),
            ..self
        }
    }

    /// The same, of which this is true once they are dealt with.
    const fn once(self, settled: &'static str) -> Self {
        Self {
            settled: Some(settled),
            ..self
        }
    }
}

/// Messages of providers are dealt with when it is on record what came of them.
const CONCLUDED: &str = "x.outcome IS NOT NULL";
/// Letters are dealt with by a person.
const WORKED_THROUGH: &str = "x.state <> 'new'";

/// Rows that go so many days after the moment in a column.
const fn days(days: u16, since: &'static str, when: &'static str) -> Limit {
    Limit {
        days,
        since,
        when,
        emptied: None,
    }
}

/// What providers wrote goes this long after it came, once somebody or something has ended it: as long as its route lives.
const MESSAGES: Period = Days(days(120, "received_at", CONCLUDED));
/// Letters that somebody worked through.
const LETTERS: Period = Days(days(400, "received_at", WORKED_THROUGH));

/// Rows of nobody's in particular.
const fn nobodys(table: &'static str, what: &'static str, period: Period) -> Kept {
    kept(table, None, Forgotten::Stays(what), period)
}

use Forgotten::{Emptied, Goes, Stays};
use Period::{Always, AsSet, Days, InstanceDays, SeenTo, With};

/// In the order in which an erasure goes through them: what is found by something else goes before it, whoever it is about
/// is emptied near the end, and their key is destroyed last, when nothing is written under it any more.
pub const KEPT: &[Kept] = &[
    // What was said.
    kept(
        "handoff_words",
        Some(
            "x.handoff_id IN (SELECT h.id FROM handoffs h JOIN conversation_threads t ON t.tenant_id = h.tenant_id AND t.id = h.thread_id
                WHERE h.tenant_id = $1 AND t.customer_id = $2)",
        ),
        Goes,
        AsSet,
    ),
    kept(
        "message_statuses",
        Some(
            "(x.channel, x.provider_id) IN (SELECT o.channel, o.provider_id FROM outgoing_messages o
                LEFT JOIN conversation_threads t ON t.tenant_id = o.tenant_id AND t.id = o.thread_id
                LEFT JOIN customers c ON c.tenant_id = o.tenant_id AND c.id = $2
                WHERE o.tenant_id = $1 AND (o.customer_id = $2 OR o.about_customer_id = $2 OR t.customer_id = $2
                    OR c.phone = o.recipient_phone OR c.channel_user_id = o.recipient_user_id))",
        ),
        Goes,
        AsSet,
    ),
    kept(
        "outgoing_messages",
        Some(
            "(x.customer_id = $2 OR x.about_customer_id = $2
                OR x.thread_id IN (SELECT t.id FROM conversation_threads t WHERE t.tenant_id = $1 AND t.customer_id = $2)
                OR EXISTS (SELECT FROM customers c WHERE c.tenant_id = $1 AND c.id = $2
                    AND (c.phone = x.recipient_phone OR c.channel_user_id = x.recipient_user_id
                        OR position(right(c.phone, 9) IN x.content::text) > 0
                        OR position(right(c.phone, 9) IN x.fallback::text) > 0)))",
        ),
        Goes,
        AsSet,
    )
    // What the business's own people were told of them: the day's list, an alert.
    .and_naming(
        "x.customer_id IS NULL AND x.thread_id IS NULL AND EXISTS (SELECT FROM customers c WHERE c.tenant_id = $1 AND c.id = $2
            AND (position(right(c.phone, 9) IN x.content::text || coalesce(x.fallback::text, '')) > 0
                OR x.content::text || coalesce(x.fallback::text, '')
                    ~* ('\\m' || regexp_replace(c.name, '([^[:alnum:][:space:]])', '\\\\\\1', 'g') || '\\M')))",
    ),
    kept(
        "inbound_messages",
        Some(
            "(x.thread_id IN (SELECT t.id FROM conversation_threads t WHERE t.tenant_id = $1 AND t.customer_id = $2)
                OR x.sender_key IN (SELECT unnest(ARRAY[c.phone, ltrim(c.phone, '+'), c.channel_user_id]) FROM customers c
                    WHERE c.tenant_id = $1 AND c.id = $2))",
        ),
        Goes,
        AsSet,
    ),
    kept("handoffs", OF_THREADS, Goes, AsSet),
    kept("conversation_threads", OWN, Goes, AsSet),
    kept("archived_threads", OWN, Goes, AsSet),
    kept(
        "archived_messages",
        Some(
            "(x.customer_id = $2 OR EXISTS (SELECT FROM customers c WHERE c.tenant_id = $1 AND c.id = $2
                AND (position(right(c.phone, 9) IN x.log::text) > 0
                    OR position(to_json(c.channel_user_id)::text IN x.log::text) > 0)))",
        ),
        Goes,
        AsSet,
    )
    .and_naming(
        "x.customer_id IS NULL AND EXISTS (SELECT FROM customers c WHERE c.tenant_id = $1 AND c.id = $2
            AND x.log::text ~* ('\\m' || regexp_replace(c.name, '([^[:alnum:][:space:]])', '\\\\\\1', 'g') || '\\M'))",
    ),
    // What providers wrote.
    kept("payment_callbacks", OF_ATTEMPTS, Goes, MESSAGES).once(CONCLUDED),
    kept("card_notices", OF_ATTEMPTS, Goes, MESSAGES).once(CONCLUDED),
    kept(
        "refund_messages",
        Some(
            "x.refund_id IN (SELECT r.id FROM payment_refunds r WHERE r.tenant_id = $1 AND r.customer_id = $2)",
        ),
        Goes,
        MESSAGES,
    )
    .once(CONCLUDED),
    kept(
        "dead_letters_taken_back",
        Some(concat!(
            "(x.payment_id IN (SELECT p.id FROM payments p WHERE p.tenant_id = $1 AND p.customer_id = $2)
                OR x.letter_id IN (SELECT l.id FROM payment_callbacks_unrouted l WHERE l.tenant_id = $1 AND (",
            by_money!("l.body"),
            ")))"
        )),
        Emptied("said_reason = 'forgotten', taken_back_reason = 'forgotten'"),
        BOOKS,
    ),
    // What was decided about money stays decided: the message that is sent again is known by its hash, and the letter by what it told.
    kept(
        "payment_confirmations",
        Some(by_money!("x.body")),
        Emptied("body = sha256(x.body)"),
        MESSAGES,
    )
    .once(CONCLUDED),
    kept(
        "payment_callbacks_unrouted",
        Some(concat!(
            "x.payment_id IN (SELECT p.id FROM payments p WHERE p.tenant_id = $1 AND p.customer_id = $2)
            OR x.told_account IN (SELECT p.account_reference FROM payments p WHERE p.tenant_id = $1 AND p.customer_id = $2)
            OR ",
            by_money!("x.body")
        )),
        Emptied(
            "body = '', handled_reason = 'forgotten',
             assigned_reason = CASE WHEN assigned_reason IS NOT NULL THEN 'forgotten' END,
             known_from = CASE WHEN known_from IS NOT NULL THEN 'forgotten' END",
        ),
        LETTERS,
    )
    .once(WORKED_THROUGH),
    kept("inbound_quarantine", Some(by_number!("x.body")), Goes, Days(days(400, "received_at", "true"))),
    // Money.
    kept(
        "payment_attempts",
        OF_PAYMENTS,
        Emptied(
            "payer_phone = NULL, payer_forgotten = true, answers = '[]', page_url = NULL,
             provider_checkout_id = CASE WHEN provider = 'mpesa' AND provider_checkout_id IS NOT NULL
                THEN 'forgotten-' || id ELSE provider_checkout_id END,
             resolved_reason = CASE WHEN resolved_reason IS NOT NULL THEN 'forgotten' END",
        ),
        BOOKS,
    ),
    kept(
        "payment_refunds",
        OWN,
        Emptied(
            "reason = 'forgotten', answers = '[]', reference = encode(sha256(convert_to(upper(btrim(x.reference)), 'UTF8')), 'hex'),
             resolved_reason = CASE WHEN resolved_reason IS NOT NULL THEN 'forgotten' END",
        ),
        BOOKS,
    ),
    kept("payments", OWN, Stays("amounts and states"), BOOKS),
    kept("payment_tips", OF_PAYMENTS, Stays("amounts, and whose tip it is"), BOOKS),
    kept("credit_spends", OWN, Stays("amounts"), BOOKS),
    // A transfer proves one of them, also after its customer was forgotten: it is known by its hash.
    kept(
        "credit_payouts",
        OWN,
        Emptied("reason = 'forgotten', reference = encode(sha256(convert_to(upper(btrim(x.reference)), 'UTF8')), 'hex')"),
        BOOKS,
    ),
    kept("ledger_entries", OWN, Stays("amounts"), BOOKS),
    nobodys("ledger_journals", "what the entries belong to", BOOKS),
    nobodys("till_sessions", "the drawer", BOOKS),
    nobodys("till_movements", "the drawer", BOOKS),
    nobodys("till_sheet_lines", "the drawer", BOOKS),
    nobodys("mpesa_statements", "hashes of files", BOOKS),
    kept(
        "mpesa_statement_lines_taken_back",
        Some(concat!(
            "x.line_id IN (SELECT l.id FROM mpesa_statement_lines l WHERE l.tenant_id = $1 AND (",
            of_line!("l"),
            "))"
        )),
        Emptied("said_reason = 'forgotten', taken_back_reason = 'forgotten'"),
        BOOKS,
    ),
    // Who paid is left out when a statement is read.
    kept(
        "mpesa_statement_lines",
        Some(of_line!("x")),
        Emptied(
            "decided_reason = CASE WHEN decided_reason IS NOT NULL THEN 'forgotten' END,
             account = CASE WHEN account IS NOT NULL THEN 'forgotten' END",
        ),
        BOOKS,
    ),
    kept(
        "mpesa_statement_absences",
        Some(
            "(x.refund_id IN (SELECT r.id FROM payment_refunds r WHERE r.tenant_id = $1 AND r.customer_id = $2)
                OR x.attempt_id IN (SELECT a.id FROM payment_attempts a JOIN payments p
                    ON p.tenant_id = a.tenant_id AND p.id = a.payment_id WHERE a.tenant_id = $1 AND p.customer_id = $2))",
        ),
        Emptied("decided_reason = 'forgotten'"),
        BOOKS,
    ),
    nobodys("suspense_clearings", "decisions about amounts", BOOKS),
    nobodys("suspense_clearings_undone", "decisions about amounts", BOOKS),
    // Visits.
    kept(
        "appointments",
        OWN,
        Emptied("staff_notes = NULL, discount_reason = CASE WHEN discount_reason IS NOT NULL THEN 'forgotten' END"),
        BOOKS,
    )
    .telling(
        "(to_jsonb(x) || jsonb_build_object('history', (SELECT coalesce(jsonb_agg(
            CASE jsonb_typeof(h) WHEN 'object' THEN h - 'name' ELSE h END), '[]') FROM jsonb_array_elements(x.history) h)))",
    ),
    kept("appointment_staff", OF_APPOINTMENTS, Stays("who rendered it"), BOOKS),
    kept("bookings_hit", OF_APPOINTMENTS, Stays("times"), BOOKS),
    nobodys("engagements", "times", BOOKS),
    kept("visits", OWN, Stays("times"), BOOKS),
    kept(
        "visits_from_elsewhere",
        Some("x.visit_id IN (SELECT v.id FROM visits v WHERE v.tenant_id = $1 AND v.customer_id = $2)"),
        Stays("amounts"),
        BOOKS,
    ),
    kept(
        "walk_ins",
        OWN,
        Stays("times; the name of a guest who is no customer is of nobody's"),
        Days(Limit {
            days: 30,
            since: "ended_at",
            when: "x.guest_name <> '-'",
            emptied: Some("guest_name = '-'"),
        }),
    ),
    nobodys("walk_in_parts", "wishes", With("walk_ins")),
    kept("waitlist_entries", OWN, Stays("times"), BOOKS),
    nobodys("waitlist_parts", "wishes", With("waitlist_entries")),
    nobodys("waitlist_offers", "times", With("waitlist_entries")),
    // Commission and payroll: of visits the ids alone.
    nobodys("commission_agreed", "hashes", BOOKS),
    nobodys("commission_dismissal", "decisions", BOOKS),
    nobodys("commission_disputes", "of staff members", BOOKS),
    nobodys("commission_draft", "reckoned anew", BOOKS),
    nobodys("commission_line", "ids and amounts", BOOKS),
    nobodys("commission_period", "amounts", BOOKS),
    nobodys("commission_rules", "rates", BOOKS),
    nobodys("payroll_export_lines", "of staff members", BOOKS),
    nobodys("payroll_exports", "of staff members", BOOKS),
    nobodys("payroll_links", "of staff members", BOOKS),
    // Imports keep their rows while they are in review.
    kept(
        "imports",
        Some(
            "EXISTS (SELECT FROM customers c WHERE c.tenant_id = $1 AND c.id = $2
                AND (position(right(c.phone, 9) IN x.rows::text) > 0 OR position(right(c.phone, 9) IN x.ignored::text) > 0))",
        ),
        Emptied(
            "rows = (SELECT coalesce(jsonb_agg(r), '[]') FROM jsonb_array_elements(x.rows) r, customers c
                WHERE c.tenant_id = $1 AND c.id = $2 AND position(right(c.phone, 9) IN r::text) = 0),
             ignored = (SELECT coalesce(jsonb_agg(r), '[]') FROM jsonb_array_elements(x.ignored) r, customers c
                WHERE c.tenant_id = $1 AND c.id = $2 AND position(right(c.phone, 9) IN r::text) = 0),
             version = x.version + 1",
        ),
        Days(Limit {
            days: 90,
            since: "state_at",
            when: "x.state = 'in_review'",
            emptied: Some("state = 'discarded', rows = '[]', ignored = '[]', version = version + 1"),
        }),
    )
    // Nobody else's lines.
    .telling(
        "(SELECT jsonb_build_object('rows', coalesce(jsonb_agg(r), '[]')) FROM jsonb_array_elements(x.rows || x.ignored) r, customers c
            WHERE c.tenant_id = $1 AND c.id = $2 AND position(right(c.phone, 9) IN r::text) > 0)",
    ),
    // Who they were.
    kept("consents", OWN, Stays("what was agreed to, and when: the proof of it"), BOOKS),
    kept("cohort_invitations", OWN, Stays("places"), BOOKS),
    // The proof that they were answered stays.
    kept(
        "data_requests",
        OWN,
        Emptied("refused_because = CASE WHEN refused_because IS NOT NULL THEN 'forgotten' END"),
        RECORD,
    ),
    kept(
        "audit_entries",
        OWN,
        Stays("personal values are under the customer's key"),
        RECORD,
    ),
    nobodys("audit_checks", "hashes", RECORD),
    nobodys("audit_marks", "hashes", RECORD),
    nobodys("audit_seals", "hashes", RECORD),
    kept("customer_words", OWN, Goes, With("customers")),
    kept(
        "customers",
        Some("x.id = $2"),
        Emptied("phone = NULL, channel_user_id = NULL, name = NULL, language = NULL, erased_at = $3"),
        Always("until they ask to be forgotten"),
    ),
    kept("customer_keys", OWN, Emptied("key = NULL, destroyed_at = $3"), RECORD),
    // Of no customer.
    nobodys("__diesel_schema_migrations", "the schema's own", Always("the schema's own")),
    nobodys("access_keys", "hashes", With("what they open")),
    nobodys("blocks", "of staff members", BOOKS),
    nobodys("calendar_feeds", "of staff members", Always("until they are revoked")),
    nobodys("card_notice_addresses", "addresses", Always("the account's")),
    nobodys("channel_routes", "numbers of the business", Always("the business's own")),
    nobodys("confirmation_addresses", "addresses", Always("the account's")),
    nobodys("cross_sell_relations", "the catalogue", Always("the business's own")),
    nobodys("feature_flags", "switches", Always("the business's own")),
    nobodys("holidays", "the calendar", Always("the business's own")),
    nobodys("invitations", "of members", Days(days(90, "expires_at", "true"))),
    nobodys("jobs", "ids", Always("until they are done; dead ones until somebody starts them again")),
    nobodys("knowledge_snippets", "the business's words", Always("the business's own")),
    nobodys("member_profiles", "of members", With("memberships")),
    nobodys("memberships", "of members", Always("until they leave")),
    nobodys("message_templates", "the business's words", Always("the business's own")),
    nobodys("opening_hours", "the calendar", Always("the business's own")),
    nobodys("order_keys", "keys of requests", Days(days(1, "used_at", "true"))),
    nobodys("outbox", "ids", Always("events in order")),
    nobodys("package_items", "the catalogue", Always("the business's own")),
    nobodys("packages", "the catalogue", Always("the business's own")),
    nobodys("payment_routing", "hashes", InstanceDays(days(30, "expires_at", "true"))),
    nobodys("people", "who may sign in", Always("until they leave")),
    nobodys("personal_access_tokens", "of members", RECORD),
    nobodys("promotion_services", "the catalogue", Always("the business's own")),
    nobodys("promotions", "the catalogue", Always("the business's own")),
    nobodys("provider_credentials", "under keys", Always("until they are taken away")),
    nobodys("provider_tokens", "valid for an hour", Always("one for each credential")),
    nobodys("rail_slates", "of those who run the business", Always("one for each")),
    nobodys("refund_routing", "hashes", InstanceDays(days(30, "expires_at", "true"))),
    nobodys("resource_outages", "the calendar", Always("the business's own")),
    nobodys("resources", "the catalogue", Always("the business's own")),
    nobodys("schedules", "the queue", Always("the instance's own")),
    nobodys("services", "the catalogue", Always("the business's own")),
    // Unused for a day they are over.
    nobodys("sessions", "hashes", InstanceDays(days(1, "seen_at", "true"))),
    nobodys("setup_versions", "counts", Always("the business's own")),
    nobodys(
        "silence_keys",
        "a key of the business",
        Always("until nobody is left of whom it says something"),
    ),
    nobodys(
        "silences",
        "hashes under a key, of those who were forgotten and wish not to be written to",
        Always("until whoever it is about is on record again"),
    ),
    nobodys("staff", "of staff members", BOOKS),
    nobodys("staff_hours", "of staff members", BOOKS),
    nobodys("staff_leave", "of staff members", BOOKS),
    nobodys("staff_overrides", "of staff members", BOOKS),
    nobodys("staff_services", "of staff members", BOOKS),
    nobodys("tenant_settings", "the business's own", Always("the business's own")),
    nobodys("tenants", "states", Always("the instance's own")),
    nobodys("webhook_deliveries", "ids", SeenTo(30, "the sweep of deliveries")),
    nobodys("webhook_endpoints", "addresses", Always("until they are taken away")),
];
