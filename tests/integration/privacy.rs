//! What customers ask of what is kept of them, through the real doors.

use ratiba_access::Role;
use ratiba_kernel::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, OWNER, World};
use time::Duration;
use time::macros::datetime;

async fn take(world: &World, customer: &str, wish: &str) -> Value {
    let body = json!({ "customer_id": customer, "wish": wish });
    let (status, taken) = world
        .call(Method::POST, "/api/v1/data-requests", Some(body))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{taken}");
    taken
}

async fn answer(world: &World, request: &Value, how: &str) -> (StatusCode, Value) {
    let path = format!("/api/v1/data-requests/{}/{how}", request["id"].as_str().unwrap());
    world.call(Method::POST, &path, None).await
}

#[tokio::test]
async fn a_customer_sees_what_is_kept_and_is_not_forgotten_while_something_is_booked() {
    let world = World::new().await;
    world.book_and_pay().await;
    let customer = world.text("SELECT customer_id::text AS text FROM payments LIMIT 1");
    let desk = world.token(Role::Receptionist).await;
    let (status, _) = world
        .call_as(&desk, Method::GET, "/api/v1/data-requests", None)
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let export = take(&world, &customer, "export").await;
    assert_eq!(export["id"], take(&world, &customer, "export").await["id"]);
    let (status, handed) = answer(&world, &export, "document").await;
    assert_eq!(status, StatusCode::OK, "{handed}");
    let document: Value = serde_json::from_str(handed["document"].as_str().unwrap()).unwrap();
    assert_eq!(document["customer_id"], json!(customer));
    for table in ["customers", "inbound_messages", "appointments", "payments"] {
        let rows = document["kept"][table].as_array().unwrap();
        assert_eq!(handed["request"]["rows"][table], json!(rows.len()), "{table}");
        assert!(!rows.is_empty(), "{table}");
    }
    let (status, again) = answer(&world, &export, "document").await;
    assert_eq!(status, StatusCode::CONFLICT, "{again}");

    let erasure = take(&world, &customer, "erasure").await;
    let (status, refused) = answer(&world, &erasure, "erase").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    let (_, listed) = world.call(Method::GET, "/api/v1/data-requests", None).await;
    assert_eq!(
        listed["items"][0]["id"], erasure["id"],
        "what is open comes first"
    );
    let record = "/api/v1/audit?verb=ratiba.privacy.request_";
    let (_, record) = world.call(Method::GET, record, None).await;
    let verbs = record["items"].as_array().unwrap().iter();
    let verbs: Vec<&str> = verbs.map(|entry| entry["verb"].as_str().unwrap()).collect();
    assert_eq!(
        verbs,
        [
            "ratiba.privacy.request_added",
            "ratiba.privacy.request_changed",
            "ratiba.privacy.request_added",
        ]
    );
}

#[tokio::test]
async fn what_providers_wrote_is_gone_once_its_time_is_over() {
    let world = World::new().await;
    world.book_and_pay().await;
    let came = world.clock.now();
    let left = || world.text("SELECT count(*)::text AS text FROM payment_callbacks");
    assert_ne!(left(), "0");
    world.jump(came + Duration::days(119)).await;
    assert_ne!(left(), "0", "its time is not over");
    world.text("UPDATE tenants SET state = 'suspended' RETURNING state AS text");
    world.jump(came + Duration::days(122)).await;
    assert_eq!(left(), "0", "of a suspended business too");
}

/// The columns of all tables, of all businesses, in which one of these words stands, in text or in the bytes of one.
fn places(world: &World, words: &str) -> String {
    world.text(&format!(
        "SELECT string_agg(c.table_name || '.' || c.column_name, ' ' ORDER BY c.table_name, c.column_name) AS text
         FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name),
            LATERAL xmltable('/table/row' PASSING query_to_xml(format('SELECT 1 AS line FROM %I x
                WHERE x.%I::text ~* {words} LIMIT 1', c.table_name, c.column_name), false, false, '') COLUMNS line text) AS hit
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
         HAVING count(*) > 0"
    ))
}

/// Asha's number, and her name as a word of its own, also as bytes are shown.
const WHO: &str = r"''700000123|\masha\M|373030303030313233''";

/// A customer who booked in the chat, paid, came, wrote afterwards, and whose visit is over.
async fn somebody_who_came(world: &World) -> String {
    world.book_and_pay().await;
    let before = world.appointments("2026-05-13").await.remove(0);
    world.jump(datetime!(2026-05-13 14:00 +3)).await;
    for (verb, minutes) in [("start", 60), ("finish", 0)] {
        let path = format!("/api/v1/appointments/{}/{verb}", before["id"].as_str().unwrap());
        let (status, after) = world.call(Method::POST, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{after}");
        world.pass(Duration::minutes(minutes)).await;
    }
    world
        .say(ASHA, "Asante, I am Asha and my number is 0700000123")
        .await;
    world.work().await;
    world.text("SELECT customer_id::text AS text FROM payments LIMIT 1")
}

async fn forget(world: &World, customer: &str) {
    let erasure = take(world, customer, "erasure").await;
    let (status, done) = answer(world, &erasure, "erase").await;
    assert_eq!(status, StatusCode::OK, "{done}");
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["rows"]["customers"], 1, "{done}");
}

#[tokio::test]
async fn a_customer_is_forgotten_through_the_api_and_found_in_no_table() {
    let world = World::new().await;
    let customer = somebody_who_came(&world).await;
    let before = places(&world, WHO);
    for place in [
        "customers.name",
        "customers.phone",
        "inbound_messages.raw",
        "payment_attempts.payer_phone",
        "payment_callbacks.body",
    ] {
        assert!(before.contains(place), "{place} holds something: {before}");
    }
    forget(&world, &customer).await;
    assert_eq!(places(&world, WHO), "");
    // The books stay, and what is due later finds nobody and fails nothing.
    assert_ne!(world.count("SELECT count(*) AS count FROM ledger_entries"), 0);
    let path = format!("/api/v1/customers/{customer}");
    let (status, shown) = world.call(Method::GET, &path, None).await;
    assert!(!shown.to_string().contains("Asha"), "{status} {shown}");
    world.jump(world.clock.now() + Duration::days(2)).await;
    assert_eq!(
        world.count("SELECT count(*) AS count FROM jobs WHERE state = 'dead'"),
        0
    );
    assert_eq!(places(&world, WHO), "");
}

#[tokio::test]
async fn who_was_forgotten_and_did_not_want_to_be_written_to_still_is_not() {
    let world = World::new().await;
    let customer = somebody_who_came(&world).await;
    world.say(ASHA, "STOP").await;
    world.work().await;
    let opted_out =
        "SELECT coalesce(opted_out_at::text, '') AS text FROM customers WHERE phone = '+254700000123'";
    let since = world.text(opted_out);
    assert_ne!(since, "");
    forget(&world, &customer).await;
    assert_eq!(places(&world, WHO), "", "only a hash under a key stays");
    assert_ne!(world.count("SELECT count(*) AS count FROM silences"), 0);

    // The number comes back on a list.
    let list = json!({ "content": "name,phone\nAsha,0700000123\nBrian,0711222333\n" });
    let (status, import) = world
        .call(Method::POST, "/api/v1/imports/customers", Some(list))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{import}");
    let path = format!(
        "/api/v1/imports/customers/{}/apply",
        import["id"].as_str().unwrap()
    );
    let (status, applied) = world
        .call_at(&import["version"], Method::POST, &path, Value::Null)
        .await;
    assert_eq!(status, StatusCode::OK, "{applied}");
    assert_eq!(world.text(opted_out), since, "as it was before");
    let brian =
        "SELECT count(*) AS count FROM customers WHERE phone = '+254711222333' AND opted_out_at IS NULL";
    assert_eq!(world.count(brian), 1, "nobody else");
    assert_eq!(
        world.count("SELECT count(*) AS count FROM silences"),
        1,
        "the number's has done its work; what WhatsApp calls them is still to come"
    );
    let (status, refused) = world
        .call(
            Method::POST,
            "/api/v1/cohort",
            Some(json!({ "phone": "+254700000123" })),
        )
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");

    // Who writes is answered, and who wants to be written to says so.
    let told = world.texts(ASHA).await.len();
    world.say(ASHA, "Habari, what do you charge for a massage?").await;
    world.work().await;
    assert!(
        world.texts(ASHA).await.len() > told,
        "{:?}",
        world.texts(ASHA).await
    );
    world.say(ASHA, "START").await;
    world.work().await;
    assert_eq!(world.text(opted_out), "");
}

#[tokio::test]
async fn a_request_past_its_time_stands_before_the_digest() {
    let world = World::new().await;
    world.book_and_pay().await;
    let customer = world.text("SELECT customer_id::text AS text FROM payments LIMIT 1");
    take(&world, &customer, "export").await;
    let asked = world.clock.now();
    // Who wrote within a day gets the digest in full, and not as a template.
    let morning = async |days| {
        world
            .jump(asked + Duration::days(days) - Duration::hours(4))
            .await;
        world.say(OWNER, "Habari").await;
        world.jump(asked + Duration::days(days)).await;
    };
    morning(6).await;
    let says = async || {
        let heard = world.texts(OWNER).await;
        heard
            .iter()
            .filter(|text| text.contains("requests of customers"))
            .count()
    };
    assert_eq!(says().await, 0, "there is time");
    assert_eq!(world.parts.overdue_data_requests().await.unwrap(), 0);
    morning(8).await;
    assert_eq!(says().await, 1, "{:?}", world.texts(OWNER).await);
    assert_eq!(world.parts.overdue_data_requests().await.unwrap(), 1);
}
