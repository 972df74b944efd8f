//! Money of whoever is forgotten: what is under way is waited for, and what was decided stays decided.

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use ratiba_access::privacy::{AnswerError, NotYet, PrivacyBook as _, Wish};
use ratiba_access::test_support::{a_request, customer_of_tenant_1};
use ratiba_kernel::test_support::{EPOCH, SeededIds};
use ratiba_kernel::{Id, TokenHash};
use ratiba_payments::attempt::Provider;
use ratiba_payments::evidence::RawAnswer;
use ratiba_payments::payment::PaymentRecord;
use ratiba_payments::ports::{
    Change, ConfirmationAddress, ConfirmationArrival, ConfirmationInbox as _, MoneyFinder as _, Occasion,
    PaymentBook as _, RecordError, Saying, Taken,
};
use ratiba_payments::reference::Receipt;
use ratiba_postgres::payments::PgPayments;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use uuid::Uuid;

use super::{begin, enter, found, in_tenant, lines, open};

#[tokio::test]
async fn what_is_said_of_a_payer_who_was_forgotten_is_not_kept() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let settings = DatabaseSettings::new(database.app_url());
    let money = PgPayments::new(Database::new(&settings, Arc::new(SeededIds::lane(3))).unwrap());
    let receipt = Receipt::parse("SGX1234567").unwrap();
    let says = async || {
        let found = money.by_receipt(one, Provider::Mpesa, &receipt).await.unwrap();
        let (
            PaymentRecord {
                payment,
                mut attempts,
            },
            _,
        ) = found.unwrap();
        let mut change = Change::of_attempt(payment, attempts.remove(0));
        change.saying = Some(Saying {
            at: EPOCH,
            occasion: Occasion::Query,
            raw: RawAnswer::new("of 254700000123"),
        });
        change
    };
    let before = says().await;
    let book = open(&database);
    let request = a_request(1, Wish::Erasure);
    book.take(one, request.clone()).await.unwrap();
    book.erase(one, request.id, EPOCH).await.unwrap();
    assert_eq!(money.record(one, before).await, Err(RecordError::Stale));
    let after = says().await;
    assert_eq!(money.record(one, after).await, Ok(()));
    assert_eq!(found(&database, one), BTreeSet::new());
}

#[tokio::test]
async fn what_was_decided_about_money_stays_decided_when_its_payer_is_forgotten() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let settings = DatabaseSettings::new(database.app_url());
    let money = PgPayments::new(Database::new(&settings, Arc::new(SeededIds::lane(3))).unwrap());
    let address = ConfirmationAddress {
        key: TokenHash::of("address"),
        short_code: "600100".to_owned(),
        at: EPOCH,
    };
    money.add_confirmation_address(one, address).await.unwrap();
    let came = async |body: &str| {
        let arrival = ConfirmationArrival {
            id: Id::from_uuid(Uuid::from_u128(7 + u128::try_from(body.len()).unwrap())),
            key: TokenHash::of("address"),
            body: body.as_bytes().to_vec(),
            source: None,
            at: EPOCH,
        };
        money.take_confirmation(arrival).await.unwrap()
    };
    let book = open(&database);
    let request = a_request(1, Wish::Erasure);
    book.take(one, request.clone()).await.unwrap();
    book.erase(one, request.id, EPOCH).await.unwrap();
    let mut conn = database.connect_as_app();
    enter(&mut conn, one);
    let letters = lines(
        &mut conn,
        "SELECT concat_ws(' ', state, came_receipt, told_account, told_minor, octet_length(body)) AS text
         FROM payment_callbacks_unrouted ORDER BY state",
    );
    assert_eq!(
        letters,
        [
            "dismissed 0",
            "matched 0",
            "refunded SGX7654321 K7XQ2MPB4T 10000 0"
        ]
    );
    let receipt = Receipt::parse("SGX7654321").unwrap();
    assert_eq!(money.went_back(one, Provider::Mpesa, &receipt).await, Ok(true));
    let again = came(r#"{"MSISDN":"254700000123","FirstName":"Zawadi Mrembo"}"#).await;
    assert!(matches!(again, Taken::Repeated { .. }), "{again:?}");
    let another = came(r#"{"MSISDN":"254700000123","FirstName":"Zawadi","TransAmount":"1"}"#).await;
    assert!(matches!(another, Taken::Stored { .. }), "{another:?}");
    for (table, transfer, proves) in [
        ("payment_refunds", " bank, zawadi", false),
        ("credit_payouts", "TO ZAWADI, BY BANK", false),
        ("credit_payouts", "another", true),
    ] {
        let way = format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(x, jsonb_build_object('id', gen_random_uuid(), 'reference', '{transfer}',
                'request_key', 'again'))).* FROM {table} x WHERE x.way = 'outside'"
        );
        let booked = conn.batch_execute(&in_tenant(one, &way));
        assert_eq!(booked.is_ok(), proves, "{table}: {transfer}: {booked:?}");
        conn.batch_execute("ROLLBACK").unwrap();
        enter(&mut conn, one);
    }
}

#[tokio::test]
async fn nobody_is_forgotten_who_is_still_to_come_or_whose_money_is_under_way() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let book = open(&database);
    let request = a_request(1, Wish::Erasure);
    book.take(one, request.clone()).await.unwrap();
    let mut conn = database.connect_as_app();
    let waits = format!(
        "INSERT INTO walk_ins (tenant_id, id, customer_id, joined_at, state)
         VALUES ('{one}', gen_random_uuid(), '{}', '2026-05-12Z', 'waiting')",
        customer_of_tenant_1()
    );
    let gone = "UPDATE walk_ins SET state = 'left', ended_at = '2026-05-12Z', departure = 'gone'";
    let messages = [
        "payment_callbacks",
        "card_notices",
        "refund_messages",
        "payment_confirmations",
    ];
    let messages = messages.map(|table| {
        let waits = format!("UPDATE {table} SET outcome = NULL, applied_at = NULL");
        let before = if table == "payment_confirmations" {
            "booked"
        } else {
            "applied"
        };
        let concluded = format!("UPDATE {table} SET outcome = '{before}', applied_at = '2026-05-12Z'");
        (waits, concluded)
    });
    let new_letter = "UPDATE payment_callbacks_unrouted SET state = 'new', handled_at = NULL, handled_by = NULL, handled_reason = NULL
        WHERE state = 'dismissed'";
    let dealt_with = "UPDATE payment_callbacks_unrouted SET state = 'dismissed', handled_at = '2026-05-12Z', handled_by = 'token',
        handled_reason = 'by mistake' WHERE state = 'new'";
    let doubt = "UPDATE payment_attempts SET state = 'unknown', evidence = NULL, receipt = NULL";
    let messages = messages
        .iter()
        .map(|(waits, concluded)| (waits.as_str(), concluded.as_str()));
    let owes = "UPDATE payments SET state = 'open', paid_minor = 0";
    let paid = "UPDATE payments SET state = 'settled', paid_minor = 100";
    let money = messages.chain([(new_letter, dealt_with), (owes, paid), (doubt, "SELECT 1")]);
    let money = money.map(|(arranged, undone)| (arranged, undone, NotYet::MoneyUnderWay));
    for (arranged, undone, why) in std::iter::once((waits.as_str(), gone, NotYet::Booked)).chain(money) {
        conn.batch_execute(&in_tenant(one, arranged)).unwrap();
        let before = found(&database, one);
        assert_eq!(
            book.erase(one, request.id, EPOCH).await,
            Err(AnswerError::NotYet(why)),
            "{arranged}"
        );
        assert_eq!(found(&database, one), before, "nothing was touched");
        conn.batch_execute(&in_tenant(one, undone)).unwrap();
    }
}
