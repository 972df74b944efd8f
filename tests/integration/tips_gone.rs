//! Tips that go back, do not come, or are not asked for; and how a team shares.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, OWNER, World};
use time::Duration;
use time::macros::datetime;

use super::tips::{finished, kes, order, owed, told};

const THERAPIST: &str = "254700000777";

/// Gives the therapist of an appointment a number.
async fn reachable(world: &World, part: &str) {
    let staff = world.text(&format!(
        "SELECT staff_id::text AS text FROM appointments WHERE id = '{part}'"
    ));
    let member = format!("/api/v1/staff/{staff}");
    let (_, before) = world.call(Method::GET, &member, None).await;
    let number = json!({ "phone": format!("+{THERAPIST}") });
    let (status, changed) = world
        .call_at(&before["version"], Method::PATCH, &member, number)
        .await;
    assert_eq!(status, StatusCode::OK, "{changed}");
}

/// Works until somebody of the business was told it.
async fn heard(world: &World, who: &str, words: &str) {
    for _look in 0..2_000 {
        world.work().await;
        if world.texts(who).await.iter().any(|text| text.contains(words)) {
            return;
        }
    }
    panic!("not told {words:?}: {:#?}", world.texts(who).await);
}

#[tokio::test]
async fn a_mistaken_no_show_takes_the_tip_from_nobody_silently() {
    let world = World::new().await;
    world.book_and_pay().await;
    world.pass(Duration::minutes(2)).await;
    let visit = world.text("SELECT visit_id::text AS text FROM payments LIMIT 1");
    let part = world.text(&format!(
        "SELECT id::text AS text FROM appointments WHERE visit_id = '{visit}'"
    ));
    reachable(&world, &part).await;
    let body = json!({ "appointment_id": part, "amount": kes(20_000), "tender": "prompt", "phone": "+254700000123" });
    let (status, asked) = order(&world, "tip", &format!("/api/v1/visits/{visit}/tips"), body).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    heard(&world, THERAPIST, "a tip of KES 200 came for you").await;
    world.jump(datetime!(2026-05-13 15:30 +3)).await;
    let no_show = format!("/api/v1/appointments/{part}/no-show");
    let (status, marked) = world.call(Method::POST, &no_show, Some(json!({}))).await;
    assert_eq!(status, StatusCode::OK, "{marked}");
    heard(&world, THERAPIST, "KES 200 of your tip").await;
    assert_eq!(owed(&world).await, 0);
    let (status, back) = world.call(Method::DELETE, &no_show, None).await;
    assert_eq!(status, StatusCode::OK, "{back}");
    heard(&world, OWNER, "the tip for it is the customer").await;
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn a_tip_whose_prompt_failed_is_explained_in_the_chat_and_one_with_cents_is_asked_for_again() {
    let world = World::new().await;
    let (visit, _) = finished(&world).await;
    assert_eq!(world.say(ASHA, "asante").await, 200);
    world.work().await;
    let prompts = format!("/api/v1/visits/{visit}/prompts");
    let (status, asked) = order(&world, "balance", &prompts, json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    told(&world, "waliokuhudumia").await;
    world.pass(Duration::minutes(2)).await;
    world.tap(ASHA, "KES 200").await;
    told(&world, "tip yako ya KES 200").await;
    world.work().await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    told(&world, "haikulipwa: PIN haikuwa sahihi").await;
    world.pass(Duration::minutes(2)).await;
    world.tap(ASHA, "Hapana, asante").await;
    assert_eq!(owed(&world).await, 0);
    assert_eq!(
        world.count("SELECT count(*) FROM conversation_threads WHERE driver <> 'agent'"),
        0
    );
}

#[tokio::test]
async fn a_business_that_wants_no_tip_offers_makes_none() {
    let world = World::new().await;
    let rules = "/api/v1/settings/payments";
    let (_, known) = world.call(Method::GET, rules, None).await;
    assert_eq!(known["tip_offers"], json!(true), "{known}");
    let put = async |version: &Value, body: Value| {
        let (status, answer) = world.call_at(version, Method::PUT, rules, body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    };
    let off = json!({ "given_back": "credit", "credit_first": true, "tip_offers": false });
    let off = put(&known["version"], off).await;
    let kept = json!({ "given_back": "credit", "credit_first": true });
    let kept = put(&off["version"], kept).await;
    assert_eq!(kept["tip_offers"], json!(false), "what is left out stays");
    let (visit, _) = finished(&world).await;
    assert_eq!(world.say(ASHA, "asante").await, 200);
    world.work().await;
    let prompts = format!("/api/v1/visits/{visit}/prompts");
    let (status, asked) = order(&world, "balance", &prompts, json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    let open = "SELECT count(*) FROM payments WHERE state = 'open'";
    for _look in 0..2_000 {
        world.work().await;
        if world.count(open) == 0 {
            break;
        }
    }
    assert_eq!(world.count(open), 0);
    for _look in 0..20 {
        world.work().await;
    }
    let offers = "SELECT count(*) FROM outgoing_messages WHERE purpose = 'offer'";
    assert_eq!(world.count(offers), 0);
}

#[tokio::test]
async fn all_of_the_commission_goes_to_each_of_a_team_where_somebody_says_so() {
    let world = World::new().await;
    let (_, part) = finished(&world).await;
    world.execute(&format!(
        "INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
         SELECT a.tenant_id, a.id, s.id, row_number() OVER (ORDER BY s.id <> a.staff_id, s.id) - 1
         FROM appointments a JOIN staff s ON s.tenant_id = a.tenant_id
         WHERE a.id = '{part}' AND (s.id = a.staff_id
             OR s.id = (SELECT o.id FROM staff o WHERE o.tenant_id = a.tenant_id AND o.id <> a.staff_id ORDER BY o.id LIMIT 1))
         ON CONFLICT DO NOTHING"
    ));
    let shares = format!("/api/v1/appointments/{part}/shares");
    let (_, known) = world.call(Method::GET, &shares, None).await;
    let team = known["shares"].as_array().unwrap().clone();
    assert_eq!((team.len(), &known["split"]), (2, &json!("equal")), "{known}");
    let both = json!({ "split": "full_to_each", "shares": [
        { "staff_id": team[0]["staff_id"], "share_basis_points": 5_000 },
        { "staff_id": team[1]["staff_id"], "share_basis_points": 5_000 },
    ]});
    let (status, refused) = world.call_at(&known["version"], Method::PUT, &shares, both).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let earned = async || {
        let path = "/api/v1/commission/preview?month=2026-05";
        let (_, preview) = world.call(Method::GET, path, None).await;
        let staff = preview["staff"].as_array().unwrap().clone();
        let of = |person: &Value| {
            let id = &person["staff_id"];
            let found = staff.iter().find(|one| &one["staff_id"] == id);
            found.unwrap()["commission"]["amount_minor"].as_i64().unwrap()
        };
        (of(&team[0]), of(&team[1]))
    };
    let (one, other) = earned().await;
    let each = json!({ "split": "full_to_each", "shares": null });
    let (status, said) = world.call_at(&known["version"], Method::PUT, &shares, each).await;
    assert_eq!(
        (status, &said["split"]),
        (StatusCode::OK, &json!("full_to_each")),
        "{said}"
    );
    let (_, read) = world.call(Method::GET, &shares, None).await;
    assert_eq!(read, said);
    let (all, other_all) = earned().await;
    assert!(one > 0 && other >= 0, "{one} {other}");
    assert!(
        all > one && (other == 0 || other_all > other),
        "{one} {other}, then {all} {other_all}"
    );
}

#[tokio::test]
async fn how_a_team_shares_is_said_at_the_version_that_was_seen_and_not_of_a_frozen_month() {
    let world = World::new().await;
    let (_, part) = finished(&world).await;
    let shares = format!("/api/v1/appointments/{part}/shares");
    let (status, known) = world.call(Method::GET, &shares, None).await;
    assert_eq!(status, StatusCode::OK, "{known}");
    let staff = known["shares"][0]["staff_id"].clone();
    let whole = json!({ "shares": [{ "staff_id": staff, "share_basis_points": 10_000 }] });
    let half = json!({ "shares": [{ "staff_id": staff, "share_basis_points": 5_000 }] });
    let (status, problem) = world.call_at(&known["version"], Method::PUT, &shares, half).await;
    assert_eq!(
        (status, &problem["type"], &problem["sum_basis_points"]),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!("/problems/team-shares"),
            &json!(5_000)
        ),
        "{problem}"
    );
    let (status, said) = world
        .call_at(&known["version"], Method::PUT, &shares, whole.clone())
        .await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (_, appointment) = world
        .call(Method::GET, &format!("/api/v1/appointments/{part}"), None)
        .await;
    assert_eq!(appointment["version"], said["version"], "{appointment}");
    let (status, problem) = world
        .call_at(&known["version"], Method::PUT, &shares, whole.clone())
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::PRECONDITION_FAILED, &json!("/problems/stale")),
        "{problem}"
    );
    world.jump(datetime!(2026-06-01 02:00 +3)).await;
    let (_, known) = world.call(Method::GET, &shares, None).await;
    let (status, problem) = world
        .call_at(&known["version"], Method::PUT, &shares, whole)
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/period-frozen")),
        "{problem}"
    );
}
