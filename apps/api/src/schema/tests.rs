#![expect(dead_code, reason = "the types stand for their schemas")]

use serde_json::json;
use time::OffsetDateTime;

use super::*;
use crate::dto::{Amount, Moment};

/// An order.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Order {
    /// For whom.
    customer_id: Uuid,
    #[schemars(length(min = 1, max = 2))]
    parts: Vec<Part>,
    start: Moment,
    note: Option<Note>,
    amount: Option<Amount>,
    wish: Wish,
    discount: Option<Discount>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Part {
    #[schemars(range(min = 0, max = 7))]
    guest: u8,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Note {
    #[schemars(length(max = 3))]
    text: String,
}

/// With documented variants, schemars makes a `oneOf` of constants.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Wish {
    /// This one.
    Only,
    /// Better this one.
    Rather,
}

#[derive(JsonSchema)]
#[schemars(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Discount {
    Flat { amount: Amount },
    Percent { basis_points: u32 },
}

fn found(value: &Value) -> Vec<(String, String)> {
    faults(&schema_of::<Order>(), value)
        .into_iter()
        .map(|fault| (fault.field, fault.message))
        .collect()
}

fn right() -> Value {
    json!({
        "customer_id": "0190b0a0-0000-7000-8000-000000000001",
        "parts": [{ "guest": 0 }],
        "start": "2026-05-13T14:00:00+03:00",
        "wish": "only",
    })
}

#[test]
fn what_fits_has_no_faults() {
    assert_eq!(found(&right()), []);
    let mut more = right();
    more["note"] = json!(null);
    more["amount"] = json!({ "amount_minor": 5, "currency": "KES" });
    more["discount"] = json!({ "kind": "percent", "basis_points": 100 });
    assert_eq!(found(&more), []);
}

#[test]
fn every_fault_is_named_at_once_with_its_path() {
    let wrong = json!({
        "customer_id": "asha",
        "parts": [{ "guest": 9 }, { "guest": "x", "colour": 1 }],
        "note": { "text": "long" },
        "amount": { "amount_minor": -1, "currency": "KSH" },
        "wish": "never",
        "discount": { "kind": "percent", "amount": 1 },
        "more": 1,
    });
    let paths: Vec<String> = found(&wrong).into_iter().map(|(path, _)| path).collect();
    let expected = [
        "start",
        "amount.amount_minor",
        "amount.currency",
        "customer_id",
        "discount.basis_points",
        "discount.amount",
        "more",
        "note.text",
        "parts.0.guest",
        "parts.1.colour",
        "parts.1.guest",
        "wish",
    ];
    let mut paths_sorted = paths.clone();
    paths_sorted.sort_unstable();
    let mut expected: Vec<String> = expected.iter().map(|path| (*path).to_owned()).collect();
    expected.sort_unstable();
    assert_eq!(paths_sorted, expected);
}

#[test]
fn counts_and_forms_are_checked() {
    let mut none = right();
    none["parts"] = json!([]);
    assert_eq!(
        found(&none),
        [("parts".to_owned(), "must have at least 1".to_owned())]
    );
    let mut many = right();
    many["parts"] = json!([{}, {}, {}]);
    assert_eq!(
        found(&many),
        [("parts".to_owned(), "must have at most 2".to_owned())]
    );
    assert_eq!(
        found(&json!([])),
        [(String::new(), "must be an object".to_owned())]
    );
    let mut wish = right();
    wish["wish"] = json!("never");
    assert_eq!(
        found(&wish),
        [("wish".to_owned(), "must be one of only, rather".to_owned())]
    );
}

#[test]
fn the_time_of_a_moment_must_exist() {
    let mut late = right();
    late["start"] = json!("2026-02-30T14:00:00Z");
    assert_eq!(found(&late).len(), 1);
    assert!(OffsetDateTime::UNIX_EPOCH.year() < 2000);
    late["start"] = json!("1970-01-01T00:00:00Z");
    assert_eq!(found(&late).len(), 1);
}
