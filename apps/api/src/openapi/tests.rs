use std::collections::BTreeSet;

use super::*;

/// With `RATIBA_ACCEPT=1` the snapshot is written instead of compared.
#[test]
fn the_document_equals_its_snapshot() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/openapi.json");
    let now = format!("{}\n", serde_json::to_string_pretty(&*DOCUMENT).unwrap());
    if std::env::var_os("RATIBA_ACCEPT").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let snapshot = std::fs::read_to_string(path).unwrap();
    assert!(
        snapshot == now,
        "the API changed: run this test with RATIBA_ACCEPT=1 and look at the difference"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_a_group_a_summary_and_an_answer() {
    let mut names = BTreeSet::new();
    for endpoint in ENDPOINTS.iter() {
        assert!(names.insert(operation_id(endpoint)), "{} twice", endpoint.path);
        assert!(
            !endpoint.group.is_empty() && !endpoint.summary.is_empty(),
            "{}",
            endpoint.path
        );
        assert!(!endpoint.answers.is_empty(), "{}", endpoint.path);
        assert!(
            !endpoint.path.starts_with("/api/v1/")
                || matches!(endpoint.access, Access::Scope(_))
                || endpoint.group == "documentation",
            "{} is open",
            endpoint.path
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                    found.push(target.to_owned());
                }
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    references(&DOCUMENT, &mut found);
    assert!(!found.is_empty());
    for target in found {
        let pointer = target.trim_start_matches('#');
        assert!(DOCUMENT.pointer(pointer).is_some(), "{target} leads nowhere");
    }
}
