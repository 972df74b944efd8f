//! What a customer is given as proof: in the chat, once for each payment, and at the desk in three forms.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, World};

fn shillings(whole: i64) -> Value {
    json!({ "amount_minor": whole * 100, "currency": "KES" })
}

async fn visit_of(world: &World) -> String {
    let appointments = world.appointments("2026-05-13").await;
    appointments[0]["visit_id"].as_str().unwrap().to_owned()
}

/// The messages to the customer of a wire type.
async fn of_type(world: &World, kind: &str) -> Vec<Value> {
    let mut messages = world.messages(ASHA).await;
    messages.retain(|message| message["type"] == kind);
    messages
}

/// A PDF as it is, and the text on it.
async fn file_of(world: &World, message: &Value) -> String {
    let id = message["raw"]["document"]["id"].as_str().unwrap();
    let file = world.ask_simulator(&format!("/sim/media/{id}")).await;
    let file = file.as_str().unwrap_or_default().to_owned();
    assert!(
        file.starts_with("%PDF-1.4") && file.ends_with("%%EOF\n"),
        "{file}"
    );
    file
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

async fn receipt_as(world: &World, visit: &str, accept: &str) -> (StatusCode, Value) {
    let token = format!("Bearer {}", world.owner);
    let headers = [("Authorization", token.as_str()), ("Accept", accept)];
    let path = format!("/api/v1/visits/{visit}/receipt");
    world.raw(Method::GET, &path, &headers, Vec::new()).await
}

#[tokio::test]
async fn every_payment_has_one_receipt_in_words_and_as_a_document_whatever_it_was_paid_with() {
    let world = World::new().await;
    let fault = json!({ "target": "daraja.callback", "kind": "repeat", "times": 9 });
    world.tell_simulator("/sim/faults", fault).await;
    world.book_and_pay().await;
    world.work().await;
    let number = world.text("SELECT receipt AS text FROM payment_attempts WHERE state = 'paid'");
    let receipts = async || {
        let mut texts = world.texts(ASHA).await;
        texts.retain(|text| text.starts_with("RISITI\n"));
        texts
    };
    let first = receipts().await;
    assert_eq!(first.len(), 1, "ten callbacks, one receipt: {first:#?}");
    assert!(
        first[0].contains(&format!("M-Pesa {number}: KES 1,050")),
        "{}",
        first[0]
    );
    assert!(first[0].ends_with("Bado kulipwa: KES 2,450"), "{}", first[0]);
    let documents = of_type(&world, "document").await;
    assert_eq!(documents.len(), 1);
    let file = file_of(&world, &documents[0]).await;
    assert!(file.contains(&hex(&number)) && file.contains(&hex("KES 1,050")));

    let visit = visit_of(&world).await;
    let open = json!({ "float": shillings(0) });
    let (status, till) = world
        .order(&world.api, "/api/v1/till/sessions", "open", &open)
        .await;
    assert_eq!(status, StatusCode::CREATED, "{till}");
    let cash = json!({ "amount": shillings(2_450) });
    let path = format!("/api/v1/visits/{visit}/cash");
    let (status, taken) = world.order(&world.api, &path, "cash", &cash).await;
    assert_eq!(status, StatusCode::CREATED, "{taken}");
    world.work().await;
    let both = receipts().await;
    assert_eq!(both.len(), 2, "{both:#?}");
    assert!(
        both[1].contains("Pesa taslimu: KES 2,450\nImelipwa: KES 3,500\n"),
        "{}",
        both[1]
    );
    assert!(both[1].ends_with("Hakuna kilichobaki kulipwa"), "{}", both[1]);
    assert_eq!(of_type(&world, "document").await.len(), 2);
}

#[tokio::test]
async fn the_desk_reads_a_receipt_as_data_as_text_and_as_a_document() {
    let world = World::new().await;
    world.book_and_pay().await;
    let visit = visit_of(&world).await;
    let (status, receipt) = receipt_as(&world, &visit, "application/json").await;
    assert_eq!(status, StatusCode::OK, "{receipt}");
    for (member, whole) in [
        ("charged", 3_500),
        ("received", 1_050),
        ("kept", 1_050),
        ("to_credit", 0),
        ("refunded", 0),
        ("balance", 2_450),
    ] {
        assert_eq!(receipt[member], shillings(whole), "{member}: {receipt:#}");
    }
    assert_eq!(receipt["paid"][0]["tender"], "mpesa");
    let number = receipt["paid"][0]["number"].as_str().unwrap().to_owned();

    let (_, text) = receipt_as(&world, &visit, "text/plain;q=0.8, application/json;q=0.1").await;
    let text = text.as_str().unwrap().to_owned();
    assert!(text.starts_with("RISITI\n") && text.contains(&number), "{text}");
    let (_, file) = receipt_as(&world, &visit, "application/pdf").await;
    let file = file.as_str().unwrap();
    assert!(
        file.starts_with("%PDF-1.4") && file.contains(&hex(&number)),
        "{file}"
    );
    let (_, english) = world
        .raw(
            Method::GET,
            &format!("/api/v1/visits/{visit}/receipt?language=en"),
            &[
                ("Authorization", &format!("Bearer {}", world.owner)),
                ("Accept", "text/plain"),
            ],
            Vec::new(),
        )
        .await;
    assert!(english.as_str().unwrap().starts_with("RECEIPT\n"), "{english}");

    let (status, problem) = receipt_as(&world, &visit, "image/png").await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::NOT_ACCEPTABLE, &json!("/problems/not-acceptable"))
    );
    let nobody = "00000000-0000-7000-8000-000000000000";
    assert_eq!(receipt_as(&world, nobody, "*/*").await.0, StatusCode::NOT_FOUND);
}
