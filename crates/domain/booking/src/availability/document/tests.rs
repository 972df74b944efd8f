use std::path::PathBuf;

use serde_json::Value;

use super::*;

mod examples;
mod faults;
mod readings;
mod schema;

/// A folder of the repository.
fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../..")
        .join(path)
}

/// The examples that everybody may try: each with its name, the text of the case, and where its answer is.
fn examples() -> Vec<(String, String, PathBuf)> {
    let folder = folder("tests/slots");
    let mut examples = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(name) = name
            .strip_suffix(".json")
            .filter(|name| !name.ends_with(".expected"))
        else {
            continue;
        };
        let text = std::fs::read_to_string(&path).unwrap();
        examples.push((
            name.to_owned(),
            text,
            folder.join(format!("{name}.expected.json")),
        ));
    }
    examples.sort();
    assert!(examples.len() > 30, "the examples are where they were");
    examples
}

fn answered(text: &str) -> Value {
    let answer = Case::read(text).unwrap().answer().unwrap();
    serde_json::to_value(answer).unwrap()
}

/// The starts of an answer's slots, as the local clock shows them.
fn starts(answer: &Value) -> Vec<&str> {
    let slots = answer["slots"].as_array().unwrap();
    slots
        .iter()
        .map(|slot| &slot["start"].as_str().unwrap()[..16])
        .collect()
}

fn faults_of(text: &str) -> Vec<String> {
    let refused = Case::read(text).unwrap_err();
    refused.faults.iter().map(ToString::to_string).collect()
}
