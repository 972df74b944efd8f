//! Reversals and questions for a status: accepted at once, told later.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use serde_json::{Value, json};

use crate::support::{ASHA, Stage};

fn reversal(stage: &Stage, receipt: &Value) -> Value {
    json!({
        "Initiator": "testapi", "SecurityCredential": "example-security-credential",
        "CommandID": "TransactionReversal", "TransactionID": receipt, "Amount": 1500,
        "ReceiverParty": "654321", "RecieverIdentifierType": "11",
        "ResultURL": format!("{}/result/9ab4", stage.receiver),
        "QueueTimeOutURL": format!("{}/timeout/9ab4", stage.receiver), "Remarks": "Cancelled in time",
        "Occasion": "" })
}

fn status_question(stage: &Stage, name: &str, subject: &Value) -> Value {
    let mut body = json!({
        "Initiator": "testapi", "SecurityCredential": "example-security-credential",
        "CommandID": "TransactionStatusQuery", "PartyA": 654_321, "IdentifierType": "4",
        "ResultURL": format!("{}/result/9ab4", stage.receiver),
        "QueueTimeOutURL": format!("{}/timeout/9ab4", stage.receiver), "Remarks": "look", "Occasion": "" });
    body[name] = subject.clone();
    body
}

async fn ask(stage: &Stage, path: &str, body: &Value) -> (u16, Value) {
    let token = stage.token().await;
    let answer = stage.daraja(path, &token, body).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn reverse(stage: &Stage, receipt: &Value) -> Value {
    let (status, body) = ask(stage, "reversal/v1/request", &reversal(stage, receipt)).await;
    assert_eq!((status, &body["ResponseCode"]), (200, &json!("0")), "{body}");
    assert!(
        body["ConversationID"]
            .as_str()
            .unwrap()
            .starts_with("AG_20260512_")
    );
    body
}

/// A payment whose callback was looked away from, by its receipt.
async fn paid(stage: &mut Stage) -> Value {
    let id = stage.push().await["CheckoutRequestID"].clone();
    let receipt = stage.approve(&id).await["receipt"].clone();
    stage.got().await;
    receipt
}

async fn result(stage: &mut Stage) -> Value {
    let got = stage.got().await;
    assert_eq!(got.path, "/result/9ab4");
    got.json()["Result"].clone()
}

fn parameter(result: &Value, key: &str) -> Value {
    let list = result["ResultParameters"]["ResultParameter"].as_array().unwrap();
    list.iter().find(|it| it["Key"] == key).unwrap()["Value"].clone()
}

#[tokio::test]
async fn a_reversal_gives_the_money_back_once_and_its_result_has_a_receipt_of_its_own() {
    let mut stage = Stage::new().await;
    let receipt = paid(&mut stage).await;
    let asked = reverse(&stage, &receipt).await;
    let told = result(&mut stage).await;
    assert_eq!((&told["ResultType"], &told["ResultCode"]), (&json!(0), &json!(0)));
    assert_eq!(told["ConversationID"], asked["ConversationID"]);
    assert_eq!(
        told["OriginatorConversationID"],
        asked["OriginatorConversationID"]
    );
    assert_ne!(told["TransactionID"], receipt);
    assert_eq!(parameter(&told, "OriginalTransactionID"), receipt);
    assert_eq!(parameter(&told, "Amount"), 1500);
    assert_eq!(parameter(&told, "Charge"), 0);
    assert!(parameter(&told, "TransCompletedTime").is_u64());
    assert_eq!(
        parameter(&told, "DebitAccountBalance"),
        "Utility Account|KES|0.00|0.00|0.00|0.00"
    );
    assert_eq!(
        parameter(&told, "CreditPartyPublicName"),
        format!("{ASHA} - CUSTOMER")
    );
    assert_eq!(
        told["ReferenceData"],
        json!({ "ReferenceItem": { "Key": "Occasion" } })
    );

    reverse(&stage, &receipt).await;
    let again = result(&mut stage).await;
    assert_eq!(again["ResultCode"], "R000001");
    assert_eq!(again.get("ResultParameters"), None);

    let book = stage.get("/sim/mpesa/book").await;
    assert_eq!(book["movements"][0]["reversed_by"], told["TransactionID"]);
    assert_eq!(book["reversals"].as_array().unwrap().len(), 1);
    assert_eq!(book["reversals"][0]["original_receipt"], receipt);
    assert_eq!(book["balance_cents"], 0);
    assert_eq!(book["requests"].as_array().unwrap().len(), 2);
    stage.over().await;
}

#[tokio::test]
async fn each_way_a_reversal_fails_by_itself_has_its_code_and_moves_nothing() {
    let mut stage = Stage::new().await;
    let receipt = paid(&mut stage).await;
    let fail = async |stage: &mut Stage, body: &Value| {
        assert_eq!(ask(stage, "reversal/v1/request", body).await.0, 200);
        result(stage).await["ResultCode"].clone()
    };
    let unknown = reversal(&stage, &json!("TEC0000000"));
    assert_eq!(fail(&mut stage, &unknown).await, "R000002");
    let mut wrong = reversal(&stage, &receipt);
    wrong["SecurityCredential"] = json!("old");
    assert_eq!(fail(&mut stage, &wrong).await, 2001);
    let mut more = reversal(&stage, &receipt);
    more["Amount"] = json!("1501");
    assert_eq!(fail(&mut stage, &more).await, 2006);
    stage.post("/sim/mpesa/withdraw", json!({ "amount": 1 })).await;
    let low = reversal(&stage, &receipt);
    assert_eq!(fail(&mut stage, &low).await, 1);
    assert_eq!(stage.get("/sim/mpesa/book").await["reversals"], json!([]));
    stage.over().await;
}

#[tokio::test]
async fn every_documented_code_of_a_reversal_can_be_what_becomes_of_it() {
    let mut stage = Stage::new().await;
    let receipt = paid(&mut stage).await;
    for code in [
        "R000001", "R000002", "1", "11", "21", "2001", "2006", "2028", "8006",
    ] {
        stage
            .fault(json!({ "target": "daraja.reversal", "kind": "code", "code": code }))
            .await;
        reverse(&stage, &receipt).await;
        let told = result(&mut stage).await;
        let expected = code.parse::<u64>().map_or_else(|_| json!(code), |it| json!(it));
        assert_eq!(told["ResultCode"], expected);
        assert_ne!(
            told["ResultDesc"], "The transaction could not be processed.",
            "{code}"
        );
    }
    assert_eq!(stage.get("/sim/mpesa/book").await["reversals"], json!([]));
    stage.over().await;
}

#[tokio::test]
async fn a_result_may_deny_what_happened_and_have_the_rarer_shapes() {
    let mut stage = Stage::new().await;
    let receipt = paid(&mut stage).await;
    stage
        .fault(json!({ "target": "daraja.result", "kind": "code", "code": 8006, "match": ASHA }))
        .await;
    reverse(&stage, &receipt).await;
    assert_eq!(result(&mut stage).await["ResultCode"], 8006);
    assert_eq!(
        stage.get("/sim/mpesa/book").await["reversals"][0]["original_receipt"],
        receipt
    );

    let question = status_question(&stage, "TransactionID", &receipt);
    for variant in ["one_object", "missing_value", "numbers"] {
        stage
            .fault(json!({ "target": "daraja.result", "kind": "shape", "variant": variant }))
            .await;
        ask(&stage, "transactionstatus/v1/query", &question).await;
        let told = result(&mut stage).await;
        let parameters = &told["ResultParameters"]["ResultParameter"];
        match variant {
            "one_object" => assert_eq!(*parameters, json!({ "Key": "ReceiptNo", "Value": receipt })),
            "missing_value" => assert_eq!(parameters[1], json!({ "Key": "TransactionStatus" })),
            _ => {
                assert_eq!(told["ResultCode"], "0");
                assert_eq!(parameters[2], json!({ "Key": "Amount", "Value": "1500" }));
            }
        }
    }
    stage.over().await;
}

#[tokio::test]
async fn a_held_request_is_pending_until_it_is_finished_or_times_out_undone() {
    let mut stage = Stage::new().await;
    stage.post("/sim/config", json!({ "results": "held" })).await;
    let receipt = paid(&mut stage).await;
    let first = reverse(&stage, &receipt).await;
    let waiting = stage.get("/sim/mpesa/requests?state=waiting&wait_ms=20000").await;
    assert_eq!(waiting["requests"][0]["subject"], receipt);
    assert_eq!(waiting["requests"][0].get("result_url"), None);

    let id = first["ConversationID"].as_str().unwrap();
    stage
        .post(&format!("/sim/mpesa/requests/{id}/time-out"), json!({}))
        .await;
    let got = stage.got().await;
    assert_eq!(got.path, "/timeout/9ab4");
    assert_eq!(got.json()["Result"]["ConversationID"], first["ConversationID"]);
    assert_eq!(stage.get("/sim/mpesa/book").await["reversals"], json!([]));
    let over = format!("/sim/mpesa/requests/{id}/finish");
    assert_eq!(stage.post_any(&over, json!({})).await.0, 409);
    assert_eq!(
        stage
            .post_any("/sim/mpesa/requests/AG_x/finish", json!({}))
            .await
            .0,
        404
    );

    let second = reverse(&stage, &receipt).await;
    let id = second["ConversationID"].as_str().unwrap();
    let finished = stage
        .post(&format!("/sim/mpesa/requests/{id}/finish"), json!({}))
        .await;
    assert_eq!(
        (&finished["result_code"], &finished["callback_status"]),
        (&json!("0"), &json!(200))
    );
    assert_eq!(result(&mut stage).await["TransactionID"], finished["receipt"]);

    let third = reverse(&stage, &receipt).await;
    let id = third["ConversationID"].as_str().unwrap();
    stage
        .post(
            &format!("/sim/mpesa/requests/{id}/finish"),
            json!({ "result_code": 8006 }),
        )
        .await;
    assert_eq!(result(&mut stage).await["ResultCode"], 8006);
    stage.over().await;
}

#[tokio::test]
async fn a_status_is_told_by_receipt_and_by_conversation() {
    let mut stage = Stage::new().await;
    let receipt = paid(&mut stage).await;
    let path = "transactionstatus/v1/query";
    ask(&stage, path, &status_question(&stage, "TransactionID", &receipt)).await;
    let told = result(&mut stage).await;
    assert_eq!(parameter(&told, "ReceiptNo"), receipt);
    assert_eq!(parameter(&told, "TransactionStatus"), "Completed");
    assert_eq!(parameter(&told, "Amount"), 1500);
    assert_eq!(parameter(&told, "DebitPartyName"), format!("{ASHA} - CUSTOMER"));
    assert!(parameter(&told, "FinalisedTime").is_u64());

    stage.post("/sim/config", json!({ "results": "held" })).await;
    let asked = reverse(&stage, &receipt).await;
    stage.post("/sim/config", json!({ "results": "at_once" })).await;
    let originator = &asked["OriginatorConversationID"];
    for (name, state) in [
        ("OriginatorConversationID", "Pending"),
        ("OriginalConversationID", "Completed"),
    ] {
        if state == "Completed" {
            let id = asked["ConversationID"].as_str().unwrap();
            stage
                .post(&format!("/sim/mpesa/requests/{id}/finish"), json!({}))
                .await;
            result(&mut stage).await;
        }
        ask(&stage, path, &status_question(&stage, name, originator)).await;
        let told = result(&mut stage).await;
        assert_eq!(parameter(&told, "TransactionStatus"), state);
        assert_eq!(parameter(&told, "CreditPartyName"), format!("{ASHA} - CUSTOMER"));
    }

    // A CheckoutRequestID is not accepted as what it is about: nobody knows it there.
    ask(
        &stage,
        path,
        &status_question(&stage, "TransactionID", &json!("ws_CO_1")),
    )
    .await;
    assert_ne!(result(&mut stage).await["ResultCode"], 0);
    stage.over().await;
}

#[tokio::test]
async fn each_bad_field_of_a_request_is_named() {
    let stage = Stage::new().await;
    let cases = [
        ("CommandID", json!("Reversal")),
        ("Amount", json!("1500.50")),
        ("Amount", json!(0)),
        ("ReceiverParty", json!("111111")),
        ("RecieverIdentifierType", json!("4")),
        ("Remarks", json!("x")),
        ("ResultURL", json!("https://pay.example.co.ke/safaricom")),
        ("QueueTimeOutURL", Value::Null),
        ("TransactionID", Value::Null),
        ("Initiator", Value::Null),
    ];
    for (name, value) in cases {
        let mut body = reversal(&stage, &json!("TEC00EXMPL"));
        body[name] = value;
        let (status, answer) = ask(&stage, "reversal/v1/request", &body).await;
        assert_eq!(status, 400, "{name}");
        assert_eq!(answer["errorMessage"], format!("Bad Request - Invalid {name}"));
    }
    let question = status_question(&stage, "TransactionID", &Value::Null);
    let (status, _) = ask(&stage, "transactionstatus/v1/query", &question).await;
    assert_eq!(status, 400);
    stage.over().await;
}
