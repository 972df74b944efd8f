//! The schema and the page say what the reader reads.

use std::collections::BTreeSet;

use super::*;

fn schema() -> Value {
    let text = std::fs::read_to_string(place("docs/commission.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_schema_has_every_field_of_the_reader_and_no_other() {
    let schema = schema();
    let forms: [(&str, &[&str]); 7] = [
        ("", &CASE),
        ("later", &LATER),
        ("settings", &facts::SETTINGS),
        ("staff", &facts::STAFF),
        ("service", &facts::SERVICE),
        ("rule", &facts::RULE),
        ("appointment", &appointments::APPOINTMENT),
    ];
    for (name, fields) in forms {
        let form = if name.is_empty() {
            &schema
        } else {
            &schema["$defs"][name]
        };
        let known: BTreeSet<&str> = form["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(known, fields.iter().copied().collect(), "{name}");
    }
}

#[test]
fn the_page_has_every_field_of_a_case() {
    let page = std::fs::read_to_string(place("docs/commission.md")).unwrap();
    let forms: [&[&str]; 5] = [
        &CASE,
        &facts::SETTINGS,
        &facts::SERVICE,
        &[
            "staff",
            "category",
            "rule_type",
            "value",
            "valid_from",
            "valid_to",
        ],
        &appointments::APPOINTMENT,
    ];
    for field in forms.into_iter().flatten() {
        assert!(page.contains(&format!("`{field}`")), "{field}");
    }
}

#[test]
fn the_example_on_the_page_is_answered_as_the_page_says() {
    let page = std::fs::read_to_string(place("docs/commission.md")).unwrap();
    let (_, rest) = page.split_once("```json\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let answer = answered(example);
    let totals = &answer["totals"];
    assert_eq!(
        (&totals["commission_minor"], &totals["tip_minor"]),
        (&Value::from(50_000 + 140_000), &Value::from(20_000))
    );
}
