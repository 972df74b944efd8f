//! Credentials of the business's own: write-only, used in place of the instance's, and seen nowhere.

use std::sync::Arc;

use ratiba_access::Role;
use ratiba_assembly::Parts;
use ratiba_system::vault::KeyRing;
use reqwest::{Method, StatusCode};
use serde_json::json;
use system_tests::{ASHA, World};
use time::Duration;

const MARK: &str = "EAAGmarkedsecretvalue0123456789";

#[tokio::test]
async fn a_credential_is_put_there_by_the_owner_alone_and_seen_nowhere() {
    let world = World::new().await;
    let path = "/api/v1/provider-credentials/whatsapp/access_token";
    let body = json!({ "value": MARK });
    let manager = world.token(Role::Manager).await;
    let (status, _) = world
        .call_as(&manager, Method::PUT, path, Some(body.clone()))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, kept) = world.call(Method::PUT, path, Some(body.clone())).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{kept}");
    let unknown = "/api/v1/provider-credentials/whatsapp/passkey";
    let (status, _) = world.call(Method::PUT, unknown, Some(body)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, fault) = world
        .call(Method::PUT, path, Some(json!({ "value": format!("{MARK} x") })))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, listed) = world
        .call(Method::GET, "/api/v1/provider-credentials", None)
        .await;
    assert_eq!(listed["items"][0]["name"], "access_token", "{listed}");
    let (_, audit) = world
        .call(Method::GET, "/api/v1/audit?verb=ratiba.access.credential", None)
        .await;
    assert_eq!(
        audit["items"][0]["verb"], "ratiba.access.credential_added",
        "{audit}"
    );
    for told in [fault, listed, audit] {
        assert!(!told.to_string().contains("markedsecret"), "{told}");
    }
    // Every text and every byte that the database keeps.
    let held = world.text(
        "SELECT coalesce(string_agg(t.table_name, ' '), '') AS text FROM information_schema.tables t,
            LATERAL xmltable('/table/row' PASSING query_to_xml(format('SELECT x::text AS line FROM %I x WHERE x::text LIKE ''%%markedsecret%%''
                OR x::text LIKE ''%%' || encode('markedsecret', 'hex') || '%%''', t.table_name), false, false, '') COLUMNS line text) AS hit
         WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'",
    );
    assert_eq!(held, "");
    let (status, _) = world.call(Method::DELETE, path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = world.call(Method::DELETE, path, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_business_sends_with_its_own_token_where_it_keeps_one() {
    let world = World::new().await;
    let path = "/api/v1/provider-credentials/whatsapp/access_token";
    let keep = async |token: &str| {
        let (status, kept) = world
            .call(Method::PUT, path, Some(json!({ "value": token })))
            .await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{kept}");
    };
    keep(MARK).await;
    world.say(ASHA, "hi").await;
    world.work().await;
    assert_eq!(
        world.texts(ASHA).await,
        Vec::<String>::new(),
        "WhatsApp does not know that token, and nobody else's is used"
    );
    let known = ratiba_simulator::SimulatorSettings::default()
        .whatsapp
        .access_token;
    keep(&known).await;
    world.pass(Duration::minutes(5)).await;
    world.say(ASHA, "hi").await;
    world.work().await;
    assert!(!world.texts(ASHA).await.is_empty());
}

#[tokio::test]
async fn a_credential_that_cannot_be_opened_stops_nothing_else_and_a_rotation_names_it() {
    let mut world = World::new().await;
    let keep = async |path: &str, value: &str| {
        let path = format!("/api/v1/provider-credentials/{path}");
        let (status, kept) = world
            .call(Method::PUT, &path, Some(json!({ "value": value })))
            .await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{kept}");
    };
    let token = ratiba_simulator::SimulatorSettings::default()
        .whatsapp
        .access_token;
    for (path, value) in [
        ("mpesa/consumer_key", MARK),
        ("mpesa/consumer_secret", MARK),
        ("mpesa/passkey", MARK),
        ("whatsapp/access_token", token.as_str()),
    ] {
        keep(path, value).await;
    }
    world.execute(
        "UPDATE provider_credentials SET ciphertext = ciphertext || '\\x00' WHERE name = 'consumer_key'",
    );
    world.say(ASHA, "hi").await;
    world.work().await;
    assert!(
        !world.texts(ASHA).await.is_empty(),
        "the business's own token is used, M-Pesa or not"
    );
    let keys = format!("newer={},tests={}", "8".repeat(64), "7".repeat(64));
    world.settings.credential_keys = Some(Arc::new(KeyRing::parse(&keys).unwrap()));
    let parts = Parts::with_clock(&world.settings, Arc::new(world.clock.clone())).unwrap();
    for rotated in [3, 0] {
        let told = ratiba_admin::credentials::rotate(&parts).await.unwrap_err();
        let told = format!("{told:#}");
        for part in [
            format!("\"rotated\": {rotated}"),
            "\"name\": \"mpesa/consumer_key\"".to_owned(),
            world.tenant.tenant.to_string(),
        ] {
            assert!(told.contains(&part), "{part}: {told}");
        }
        assert!(!told.contains("markedsecret"), "{told}");
    }
    let under = |key: &str| {
        world.count(&format!(
            "SELECT count(*) AS count FROM provider_credentials WHERE key_id = '{key}'"
        ))
    };
    assert_eq!((under("newer"), under("tests")), (3, 1));
    world.execute("DELETE FROM provider_credentials WHERE key_id = 'tests'");
    let told = ratiba_admin::credentials::rotate(&parts).await.unwrap();
    assert_eq!(told, json!({ "rotated": 0, "left": [] }));
}
