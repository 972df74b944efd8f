//! Invitations: made by people, told by WhatsApp, accepted by whoever brings the address and signs in.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{OWNER, World};
use time::Duration;

use crate::people::{Browser, kind};

const PHONE: &str = "254711000900";
const SOMEBODY: &str = "00000000-0000-7000-8000-000000000000";

fn order(role: &str) -> Value {
    json!({ "phone": format!("+{PHONE}"), "name": "Achieng Otieno", "role": role })
}

async fn invite(browser: &Browser<'_>, key: &str, body: &Value) -> (StatusCode, Value) {
    let headers = [("Sec-Fetch-Site", "same-origin"), ("Idempotency-Key", key)];
    let path = "/api/v1/invitations";
    browser
        .call(Method::POST, path, &headers, Some(body.clone()))
        .await
}

async fn accept(browser: &Browser<'_>, token: &str) -> (StatusCode, Value) {
    let headers = [("Sec-Fetch-Site", "same-origin")];
    let body = Some(json!({ "token": token }));
    browser
        .call(Method::POST, "/api/v1/me/memberships", &headers, body)
        .await
}

/// What follows the `#` of each address that was sent, oldest first.
async fn told(world: &World) -> Vec<String> {
    world.work().await;
    let page = format!("{}/auth/join#", world.api);
    let texts = world.texts(PHONE).await;
    let tokens = texts.iter().map(|text| {
        let (_, rest) = text
            .split_once(&page)
            .unwrap_or_else(|| panic!("no address in {text}"));
        rest.chars().take_while(char::is_ascii_hexdigit).collect()
    });
    tokens.collect()
}

/// Somebody whom the issuer knows and no business does.
async fn newcomer<'w>(world: &'w World, person: &str) -> Browser<'w> {
    world.execute(&format!("DELETE FROM memberships WHERE role = '{person}'"));
    Browser::of(world, person).await
}

fn path_of(invitation: &Value) -> String {
    format!("/api/v1/invitations/{}", invitation["id"].as_str().unwrap())
}

fn assert_invalid((status, problem): (StatusCode, Value)) {
    let invalid = json!({
        "type": "/problems/invitation-invalid", "title": "The invitation is not valid", "status": 404,
        "detail": "ask whoever invited you to send it again",
    });
    assert_eq!(
        (status, problem),
        (StatusCode::NOT_FOUND, invalid),
        "nothing is told apart"
    );
}

#[tokio::test]
async fn whoever_is_invited_signs_in_and_belongs_to_the_business() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let zawadi = newcomer(&world, "receptionist").await;
    let (status, made) = invite(&owner, "one", &order("receptionist")).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(
        (&made["state"], &made["phone"], &made["sends"]),
        (&json!("open"), &json!(format!("+{PHONE}")), &json!(1))
    );
    let (status, again) = invite(&owner, "one", &order("receptionist")).await;
    assert_eq!((status, &again["id"]), (StatusCode::CREATED, &made["id"]));
    let (status, problem) = invite(&owner, "one", &order("manager")).await;
    assert_eq!(
        (status.as_u16(), kind(&problem)),
        (422, "/problems/idempotency-key-reused")
    );
    let tokens = told(&world).await;
    let [token] = tokens.as_slice() else {
        panic!("one message: {tokens:?}")
    };
    let text = world.last_text(PHONE).await;
    assert!(
        text.contains("Aria Aura Spa") && text.contains("receptionist"),
        "{text}"
    );
    // Its text is in no row: neither with the message, nor in a job.
    for table in [
        "outgoing_messages",
        "jobs",
        "outbox",
        "invitations",
        "access_keys",
    ] {
        let sql = format!("SELECT count(*) AS count FROM {table} AS row WHERE row::text LIKE '%{token}%'");
        assert_eq!(world.count(&sql), 0, "{table}");
    }
    let (status, joined) = accept(&zawadi, token).await;
    assert_eq!(
        (status, joined),
        (
            StatusCode::OK,
            json!({ "tenant_id": world.tenant.tenant, "role": "receptionist", "staff_id": null })
        )
    );
    assert_eq!(accept(&zawadi, token).await.0, StatusCode::OK, "twice is once");
    let (_, me) = zawadi.me().await;
    assert_eq!(me["memberships"].as_array().unwrap().len(), 1);
    assert_eq!(owner.member("Achieng Otieno").await["role"], "receptionist");
    let (_, page) = owner.call(Method::GET, "/api/v1/invitations", &[], None).await;
    let shown = &page["items"][0];
    assert_eq!((&shown["state"], &shown["id"]), (&json!("accepted"), &made["id"]));
    assert_eq!(shown["accepted_by"], me["person"]["id"]);
    assert!(!page.to_string().contains(token.as_str()));
}

#[tokio::test]
async fn what_is_not_good_is_always_the_same_problem() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let (first, second) = (
        newcomer(&world, "receptionist").await,
        newcomer(&world, "manager").await,
    );
    let unknown = "0".repeat(64);
    for token in ["x", unknown.as_str()] {
        assert_invalid(accept(&first, token).await);
    }
    // Used by somebody else; both bring it at once.
    invite(&owner, "one", &order("receptionist")).await;
    let token = told(&world).await.pop().unwrap();
    let (one, two) = tokio::join!(accept(&first, &token), accept(&second, &token));
    let (joined, refused) = if one.0 == StatusCode::OK {
        (one, two)
    } else {
        (two, one)
    };
    assert_eq!(joined.0, StatusCode::OK);
    assert_invalid(refused);
    world.execute("DELETE FROM memberships WHERE role = 'receptionist'");
    // Taken back.
    let (_, made) = invite(&owner, "two", &order("receptionist")).await;
    let token = told(&world).await.pop().unwrap();
    for _twice in 0..2 {
        let own = [("Sec-Fetch-Site", "same-origin")];
        let (status, _) = owner.call(Method::DELETE, &path_of(&made), &own, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    assert_invalid(accept(&first, &token).await);
    // Of a business that is closed.
    invite(&owner, "three", &order("receptionist")).await;
    let token = told(&world).await.pop().unwrap();
    world.execute("UPDATE tenants SET state = 'suspended'");
    assert_invalid(accept(&first, &token).await);
    world.execute("UPDATE tenants SET state = 'active'");
    // Expired.
    world.clock.advance(Duration::days(7));
    let first = Browser::of(&world, "receptionist").await;
    assert_invalid(accept(&first, &token).await);
    // By somebody who may not any more.
    let owner = Browser::of(&world, "owner").await;
    invite(&owner, "four", &order("receptionist")).await;
    let token = told(&world).await.pop().unwrap();
    world.execute("UPDATE memberships SET suspended_at = '2026-05-12Z' WHERE role = 'owner'");
    assert_invalid(accept(&first, &token).await);
    world.execute("UPDATE memberships SET suspended_at = NULL");
    assert_eq!(accept(&first, &token).await.0, StatusCode::OK);
}

#[tokio::test]
async fn sending_again_extends_and_revoking_ends() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let zawadi = newcomer(&world, "receptionist").await;
    let (_, made) = invite(&owner, "one", &order("receptionist")).await;
    let first = told(&world).await.pop().unwrap();
    world.clock.advance(Duration::days(8));
    let (owner, zawadi) = {
        drop((owner, zawadi));
        (
            Browser::of(&world, "owner").await,
            Browser::of(&world, "receptionist").await,
        )
    };
    let (_, page) = owner.call(Method::GET, "/api/v1/invitations", &[], None).await;
    assert_eq!(page["items"][0]["state"], "expired");
    let resend = format!("{}/resend", path_of(&made));
    let (status, sent) = owner.change(Method::POST, &resend, &made["version"], None).await;
    assert_eq!(
        (status, &sent["sends"], &sent["state"]),
        (StatusCode::OK, &json!(2), &json!("open"))
    );
    let (status, problem) = owner.change(Method::POST, &resend, &made["version"], None).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::PRECONDITION_FAILED, "/problems/stale")
    );
    let tokens = told(&world).await;
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[1], first, "each message has an address of its own");
    assert_eq!(accept(&zawadi, &tokens[1]).await.0, StatusCode::OK);
    let (_, page) = owner.call(Method::GET, "/api/v1/invitations", &[], None).await;
    let version = &page["items"][0]["version"];
    let own = [("Sec-Fetch-Site", "same-origin")];
    let revoked = owner.call(Method::DELETE, &path_of(&made), &own, None).await;
    let resent = owner.change(Method::POST, &resend, version, None).await;
    for (status, problem) in [revoked, resent] {
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::CONFLICT, "/problems/illegal-transition")
        );
    }
    // A number that is sent one message after the other is left in peace.
    let (_, made) = invite(&owner, "two", &order("manager")).await;
    let resend = format!("{}/resend", path_of(&made));
    for version in 1..5 {
        let (status, _) = owner.change(Method::POST, &resend, &json!(version), None).await;
        assert_eq!(status, StatusCode::OK);
    }
    let (status, problem) = owner.change(Method::POST, &resend, &json!(5), None).await;
    assert_eq!((status.as_u16(), kind(&problem)), (422, "/problems/too-many"));
}

#[tokio::test]
async fn nobody_invites_above_their_role_and_every_refusal_says_why() {
    let world = World::new().await;
    let manager = Browser::of(&world, "manager").await;
    let owner = Browser::of(&world, "owner").await;
    let with = |name: &str, value: Value| {
        let mut body = order("receptionist");
        body[name] = value;
        body
    };
    let mail = json!({ "email": "a@example.org", "name": "A", "role": "manager" });
    let nowhere = json!({ "name": "A", "role": "manager" });
    for (body, status, told, field) in [
        (order("owner"), 403, "forbidden", ""),
        (order("therapist"), 400, "validation", "staff_id"),
        (with("staff_id", json!(SOMEBODY)), 400, "validation", "staff_id"),
        (with("phone", json!("12")), 400, "validation", "phone"),
        (with("name", json!("  ")), 400, "validation", "name"),
        (with("role", json!("king")), 400, "validation", "role"),
        (with("email", json!("a@example.org")), 400, "validation", "email"),
        (nowhere, 400, "validation", "phone"),
        (mail, 409, "mail-not-set-up", ""),
    ] {
        let (answered, problem) = invite(&manager, "one", &body).await;
        assert_eq!(answered.as_u16(), status, "{body}: {problem}");
        assert_eq!(kind(&problem), format!("/problems/{told}"), "{body}");
        assert_eq!(problem["errors"][0]["field"].as_str().unwrap_or_default(), field);
    }
    let (status, made) = invite(&owner, "one", &order("owner")).await;
    assert_eq!(status, StatusCode::CREATED);
    let own = [("Sec-Fetch-Site", "same-origin")];
    let revoked = manager.call(Method::DELETE, &path_of(&made), &own, None).await;
    let resend = format!("{}/resend", path_of(&made));
    let resent = manager.change(Method::POST, &resend, &json!(1), None).await;
    for (status, problem) in [revoked, resent] {
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::FORBIDDEN, "/problems/forbidden")
        );
    }
    // An owner's token has the scope, and invites nobody; nor does it accept.
    let token = world.token(Role::Owner).await;
    for (path, body) in [
        ("/api/v1/invitations", order("receptionist")),
        ("/api/v1/me/memberships", json!({ "token": "x" })),
    ] {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Idempotency-Key", "two"),
            ("Content-Type", "application/json"),
        ];
        let body = body.to_string().into_bytes();
        let (status, problem) = world.raw(Method::POST, path, &headers, body).await;
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::FORBIDDEN, "/problems/forbidden"),
            "{path}"
        );
    }
    // Who belongs to the business uses nothing up.
    let token = told(&world).await.pop().unwrap();
    let (status, problem) = accept(&manager, &token).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/already-member")
    );
    // Without the template no message could leave.
    world.execute("UPDATE tenant_settings SET conversation = conversation - 'templates'");
    let (status, problem) = invite(&owner, "three", &order("manager")).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/template-not-approved")
    );
}

#[tokio::test]
async fn invitations_come_page_by_page() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let mut ids = Vec::new();
    for key in ["one", "two", "three"] {
        let (_, made) = invite(&owner, key, &order("manager")).await;
        ids.insert(0, made["id"].clone());
    }
    let page = async |query: &str| {
        let path = format!("/api/v1/invitations?{query}");
        let (_, page) = owner.call(Method::GET, &path, &[], None).await;
        let items = page["items"].as_array().unwrap().iter();
        let items: Vec<Value> = items.map(|one| one["id"].clone()).collect();
        (items, page["next"].clone())
    };
    let (items, next) = page("limit=2").await;
    assert_eq!((items.as_slice(), &next), (&ids[..2], &ids[1]));
    let (items, next) = page(&format!("limit=2&before={}", next.as_str().unwrap())).await;
    assert_eq!((items.as_slice(), next), (&ids[2..], Value::Null));
}

#[tokio::test]
async fn the_page_that_accepts_is_the_same_for_everybody_and_loads_nothing_from_elsewhere() {
    let world = World::new().await;
    let http = reqwest::Client::new();
    let page = http.get(format!("{}/auth/join", world.api)).send().await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    let page = page.text().await.unwrap();
    assert!(
        page.contains("src=\"/auth/join.js\"") && !page.contains("http"),
        "{page}"
    );
    let script = http
        .get(format!("{}/auth/join.js", world.api))
        .send()
        .await
        .unwrap();
    let kind = script.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("text/javascript"), "{kind}");
    // It goes in the body, never in an address.
    let script = script.text().await.unwrap();
    assert!(script.contains("JSON.stringify({ token })") && script.contains("return_to=/auth/join'"));
    // Signing in leads back to it.
    let mut browser = Browser::new(&world);
    let (status, to) = browser.sign_in("owner", "/auth/join").await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/auth/join"));
}

#[tokio::test]
async fn an_invitation_that_reached_nobody_says_so_and_the_owner_hears_of_it() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let fault = json!({ "target": "whatsapp.send", "kind": "code", "code": "131026", "count": 1 });
    world.tell_simulator("/sim/faults", fault).await;
    let (_, made) = invite(&owner, "one", &order("receptionist")).await;
    let waits = json!({ "state": "waiting", "reason": null });
    assert_eq!(made["delivery"], waits, "nothing has left yet");
    world.work().await;
    let newest = async || {
        let (_, page) = owner.call(Method::GET, "/api/v1/invitations", &[], None).await;
        page["items"][0].clone()
    };
    let failed = newest().await;
    assert_eq!(
        failed["delivery"],
        json!({ "state": "failed", "reason": "provider_131026" })
    );
    let heard = world.texts(OWNER).await;
    assert!(
        heard
            .iter()
            .any(|text| text.contains("an invitation to the team")),
        "{heard:?}"
    );
    let resend = format!("{}/resend", path_of(&made));
    let (status, _) = owner
        .change(Method::POST, &resend, &failed["version"], None)
        .await;
    assert_eq!(status, StatusCode::OK);
    // The simulator reports the message's way when it likes.
    let mut state = json!("waiting");
    for _look in 0..50 {
        world.work().await;
        state = newest().await["delivery"]["state"].clone();
        if state != "waiting" {
            break;
        }
    }
    assert!(
        ["sent", "delivered", "read"].contains(&state.as_str().unwrap()),
        "{state}"
    );
    assert_eq!(told(&world).await.len(), 1);
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_before_it_leaves_alarms_nobody() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let fault = json!({ "target": "whatsapp.send", "kind": "too_many", "count": 1 });
    world.tell_simulator("/sim/faults", fault).await;
    let (_, made) = invite(&owner, "one", &order("receptionist")).await;
    world.work().await;
    let own = [("Sec-Fetch-Site", "same-origin")];
    let (status, _) = owner.call(Method::DELETE, &path_of(&made), &own, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    world.pass(Duration::minutes(20)).await;
    let message = "SELECT reason AS text FROM outgoing_messages WHERE dedup_key LIKE 'team_invitation:%'";
    assert_eq!(world.text(message), "withdrawn");
    assert!(told(&world).await.is_empty());
    assert!(world.texts(OWNER).await.is_empty(), "nobody misses it");
    let (_, page) = owner.call(Method::GET, "/api/v1/invitations", &[], None).await;
    assert_eq!(page["items"][0]["delivery"], Value::Null);
}
