//! What lies in suspense, and a manager's word for it.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

const SUSPENSE: &str = "/api/v1/ledger/suspense";

fn kes(whole: i64) -> Value {
    json!({ "amount_minor": whole * 100, "currency": "KES" })
}

async fn balance(world: &World, account: &str) -> i64 {
    let (_, found) = world.call(Method::GET, "/api/v1/ledger/balances", None).await;
    let items = found["items"].as_array().unwrap();
    let minor = |item: &Value| item["balance"]["amount_minor"].as_i64().unwrap();
    assert_eq!(
        items.iter().map(minor).sum::<i64>(),
        0,
        "the books balance: {found}"
    );
    let found = items.iter().find(|item| item["account"] == account);
    minor(found.unwrap())
}

#[tokio::test]
async fn a_manager_clears_what_the_drawer_left_in_suspense_and_no_more_of_it() {
    let world = World::new().await;
    let float = json!({ "float": kes(2_000) });
    let (_, drawer) = world
        .order(&world.api, "/api/v1/till/sessions", "open", &float)
        .await;
    let moves = format!(
        "/api/v1/till/sessions/{}/movements",
        drawer["id"].as_str().unwrap()
    );
    let milk = json!({ "kind": "pay_out", "amount": kes(150), "reason": "milk" });
    let (status, moved) = world.order(&world.api, &moves, "milk", &milk).await;
    assert_eq!(status, StatusCode::CREATED, "{moved}");
    let (status, waits) = world.call(Method::GET, SUSPENSE, None).await;
    assert_eq!(status, StatusCode::OK, "{waits}");
    let items = waits["items"].as_array().unwrap();
    let lying = items.iter().find(|item| item["amount"] == kes(150)).unwrap();
    assert_eq!(
        (&lying["why"], &lying["reason"]),
        (&json!("cash was taken out of the drawer"), &json!("milk")),
        "{lying}"
    );
    let path = format!("{SUSPENSE}/{}/clearings", lying["journal_id"].as_str().unwrap());
    let desk = world.token(Role::Receptionist).await;
    let (status, _) = world
        .call_as(
            &desk,
            Method::POST,
            &path,
            Some(json!({ "to": "owner", "reason": "x" })),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let said = json!({ "to": "expenses", "amount": kes(100), "reason": "milk for the tea" });
    let (status, cleared) = world.order(&world.api, &path, "clear", &said).await;
    assert_eq!(
        (status, &cleared["to"]),
        (StatusCode::CREATED, &json!("expenses")),
        "{cleared}"
    );
    let (_, again) = world.order(&world.api, &path, "clear", &said).await;
    assert_eq!(again, cleared);
    let more = json!({ "to": "expenses", "amount": kes(51), "reason": "x" });
    let (status, problem) = world.order(&world.api, &path, "more", &more).await;
    assert_eq!(
        (status, &problem["left"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &kes(50)),
        "{problem}"
    );
    let rest = json!({ "to": "owner", "reason": "their own tea" });
    let (_, rest) = world.order(&world.api, &path, "rest", &rest).await;
    assert_eq!(rest["amount"], kes(50));
    let (status, problem) = world.order(&world.api, &path, "late", &said).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    assert_eq!(
        (balance(&world, "expenses").await, balance(&world, "owner").await),
        (10_000, 5_000)
    );
    assert_eq!(
        balance(&world, "suspense").await,
        -200_000,
        "the float waits still"
    );
    let (_, said) = world.call(Method::GET, "/api/v1/ledger/clearings", None).await;
    assert_eq!(said["items"][0], rest);
    assert_eq!(said["items"][1]["by"], cleared["by"]);

    let income = json!({ "to": "other_income", "reason": "x" });
    let float = items.iter().find(|item| item["amount"] == kes(-2_000)).unwrap();
    let of_float = format!("{SUSPENSE}/{}/clearings", float["journal_id"].as_str().unwrap());
    let spent = json!({ "to": "expenses", "reason": "x" });
    let (status, problem) = world.order(&world.api, &of_float, "spent", &spent).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "money came: {problem}");
    let undo = format!(
        "/api/v1/ledger/clearings/{}/undo",
        cleared["id"].as_str().unwrap()
    );
    let why = json!({ "reason": "it was theirs" });
    for _ in 0..2 {
        let (status, undone) = world.order(&world.api, &undo, "undo", &why).await;
        assert_eq!(
            (status, &undone["undone"]["reason"]),
            (StatusCode::OK, &why["reason"]),
            "{undone}"
        );
    }
    let (status, problem) = world.order(&world.api, &undo, "undo-again", &why).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    let (status, problem) = world.order(&world.api, &path, "income", &income).await;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "money is gone: {problem}"
    );
    assert_eq!(balance(&world, "expenses").await, 0);
    let (_, waits) = world.call(Method::GET, SUSPENSE, None).await;
    assert_eq!(waits["items"][0]["left"], kes(100), "{waits}");
}
