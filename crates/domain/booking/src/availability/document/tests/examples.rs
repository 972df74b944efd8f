//! The examples and their answers.

use super::*;

/// Where two values differ, one line each.
fn differences(path: &str, expected: &Value, found: &Value, told: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let of =
                    |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
                differences(&json::member(path, name), &of(left), &of(right), told);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for index in 0..left.len().max(right.len()) {
                let of = |list: &[Value]| list.get(index).cloned().unwrap_or_default();
                differences(&format!("{path}[{index}]"), &of(left), &of(right), told);
            }
        }
        _ if expected != found => told.push(format!("{path}: expected {expected}, found {found}")),
        _ => {}
    }
}

#[test]
fn every_example_is_answered_as_its_neighbour_says() {
    #[expect(clippy::disallowed_methods, reason = "the switch that rewrites the answers")]
    let accept = std::env::var("RATIBA_ACCEPT").is_ok();
    let mut told = Vec::new();
    for (name, text, answer) in examples() {
        let found = match Case::read(&text).and_then(|case| case.answer()) {
            Ok(found) => found,
            Err(refused) => {
                told.push(format!("{name}: {refused}"));
                continue;
            }
        };
        if accept {
            std::fs::write(&answer, found.to_json().unwrap()).unwrap();
        }
        let expected = std::fs::read_to_string(&answer).unwrap_or_default();
        let expected = serde_json::from_str(&expected).unwrap_or_default();
        let found = serde_json::to_value(found).unwrap();
        let before = told.len();
        differences("", &expected, &found, &mut told);
        for line in &mut told[before..] {
            line.insert_str(0, &format!("{name}: "));
        }
    }
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

#[test]
fn every_answer_belongs_to_an_example() {
    let names: Vec<String> = examples().into_iter().map(|(name, _, _)| name).collect();
    for entry in std::fs::read_dir(folder("tests/slots")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = name.strip_suffix(".expected.json") {
            assert!(
                names.contains(&name.to_owned()),
                "{name} has an answer and no question"
            );
        }
    }
}

#[test]
fn answering_twice_is_answering_once() {
    for (name, text, _) in examples() {
        let case = Case::read(&text).unwrap();
        assert_eq!(case.answer().unwrap(), case.answer().unwrap(), "{name}");
    }
}
