use serde_json::from_value;

use super::*;

fn seen(rows: &[(&str, Value)], movements: Value) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mpesa = &mut snapshot.providers.mpesa;
    mpesa.movements = from_value(movements).unwrap();
    mpesa.pushes = from_value(json!([
        { "token_sha256": "token", "asked": 1, "without_token": 0, "prompts": ["ws_1"] },
    ]))
    .unwrap();
    for (table, rows) in rows {
        let rows = rows.clone();
        let of = &mut snapshot.rows;
        match *table {
            "attempts" => of.attempts = from_value(rows).unwrap(),
            "payments" => of.payments = from_value(rows).unwrap(),
            "refunds" => of.refunds = from_value(rows).unwrap(),
            "letters" => of.letters = from_value(rows).unwrap(),
            "lines" => of.lines = from_value(rows).unwrap(),
            "absences" => of.absences = from_value(rows).unwrap(),
            other => panic!("{other}"),
        }
    }
    snapshot
}

fn attempt(state: &str) -> Value {
    json!([{
        "id": "one", "payment_id": "payment", "provider": "mpesa", "state": state, "amount_minor": 24_000, "receipt": null,
        "dispute": null, "merchant_reference": "reference", "provider_checkout_id": "ws_1", "tokens": ["token"],
    }])
}

fn payment() -> Value {
    json!([{
        "id": "payment", "visit_id": "visit", "customer_id": "asha", "phone": "+254700000123",
        "account_reference": "REF1", "purpose": "deposit", "state": "open", "paid_minor": 0, "credited_minor": 0,
    }])
}

fn came(amount: i64, checkout: Option<&str>, typed: &str) -> Value {
    json!([{
        "receipt": "TEC0000001", "checkout_request_id": checkout, "amount": amount, "phone": "254700000123",
        "account_reference": typed, "reversed_by": null,
    }])
}

fn line(kind: &str, receipt: &str) -> Value {
    json!([{
        "id": "line", "receipt": receipt, "kind": kind, "amount_minor": 24_000, "linked_receipt": "TEC0000001",
        "state": "open",
    }])
}

fn letter(body: &str) -> Value {
    json!([{ "id": "letter", "reason": "unreadable", "state": "new", "ours": true, "receipt": null, "body": body }])
}

/// The only decision.
fn decided(seen: &Snapshot) -> Decision {
    let mut decisions = decisions(seen, &mut Dice::new(1));
    assert_eq!(decisions.len(), 1, "{decisions:#?}");
    decisions.remove(0)
}

#[test]
fn an_attempt_in_review_ends_as_the_provider_s_book_says() {
    let rows = [("attempts", attempt("in_review"))];
    let paid = decided(&seen(&rows, came(241, Some("ws_1"), "")));
    assert_eq!(paid.path, "/api/v1/attempts/one/resolve");
    assert_eq!(
        (&paid.body["outcome"], &paid.body["receipt"], &paid.body["amount"]),
        (&json!("paid"), &json!("TEC0000001"), &kes(24_100))
    );
    let nothing = decided(&seen(&rows, json!([])));
    assert_eq!(nothing.body["outcome"], "failed");
}

#[test]
fn money_whose_prompt_is_still_out_is_left_alone() {
    let rows = [
        ("attempts", attempt("awaiting_customer")),
        ("payments", payment()),
        ("letters", letter("TEC0000001")),
        ("lines", line("charge", "TEC0000001")),
    ];
    let seen = seen(&rows, came(240, Some("ws_1"), ""));
    assert_eq!(decisions(&seen, &mut Dice::new(1)), []);
}

#[test]
fn a_letter_is_matched_to_whom_its_money_is_for_or_its_money_goes_back() {
    let rows = [("payments", payment()), ("letters", letter("{TEC0000001}"))];
    let mut verbs = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let seen = seen(&rows, came(240, None, "REF1"));
        let decision = decisions(&seen, &mut Dice::new(seed)).remove(0);
        if decision.at_provider.is_none() {
            assert_eq!(decision.body["payment_id"], "payment");
        }
        verbs.insert(decision.path);
    }
    let paths = [
        "/api/v1/dead-letters/letter/match",
        "/api/v1/dead-letters/letter/refund",
    ];
    assert_eq!(verbs, paths.map(str::to_owned).into());
    let of_nothing = decided(&seen(&[("letters", letter("{"))], json!([])));
    assert_eq!(of_nothing.path, "/api/v1/dead-letters/letter/dismiss");
}

#[test]
fn another_amount_than_is_booked_is_taken_out_of_the_books_before_its_line_is_explained() {
    let mut rows = vec![
        ("attempts", attempt("paid")),
        ("payments", payment()),
        ("lines", line("received", "TEC0000001")),
    ];
    let movement = came(241, Some("ws_1"), "");
    let before = seen(&rows, movement.clone());
    assert_eq!(decisions(&before, &mut Dice::new(1)), []);
    let never = absence(&before, "one").unwrap();
    assert_eq!(never.path, "/api/v1/till/statements/absences/one/decide");
    rows.push(("absences", json!([{ "id": "one", "verdict": "never_moved" }])));
    assert_eq!(decided(&seen(&rows, movement)).body["verdict"], "other");
    let same = seen(&rows, came(240, Some("ws_1"), ""));
    assert_eq!(absence(&same, "one"), None, "what moved is not explained away");
}

#[test]
fn a_reversal_is_told_from_one_that_never_was() {
    let refund = |state: &str| {
        json!([{
            "id": "back", "payment_id": "payment", "way": "mpesa_reversal", "state": state, "amount_minor": 24_000,
            "attempt_id": "one", "looked_up": false, "original_receipt": "TEC0000001", "source": "payment",
            "given_twice_minor": null, "taken_of_credit_minor": null,
        }])
    };
    let mut doubtful = seen(&[("refunds", refund("in_review"))], json!([]));
    assert_eq!(decided(&doubtful).body["outcome"], "rejected");
    doubtful.providers.mpesa.reversals = from_value(json!([
        { "receipt": "TECBACK001", "original_receipt": "TEC0000001", "amount": 240 },
    ]))
    .unwrap();
    assert_eq!(decided(&doubtful).body["receipt"], "TECBACK001");
    let rows = [
        ("refunds", refund("done")),
        ("lines", line("reversal", "TECBACK001")),
    ];
    let explained = decided(&seen(&rows, came(240, None, "REF1")));
    assert_eq!(explained.body["refund_id"], "back");
}
