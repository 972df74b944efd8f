//! M-Pesa's statement beside the books.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

const STATEMENTS: &str = "/api/v1/till/statements";

async fn bring_in(world: &World, csv: &Value) -> Value {
    let (status, brought) = world
        .call(Method::POST, STATEMENTS, Some(json!({ "csv": csv })))
        .await;
    assert_eq!(status, StatusCode::OK, "{brought}");
    brought
}

async fn unmatched(world: &World) -> Value {
    let (status, waits) = world
        .call(Method::GET, &format!("{STATEMENTS}/unmatched"), None)
        .await;
    assert_eq!(status, StatusCode::OK, "{waits}");
    waits
}

#[tokio::test]
async fn the_statement_and_the_books_agree_to_the_cent_after_all_decisions() {
    let world = World::new().await;
    world
        .tell_simulator("/sim/config", json!({ "charge_per_mille": 5 }))
        .await;
    world.book_and_pay().await;
    let by_hand = json!({ "phone": "254700000777", "amount": 300, "account_reference": "nobody's" });
    world.tell_simulator("/sim/mpesa/pay-by-hand", by_hand).await;

    let csv = world.ask_simulator("/sim/mpesa/statement.csv").await;
    let brought = bring_in(&world, &csv).await;
    assert_eq!(
        (&brought["statement"]["lines"], &brought["broken"]),
        (&json!(4), &json!(0)),
        "{brought}"
    );
    let waits = unmatched(&world).await;
    assert_eq!(
        (&waits["lines_count"], &waits["absences_count"]),
        (&json!(2), &json!(0)),
        "the prompt's money and its charge are known: {waits}"
    );
    let again = bring_in(&world, &csv).await;
    assert_eq!(
        again["statement"], brought["statement"],
        "the same file is the same statement"
    );

    for line in waits["lines"].as_array().unwrap() {
        let path = format!("{STATEMENTS}/lines/{}/decide", line["id"].as_str().unwrap());
        let verdict = if line["kind"] == "charge" { "fee" } else { "other" };
        let nothing_said = json!({ "verdict": verdict, "reason": " " });
        let (status, problem) = world.call(Method::POST, &path, Some(nothing_said)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
        let body = json!({ "verdict": verdict, "reason": "a stranger's" });
        for _again in 0..2 {
            let (status, line) = world.call(Method::POST, &path, Some(body.clone())).await;
            assert_eq!(
                (status, &line["state"]),
                (StatusCode::OK, &json!(verdict)),
                "{line}"
            );
        }
        let otherwise = json!({ "verdict": "ignore", "reason": "a stranger's" });
        let (status, _) = world.call(Method::POST, &path, Some(otherwise)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        // Whoever was wrong takes it back, and says it anew.
        let back = path.replace("/decide", "/take-back");
        let (status, open) = world
            .order(&world.api, &back, &back, &json!({ "reason": "a slip" }))
            .await;
        assert_eq!(
            (status, &open["state"], &open["taken_back"]),
            (StatusCode::OK, &json!("open"), &json!(1)),
            "{open}"
        );
        let (_, shown) = world.call(Method::GET, &path.replace("/decide", ""), None).await;
        let kept = &shown["taken_back"][0];
        assert_eq!(
            (&kept["state"], &kept["reason"], &kept["taken_back_reason"]),
            (&json!(verdict), &json!("a stranger's"), &json!("a slip")),
            "{shown}"
        );
        assert_eq!(kept["decided_by"], kept["taken_back_by"], "{shown}");
        assert!(
            kept["decided_at"].is_string() && kept["taken_back_at"].is_string(),
            "{shown}"
        );
        let (_, suspense) = world.call(Method::GET, "/api/v1/ledger/suspense", None).await;
        assert_eq!(
            suspense["items"],
            json!([]),
            "what was taken back waits for no word"
        );
        let (status, again) = world.call(Method::POST, &path, Some(body)).await;
        assert_eq!(
            (status, &again["state"]),
            (StatusCode::OK, &json!(verdict)),
            "{again}"
        );
        if verdict == "other" {
            let (_, suspense) = world.call(Method::GET, "/api/v1/ledger/suspense", None).await;
            let lying = &suspense["items"][0];
            assert_eq!(lying["reason"], "a stranger's", "{suspense}");
            let clear = format!(
                "/api/v1/ledger/suspense/{}/clearings",
                lying["journal_id"].as_str().unwrap()
            );
            let income = json!({ "to": "other_income", "reason": "found" });
            let (status, cleared) = world.order(&world.api, &clear, "clear", &income).await;
            assert_eq!(status, StatusCode::CREATED, "{cleared}");
            let (status, problem) = world
                .order(&world.api, &back, "late", &json!({ "reason": "a slip" }))
                .await;
            assert_eq!(
                (status, &problem["built_on"]),
                (StatusCode::CONFLICT, &json!("cleared")),
                "{problem}"
            );
        }
    }
    let waits = unmatched(&world).await;
    assert_eq!((&waits["lines"], &waits["absences"]), (&json!([]), &json!([])));
    let clearing = world.count(
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries WHERE account = 'mpesa_clearing'",
    );
    let book = world.ask_simulator("/sim/mpesa/book").await;
    assert_eq!(
        json!(clearing),
        book["balance_cents"],
        "the books hold what M-Pesa holds"
    );
}
