//! Letters that a program of before 0054 decides, which knows nothing of what is kept with a decision by now.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::tenant;
use ratiba_test_database::TestDatabase;
use uuid::Uuid;

const PROMPT: &str =
    r#"{"Body":{"stkCallback":{"MerchantRequestID":"m-1","CheckoutRequestID":"ws_CO_1","ResultCode":0}}}"#;
const BY_HAND: &str = r#"{"TransID":"SFF6XYZ123","TransTime":"20260512091500","TransAmount":"1500.00","BillRefNumber":"23456-789bc"}"#;

#[derive(QueryableByName)]
struct ToldRow {
    #[diesel(sql_type = Nullable<Text>)]
    told: Option<String>,
}

struct Letters {
    administrator: PgConnection,
    server: TestDatabase,
    own: TenantId,
}

impl Letters {
    fn new() -> Self {
        let (server, own) = (TestDatabase::create(), tenant(1));
        let mut administrator = server.connect_as_administrator();
        administrator
            .batch_execute(&format!(
                "INSERT INTO tenants (id, created_at) VALUES ('{own}', '2026-05-12Z')"
            ))
            .unwrap();
        Self {
            administrator,
            server,
            own,
        }
    }

    fn letter(&mut self, number: u128, body: &str) -> Uuid {
        let (id, own) = (Uuid::from_u128(number), self.own);
        self.administrator
            .batch_execute(&format!(
                "INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at)
                 VALUES ('{id}', '{own}', 'mpesa', 'expired_token', convert_to('{body}', 'UTF8'), '2026-05-12Z')"
            ))
            .unwrap();
        id
    }

    /// As the program of before says that money went back, and takes it back.
    fn of_before(&self, statement: &str, letter: Uuid) -> Result<(), String> {
        let mut application = self.server.connect_as_app();
        let own = self.own;
        let sql = format!(
            "SELECT set_config('ratiba.current_tenant', '{own}', false);
             UPDATE payment_callbacks_unrouted SET {statement} WHERE tenant_id = '{own}' AND id = '{letter}'"
        );
        application.batch_execute(&sql).map_err(|error| error.to_string())
    }

    fn told(&mut self, letter: Uuid) -> Option<String> {
        let row: ToldRow = sql_query(format!(
            "SELECT nullif(concat_ws(' ', told_tracking, told_request, told_account, told_currency, told_minor,
                 told_at AT TIME ZONE 'UTC'), '') AS told
             FROM payment_callbacks_unrouted WHERE id = '{letter}'"
        ))
        .get_result(&mut self.administrator)
        .unwrap();
        row.told
    }
}

const REFUND: &str =
    "state = 'refunded', handled_by = 'token:1', handled_reason = 'seen', handled_at = '2026-05-12Z',
    receipt = 'SFF6BACK01', came_receipt = 'SFF6XYZ123'";
const REOPEN: &str =
    "state = 'new', handled_by = NULL, handled_reason = NULL, handled_at = NULL, receipt = NULL,
    came_receipt = NULL";

#[test]
fn whose_money_a_letter_tells_of_is_kept_whichever_program_decides() {
    let mut letters = Letters::new();
    let cases = [
        (PROMPT, Some("ws_CO_1 m-1")),
        (BY_HAND, Some("23456789BC KES 150000 2026-05-12 06:15:00")),
        ("not json", None),
        (r#"{"TransAmount":"15","BillRefNumber":"MASSAGE"}"#, None),
        (
            r#"{"Body":{"stkCallback":{"CheckoutRequestID":"ws_CO_2","ResultCode":1032}}}"#,
            None,
        ),
        (
            r#"{"TransAmount":"15","BillRefNumber":"23456789BC","TransTime":"20269912091500"}"#,
            None,
        ),
    ];
    for (number, (body, told)) in (1..).zip(cases) {
        let letter = letters.letter(number, body);
        assert_eq!(letters.of_before(REFUND, letter), Ok(()), "{body}");
        assert_eq!(letters.told(letter).as_deref(), told, "{body}");
    }
}

#[test]
fn a_program_of_before_can_take_back_what_this_one_decided() {
    let mut letters = Letters::new();
    let letter = letters.letter(1, PROMPT);
    letters.of_before(REFUND, letter).unwrap();
    letters
        .of_before("told_tracking = 'ws_CO_9', known_from = 'the portal'", letter)
        .unwrap();
    assert_eq!(letters.of_before(REOPEN, letter), Ok(()));
    assert_eq!(
        letters.told(letter),
        None,
        "a letter that is new tells nobody's money"
    );
    letters.of_before(REFUND, letter).unwrap();
    assert_eq!(letters.told(letter).as_deref(), Some("ws_CO_1 m-1"));
}

#[test]
fn a_program_of_before_does_not_note_as_given_back_what_a_query_settled() {
    let mut letters = Letters::new();
    let letter = letters.letter(1, PROMPT);
    let own = letters.own;
    letters
        .administrator
        .batch_execute(&format!(
            "INSERT INTO customers (tenant_id, id, channel_user_id, created_at) VALUES ('{own}', '{own}', 'guest', '2026-05-12Z');
             INSERT INTO visits (tenant_id, id, customer_id, created_at) VALUES ('{own}', '{own}', '{own}', '2026-05-12Z');
             INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at, account_reference,
                 currency, due_minor, paid_minor, created_at)
             VALUES ('{own}', '{own}', '{own}', '{own}', 'full', 'settled', '2026-05-12Z', '23456789BC', 'KES', 150000,
                 150000, '2026-05-12Z');
             INSERT INTO payment_attempts (tenant_id, id, payment_id, provider, merchant_reference, request_key, currency,
                 amount_minor, created_at, state, state_at, evidence, provider_checkout_id, sent_at,
                 payer_phone)
             VALUES ('{own}', '{own}', '{own}', 'mpesa', 'reference-1', 'key-1', 'KES', 150000, '2026-05-12Z', 'paid',
                 '2026-05-12Z', 'query', 'ws_CO_1', '2026-05-12Z',
                 '+254700000001')"
        ))
        .unwrap();
    let refused = letters.of_before(REFUND, letter).unwrap_err();
    assert!(refused.contains("the money of the letter is booked"), "{refused}");
    assert_eq!(letters.told(letter), None);
}
