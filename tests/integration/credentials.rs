//! Credentials of the business's own: write-only, used in place of the instance's, and seen nowhere.

use ratiba_access::Role;
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
