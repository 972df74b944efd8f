use std::collections::BTreeSet;
use std::fmt::Write;

use ratiba_access::{Role, Scope};

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
                || !matches!(endpoint.access, Access::Open(_))
                || endpoint.group == "documentation",
            "{} is open",
            endpoint.path
        );
    }
}

#[test]
fn every_operation_that_is_counted_says_how_it_is_refused() {
    for endpoint in ENDPOINTS.iter() {
        let operation = &DOCUMENT["paths"][endpoint.path][endpoint.method.as_str().to_lowercase()];
        let refusal = &operation["responses"]["429"];
        if endpoint.door == Door::Free {
            assert!(refusal.is_null(), "{}", endpoint.path);
        } else {
            for header in ["RateLimit", "RateLimit-Policy", "Retry-After"] {
                assert!(
                    refusal["headers"][header].is_object(),
                    "{} {header}",
                    endpoint.path
                );
            }
        }
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

/// Every address of the API under its theme, as the page shows them.
fn routes_by_theme() -> String {
    let mut themes: Vec<&str> = Vec::new();
    for endpoint in ENDPOINTS.iter() {
        if endpoint.path.starts_with("/api/v1/") && !themes.contains(&endpoint.group) {
            themes.push(endpoint.group);
        }
    }
    let mut page = String::new();
    for theme in themes {
        write!(
            page,
            "\n### {theme}\n\n| address | what | scope |\n| --- | --- | --- |\n"
        )
        .unwrap();
        let of_theme = ENDPOINTS.iter().filter(|endpoint| endpoint.group == theme);
        for endpoint in of_theme.filter(|endpoint| endpoint.path.starts_with("/api/v1/")) {
            let scope = match endpoint.access {
                Access::Open(_) => "none".to_owned(),
                Access::SignedIn => "any".to_owned(),
                Access::Scope(scope) => format!("`{scope}`"),
            };
            let (method, path, what) = (&endpoint.method, endpoint.path, endpoint.summary);
            writeln!(page, "| `{method} {path}` | {what} | {scope} |").unwrap();
        }
    }
    page
}

/// With `RATIBA_ACCEPT=1` the list is written instead of compared.
#[test]
fn the_page_lists_every_address_by_theme() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/README.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (begin, end) = ("<!-- routes: begin -->\n", "<!-- routes: end -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (listed, after) = rest.split_once(end).unwrap();
    let now = format!("{}\n", routes_by_theme());
    if std::env::var_os("RATIBA_ACCEPT").is_some() {
        std::fs::write(path, format!("{before}{begin}{now}{end}{after}")).unwrap();
        return;
    }
    assert!(
        listed == now,
        "the API changed: run this test with RATIBA_ACCEPT=1 and look at the difference"
    );
}

#[test]
fn the_page_names_every_scope_with_the_roles_that_may_have_it() {
    let page = include_str!("../../../../docs/api/README.md");
    let roles = [Role::Therapist, Role::Receptionist, Role::Manager, Role::Owner];
    for scope in Scope::ALL {
        let allowed: Vec<&str> = roles
            .into_iter()
            .filter(|role| role.allows(scope))
            .map(Role::name)
            .collect();
        let allowed = if allowed.len() == roles.len() {
            "all".to_owned()
        } else {
            allowed.join(", ")
        };
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{scope}` |")));
        let row = row.unwrap_or_else(|| panic!("{scope} has no row"));
        assert!(row.ends_with(&format!("| {allowed} |")), "{row}: {allowed}");
    }
}

#[test]
fn what_stands_in_a_path_is_of_its_kind() {
    for endpoint in ENDPOINTS.iter() {
        let operation = &DOCUMENT["paths"][endpoint.path][endpoint.method.as_str().to_lowercase()];
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            if parameter["in"] == "path" && (name == "id" || name.ends_with("_id")) {
                assert_eq!(parameter["schema"]["format"], "uuid", "{} {name}", endpoint.path);
            }
        }
    }
}

#[test]
fn what_is_answered_as_json_is_nowhere_said_to_be_text() {
    for endpoint in ENDPOINTS.iter() {
        let operation = &DOCUMENT["paths"][endpoint.path][endpoint.method.as_str().to_lowercase()];
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let schema = &answer["content"]["application/json"]["schema"];
            assert_ne!(schema["type"], "string", "{} {status}", endpoint.path);
        }
    }
}

#[test]
fn an_answer_that_is_no_problem_stands_beside_those_of_its_status() {
    let answer = &DOCUMENT["paths"]["/readyz"]["get"]["responses"]["503"];
    for content_type in ["application/json", "application/problem+json"] {
        assert!(
            answer["content"][content_type]["schema"].is_object(),
            "{content_type}"
        );
    }
}
