//! The secrets by which webhooks are signed: sealed for their address, opened to sign, and to nobody's eyes.

use std::sync::Arc;

use ratiba_assembly::Parts;
use ratiba_kernel::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use time::Duration;
use time::macros::datetime;

use crate::hooks::{ENDPOINTS, Heard, Listener, add, delivery, ordered, test_of};

/// What the secret makes of a message, computed by PostgreSQL.
fn signature(world: &World, secret: &str, one: &Heard) -> String {
    let key = secret.strip_prefix("whsec_").unwrap();
    let signed = format!("{}.{}.{}", one.id, one.timestamp, one.body).replace('\'', "''");
    world.text(&format!(
        "SELECT 'v1,' || encode(hmac(convert_to('{signed}', 'UTF8'), decode('{key}', 'base64'), 'sha256'), 'base64') AS text"
    ))
}

/// Lets the queue's pauses pass until a delivery is over, some hours at most.
async fn delivered(world: &World, id: &str) -> Value {
    for _pause in 0..24 {
        let found = delivery(world, id).await["delivery"].clone();
        if found["state"] != "waiting" {
            return found;
        }
        world.jump(world.clock.now() + Duration::minutes(30)).await;
    }
    panic!("the delivery {id} is waiting still");
}

#[tokio::test]
async fn the_secret_of_an_address_stands_nowhere_in_the_database() {
    let world = World::new().await;
    let books = Listener::start();
    let (endpoint, secret) = add(&world, &books.url, &["appointment.booked"]).await;
    test_of(&world, &endpoint).await;
    assert_eq!(
        books.heard()[0].signature,
        signature(&world, &secret, &books.heard()[0])
    );
    let key = secret.strip_prefix("whsec_").unwrap();
    let held = world.text(&format!(
        "SELECT coalesce(string_agg(t.table_name, ' '), '') AS text FROM information_schema.tables t,
            LATERAL xmltable('/table/row' PASSING query_to_xml(format('SELECT 1 AS line FROM %I x WHERE x::text LIKE ''%%{key}%%''
                OR x::text LIKE ''%%' || encode(decode('{key}', 'base64'), 'hex') || '%%''', t.table_name), false, false, '')
                COLUMNS line text) AS hit
         WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
    ));
    assert_eq!(held, "");
    let row = "SELECT secret_key_id || ' ' || octet_length(secret_ciphertext) AS text FROM webhook_endpoints WHERE secret IS NULL";
    assert_eq!(world.text(row), "tests 48");
}

#[tokio::test]
async fn a_secret_that_was_changed_or_moved_sends_nothing_and_says_why() {
    let world = World::new().await;
    let (books, others) = (Listener::start(), Listener::start());
    let (endpoint, _) = add(&world, &books.url, &["appointment.booked"]).await;
    let (other, _) = add(&world, &others.url, &["appointment.booked"]).await;
    let id = |of: &Value| of["id"].as_str().unwrap().to_owned();
    let (one, two) = (id(&endpoint), id(&other));
    world.execute("CREATE TABLE kept AS SELECT id, secret_nonce, secret_ciphertext FROM webhook_endpoints");
    for spoil in [
        format!(
            "UPDATE webhook_endpoints SET secret_ciphertext = set_byte(secret_ciphertext, 0, get_byte(secret_ciphertext, 0) # 1) WHERE id = '{one}'"
        ),
        format!(
            "UPDATE webhook_endpoints w SET secret_nonce = k.secret_nonce, secret_ciphertext = k.secret_ciphertext FROM kept k WHERE w.id = '{one}' AND k.id = '{two}'"
        ),
        format!("UPDATE webhook_endpoints SET secret_key_id = 'lost' WHERE id = '{one}'"),
    ] {
        world.execute(&spoil);
        let before = books.heard().len();
        let waits = test_of(&world, &endpoint).await;
        let found = delivery(&world, &waits).await["delivery"].clone();
        assert_eq!(
            (&found["state"], &found["tries"]),
            (&json!("waiting"), &json!([]))
        );
        assert_eq!(books.heard().len(), before);
        let why = world.text(
            "SELECT last_error AS text FROM jobs WHERE kind = 'integrations.deliver' ORDER BY seq DESC",
        );
        assert!(
            why.contains(&format!("the secret of the endpoint {one} could not be opened")),
            "{why}"
        );
        // Its owner sees the address, and the others are told as ever.
        let (status, seen) = world.call(Method::GET, &format!("{ENDPOINTS}/{one}"), None).await;
        assert_eq!(
            (status, &seen["failing_since"]),
            (StatusCode::OK, &Value::Null),
            "{seen}"
        );
        let told = test_of(&world, &other).await;
        assert_eq!(delivery(&world, &told).await["delivery"]["state"], "delivered");
        world.execute(
            "UPDATE webhook_endpoints w SET secret_nonce = k.secret_nonce, secret_ciphertext = k.secret_ciphertext,
             secret_key_id = 'tests' FROM kept k WHERE k.id = w.id",
        );
        assert_eq!(delivered(&world, &waits).await["state"], "delivered");
        assert_eq!(books.heard().len(), before + 1);
    }
}

#[tokio::test]
async fn what_a_program_of_before_kept_in_plain_signs_on_and_is_sealed_by_the_night() {
    let world = World::new().await;
    let books = Listener::start();
    let (endpoint, old) = add(&world, &books.url, &["appointment.booked"]).await;
    let rotate = format!("{ENDPOINTS}/{}/rotate-secret", endpoint["id"].as_str().unwrap());
    let tag = format!("\"{}\"", endpoint["version"]);
    let at = [("If-Match", tag.as_str())];
    let (status, made) = ordered(&world, &world.owner, &rotate, "one", &at, &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let new = made["secret"].as_str().unwrap().to_owned();
    let bytes = |secret: &str| format!("decode('{}', 'base64')", secret.strip_prefix("whsec_").unwrap());
    world.execute(&format!(
        "UPDATE webhook_endpoints SET secret = {}, secret_before = {}, secret_key_id = NULL, secret_nonce = NULL, secret_ciphertext = NULL,
            secret_before_key_id = NULL, secret_before_nonce = NULL, secret_before_ciphertext = NULL",
        bytes(&new), bytes(&old),
    ));
    let signs = async || {
        test_of(&world, &endpoint).await;
        let heard = books.heard().pop().unwrap();
        let both = format!(
            "{} {}",
            signature(&world, &new, &heard),
            signature(&world, &old, &heard)
        );
        assert_eq!(heard.signature, both);
    };
    signs().await;
    let plain = || {
        world.count("SELECT count(*) FROM webhook_endpoints WHERE num_nonnulls(secret, secret_before) > 0")
    };
    assert_eq!(plain(), 1);
    world.jump(datetime!(2026-05-13 03:30 +3)).await;
    assert_eq!(plain(), 0, "the night seals it");
    signs().await;
    // Whoever asks again is told the same still.
    assert_eq!(
        ordered(&world, &world.owner, &rotate, "one", &at, &json!({}))
            .await
            .1["secret"],
        new
    );
    let (_, audit) = world
        .call(
            Method::GET,
            "/api/v1/audit?verb=ratiba.access.webhook_endpoint",
            None,
        )
        .await;
    let newest = &audit["items"][0];
    assert_eq!(
        newest["verb"], "ratiba.access.webhook_endpoint_changed",
        "{audit}"
    );
    assert_eq!(newest["after"]["secret_key_id"], "tests", "{newest}");
}

#[tokio::test]
async fn without_a_key_no_address_is_named_and_what_there_is_stays_shut() {
    let mut world = World::new().await;
    let books = Listener::start();
    let (endpoint, _) = add(&world, &books.url, &["appointment.booked"]).await;
    world.settings.credential_keys = None;
    let twin = world.twin().await;
    world.api.clone_from(&twin.api);
    let body = json!({ "url": books.url, "events": ["appointment.booked"] });
    let (status, refused) = ordered(&world, &world.owner, ENDPOINTS, "new", &[], &body).await;
    assert_eq!(
        (status.as_u16(), &refused["type"]),
        (422, &json!("/problems/unacceptable")),
        "{refused}"
    );
    let rotate = format!("{ENDPOINTS}/{}/rotate-secret", endpoint["id"].as_str().unwrap());
    let tag = format!("\"{}\"", endpoint["version"]);
    let (status, refused) = ordered(
        &world,
        &world.owner,
        &rotate,
        "one",
        &[("If-Match", tag.as_str())],
        &json!({}),
    )
    .await;
    assert_eq!(status.as_u16(), 422, "{refused}");
    let parts = Parts::with_clock(&world.settings, Arc::new(world.clock.clone())).unwrap();
    let sealing = parts.integrations.seal.execute(world.tenant.tenant).await;
    let said = sealing.unwrap_err().to_string();
    assert_eq!(said, "no key is set up under which secrets are kept");
    let (status, listed) = world.call(Method::GET, ENDPOINTS, None).await;
    assert_eq!(
        (status, listed["items"].as_array().unwrap().len()),
        (StatusCode::OK, 1)
    );
}
