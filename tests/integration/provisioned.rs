//! A business in one call, once however often it is ordered; and closing one.

use ratiba_access::Role;
use ratiba_access::feature::Feature;
use ratiba_access::use_cases::InvitationOrder;
use ratiba_assembly::provisioning::{BusinessOrder, CatalogueOrder, ProvisionError};
use ratiba_kernel::{Clock as _, PhoneNumber};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, OWNER, World};
use time::Duration;

use crate::people::Browser;

fn order() -> BusinessOrder {
    BusinessOrder {
        key: "first".to_owned(),
        name: "Nyota Salon".to_owned(),
        zone: "Africa/Kampala".to_owned(),
        currency: "UGX".to_owned(),
        language: "sw".to_owned(),
        owner_name: "Akello Grace".to_owned(),
        owner_phone: "+256712345678".to_owned(),
        whatsapp_phone_number_id: Some("900000000000077".to_owned()),
        whatsapp_phone: None,
        catalogue: Some(CatalogueOrder::Table(
            "name,category,price,minutes,deposit\nBraids,Hair,60000,120,30%\nManicure,Nails,30000,45,none\n"
                .to_owned(),
        )),
    }
}

fn businesses(world: &World) -> i64 {
    world.count("SELECT count(*) AS count FROM tenants")
}

#[tokio::test]
async fn a_business_is_whole_and_its_owner_comes_in() {
    let world = World::new().await;
    let made = world.parts.provision(&order()).await.unwrap();
    assert!(!made.before);
    let tenant = made.tenant;
    for (table, rows) in [
        ("tenant_settings", 1),
        ("channel_routes", 1),
        ("opening_hours", 6),
        ("services", 2),
        ("schedules", 3),
        ("invitations", 1),
    ] {
        let sql = format!("SELECT count(*) AS count FROM {table} WHERE tenant_id = '{tenant}'");
        assert_eq!(world.count(&sql), rows, "{table}");
    }
    world.execute("DELETE FROM memberships WHERE role = 'receptionist'");
    let owner = Browser::of(&world, "receptionist").await;
    let join = made.join.unwrap();
    let token = join.split_once("/auth/join#").unwrap().1;
    let own = [("Sec-Fetch-Site", "same-origin")];
    let body = Some(json!({ "token": token }));
    let path = "/api/v1/me/memberships";
    let (status, joined) = owner.call(Method::POST, path, &own, body).await;
    assert_eq!((status, &joined["tenant_id"]), (StatusCode::OK, &json!(tenant)));
    let (_, me) = owner.me().await;
    assert_eq!(me["memberships"][0]["business_name"], "Nyota Salon");
    assert_eq!(me["memberships"][0]["role"], "owner");
    let (status, settings) = owner
        .call(Method::GET, "/api/v1/settings/booking", &[], None)
        .await;
    assert_eq!(status, StatusCode::OK, "{settings}");
    let (status, services) = owner.call(Method::GET, "/api/v1/services", &[], None).await;
    assert_eq!(status, StatusCode::OK, "{services}");
    let sold = services["items"].as_array().unwrap().iter();
    let mut sold: Vec<_> = sold
        .map(|one| (&one["name"], &one["price"]["amount_minor"]))
        .collect();
    sold.sort_by_key(|(name, _)| name.as_str());
    assert_eq!(
        sold,
        [
            (&json!("Braids"), &json!(6_000_000)),
            (&json!("Manicure"), &json!(3_000_000))
        ]
    );
}

#[tokio::test]
async fn one_order_makes_one_business() {
    let world = World::new().await;
    let before = businesses(&world);
    let one = order();
    let (first, second) = tokio::join!(world.parts.provision(&one), world.parts.provision(&one));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.tenant, second.tenant);
    assert_ne!(first.before, second.before);
    let invited = first.owner.unwrap().id;
    assert_eq!(second.owner.unwrap().id, invited);
    let again = world.parts.provision(&one).await.unwrap();
    assert!(again.before && again.tenant == first.tenant);
    assert!(again.join.is_some(), "the owner has not accepted yet");
    let other = BusinessOrder {
        name: "Another".to_owned(),
        ..order()
    };
    let refused = world.parts.provision(&other).await;
    assert!(matches!(refused, Err(ProvisionError::KeyReused)), "{refused:?}");
    assert_eq!(businesses(&world), before + 1);
}

#[tokio::test]
async fn an_order_that_comes_again_when_its_invitation_is_forgotten_tells_nobody_elses() {
    let world = World::new().await;
    let one = order();
    let first = world.parts.provision(&one).await.unwrap();
    let own = first.owner.unwrap().id;
    let elsewhere = InvitationOrder {
        phone: PhoneNumber::parse("+256712000001").unwrap(),
        name: "Nakato Joy".to_owned(),
        role: Role::Owner,
        staff: None,
    };
    let invitations = &world.parts.access.invitations;
    let other = invitations.by_operator(first.tenant, elsewhere).await.unwrap();
    let again = world.parts.provision(&one).await.unwrap();
    assert_eq!(again.owner.map(|owner| owner.id), Some(own));
    // As the night forgets it, 90 days after its end, while somebody else is invited.
    world.execute(&format!("DELETE FROM invitations WHERE id = '{own}'"));
    let secrets = || world.count("SELECT count(*) AS count FROM access_keys WHERE kind = 'invitation'");
    let before = secrets();
    let late = world.parts.provision(&one).await.unwrap();
    assert!(late.before && late.tenant == first.tenant);
    assert!(late.owner.is_none(), "{:?} is not by this order", other.id);
    assert_eq!(late.join, None);
    assert_eq!(secrets(), before, "nothing opens the other one");
}

#[tokio::test]
async fn a_failure_leaves_nothing_behind() {
    let world = World::new().await;
    world.parts.provision(&order()).await.unwrap();
    let before = businesses(&world);
    let same_number = BusinessOrder {
        key: "second".to_owned(),
        ..order()
    };
    let Err(ProvisionError::Faults(faults)) = world.parts.provision(&same_number).await else {
        panic!("another business has the number")
    };
    assert_eq!(faults[0].field, "whatsapp_phone_number_id");
    let Err(ProvisionError::Faults(faults)) = world.parts.provision(&BusinessOrder::default()).await else {
        panic!("nothing was said")
    };
    assert_eq!(faults.len(), 7, "{faults:?}");
    let without_prices = BusinessOrder {
        key: "second".to_owned(),
        name: String::new(),
        whatsapp_phone_number_id: None,
        catalogue: Some(CatalogueOrder::Table(
            "name,category,price,minutes\nBraids,Hair,,120\nManicure,Nails,30000,soon\n".to_owned(),
        )),
        ..order()
    };
    let Err(ProvisionError::Faults(faults)) = world.parts.provision(&without_prices).await else {
        panic!("no price is guessed")
    };
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["name", "catalogue.table.1", "catalogue.table.2"]);
    assert_eq!(businesses(&world), before);
    let number = BusinessOrder {
        key: "second".to_owned(),
        whatsapp_phone_number_id: None,
        ..order()
    };
    assert!(
        world.parts.provision(&number).await.is_ok(),
        "its key was not used up"
    );
}

#[tokio::test]
async fn nobody_acts_in_a_business_that_is_closed() {
    let world = World::new().await;
    let tenant = world.tenant.tenant;
    let owner = Browser::of(&world, "owner").await;
    let path = "/api/v1/settings/booking";
    let by_person = async || owner.call(Method::GET, path, &[], None).await.0;
    // A token that was just seen is remembered for three seconds, so each is used once.
    let by_token = async || {
        let token = world.token(Role::Owner).await;
        world.call_as(&token, Method::GET, path, None).await.0
    };
    assert_eq!(
        (by_person().await, by_token().await),
        (StatusCode::OK, StatusCode::OK)
    );
    assert!(world.parts.set_open(tenant, false).await.unwrap());
    assert_eq!(by_person().await, StatusCode::FORBIDDEN);
    assert_eq!(by_token().await, StatusCode::UNAUTHORIZED);
    let (_, me) = owner.me().await;
    assert_eq!(me["memberships"], Value::Array(Vec::new()));
    assert!(
        world.parts.sweeps.tenants().await.unwrap().is_empty(),
        "nothing new is begun there"
    );
    assert!(world.parts.set_open(tenant, true).await.unwrap());
    assert_eq!(
        (by_person().await, by_token().await),
        (StatusCode::OK, StatusCode::OK)
    );
    world.execute("UPDATE tenants SET state = 'closed'");
    assert!(
        !world.parts.set_open(tenant, true).await.unwrap(),
        "closed for good"
    );
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let switch = async |name: &str, on: bool| {
        let own = [("Sec-Fetch-Site", "same-origin")];
        let path = format!("/api/v1/features/{name}");
        owner
            .call(Method::PUT, &path, &own, Some(json!({ "on": on })))
            .await
    };
    let status_of = async |path: &str| owner.call(Method::GET, path, &[], None).await.0;
    let of_features = [
        ("webhooks", "/api/v1/webhook-endpoints"),
        ("payroll", "/api/v1/payroll/exports?month=2026-04"),
        ("cohort", "/api/v1/cohort"),
    ];
    for (name, path) in of_features {
        assert_eq!(status_of(path).await, StatusCode::OK, "{path}: on by default");
        let (status, off) = switch(name, false).await;
        assert_eq!(
            (status, &off["on"], &off["wanted"]),
            (StatusCode::OK, &json!(false), &json!(false))
        );
        assert!(
            off["changed_by"].as_str().unwrap().starts_with("person:"),
            "{off}"
        );
        assert_eq!(status_of(path).await, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(switch(name, true).await.1["on"], true);
        assert_eq!(status_of(path).await, StatusCode::OK, "{path}");
    }
    let (status, problem) = switch("teleport", true).await;
    assert_eq!(
        (status, problem["type"].as_str()),
        (StatusCode::NOT_FOUND, Some("/problems/unknown-feature"))
    );
    let (_, all) = owner.call(Method::GET, "/api/v1/features", &[], None).await;
    let names: Vec<&str> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["webhooks", "payroll", "cohort"]);
    let desk = Browser::of(&world, "receptionist").await;
    let own = [("Sec-Fetch-Site", "same-origin")];
    let refused = desk
        .call(
            Method::PUT,
            "/api/v1/features/payroll",
            &own,
            Some(json!({ "on": false })),
        )
        .await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    // A neighbour's word is the neighbour's.
    let neighbour = world.neighbour().await;
    let body = Some(json!({ "on": false }));
    let (status, _) = world
        .call_as(&neighbour.owner, Method::PUT, "/api/v1/features/payroll", body)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        status_of("/api/v1/payroll/exports?month=2026-04").await,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_closed_business_settles_its_money_and_everything_else_waits_for_it() {
    let world = World::new().await;
    let tenant = world.tenant.tenant;
    world.book_up_to_the_prompt().await;
    let told = world.texts(ASHA).await.len();
    world.parts.set_open(tenant, false).await.unwrap();
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    let paid = "SELECT count(*) AS count FROM payment_attempts WHERE state = 'paid'";
    assert_eq!(world.count(paid), 1, "the money was taken in");
    let confirmed = "SELECT count(*) AS count FROM appointments WHERE state = 'confirmed'";
    assert_eq!(world.count(confirmed), 1);
    assert_eq!(world.texts(ASHA).await.len(), told, "nobody is written to");
    let waits = "SELECT count(*) AS count FROM jobs WHERE kind = 'conversation.send' AND state = 'ready' AND attempts = 0";
    assert_ne!(
        world.count(waits),
        0,
        "what is to be said waits, and that is no failed try"
    );
    // Days go by: nothing is given up, and no digest is told.
    world.pass(Duration::hours(2)).await;
    world.jump(world.clock.now() + Duration::days(3)).await;
    assert_eq!(
        world.count("SELECT count(*) AS count FROM jobs WHERE state = 'dead'"),
        0
    );
    assert_eq!(world.texts(OWNER).await, Vec::<String>::new());
    let late = "SELECT count(*) AS count FROM schedules WHERE last_success_at IS DISTINCT FROM last_tick_at";
    assert_eq!(world.count(late), 0, "a digest that was left out did not fail");
    world.parts.set_open(tenant, true).await.unwrap();
    world.pass(Duration::minutes(15)).await;
    assert!(world.texts(ASHA).await.len() > told, "now it is said");
}

#[tokio::test]
async fn what_was_queued_for_a_feature_waits_while_it_is_switched_off() {
    let world = World::new().await;
    let features = &world.parts.access.features;
    let switch = async |on| {
        let (tenant, by) = (world.tenant.tenant, "operator".to_owned());
        features
            .switch_as(tenant, Feature::Payroll, on, by)
            .await
            .unwrap()
    };
    switch(false).await;
    let tenant = world.tenant.tenant;
    let nothing = "00000000-0000-7000-8000-000000000000";
    world.execute(&format!(
        "INSERT INTO jobs (id, kind, tenant_id, payload, run_at)
         VALUES (gen_random_uuid(), 'payroll.send', '{tenant}', '{{\"type\": \"send\", \"data\": {{\"export\": \"{nothing}\"}}}}', '2026-05-12Z')"
    ));
    world.work().await;
    let waits = "SELECT count(*) AS count FROM jobs WHERE kind = 'payroll.send' AND state = 'ready' AND attempts = 0 AND last_error IS NULL";
    assert_eq!(world.count(waits), 1, "it was not begun");
    switch(true).await;
    world.pass(Duration::minutes(15)).await;
    assert_eq!(world.count(waits), 0, "now it was");
}
