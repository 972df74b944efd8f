use std::path::PathBuf;

use serde_json::Value;

use super::*;

mod faults;
mod golden;
mod schema;

/// A folder or a file of the repository.
fn place(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../..")
        .join(path)
}

/// The examples that everybody may try: each with its name, the text of the case, and where its answer is.
fn examples() -> Vec<(String, String, PathBuf)> {
    let folder = place("tests/commission");
    let mut examples = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Some(name) = name
            .strip_suffix(".json")
            .filter(|name| !name.ends_with(".expected"))
        {
            let text = std::fs::read_to_string(&path).unwrap();
            examples.push((
                name.to_owned(),
                text,
                folder.join(format!("{name}.expected.json")),
            ));
        }
    }
    examples.sort();
    assert!(examples.len() > 40, "the examples are where they were");
    examples
}

fn example(name: &str) -> Value {
    let text = std::fs::read_to_string(place(&format!("tests/commission/{name}.json"))).unwrap();
    answered(&text)
}

fn answered(text: &str) -> Value {
    let answer = Case::read(text).and_then(|case| case.answer());
    serde_json::to_value(answer.unwrap_or_else(|refused| panic!("{refused}"))).unwrap()
}

fn faults_of(text: &str) -> Vec<String> {
    let refused = Case::read(text).and_then(|case| case.answer()).unwrap_err();
    refused.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn every_example_is_answered_as_its_neighbour_says() {
    #[expect(clippy::disallowed_methods, reason = "the switch that rewrites the answers")]
    let accept = std::env::var("RATIBA_ACCEPT").is_ok();
    for (name, text, answer) in examples() {
        let found = Case::read(&text).and_then(|case| case.answer());
        let found = found.unwrap_or_else(|refused| panic!("{name}: {refused}"));
        if accept {
            std::fs::write(&answer, found.to_json().unwrap()).unwrap();
        }
        let expected = std::fs::read_to_string(&answer).unwrap_or_default();
        assert_eq!(found.to_json().unwrap(), expected, "{name}");
    }
}

#[test]
fn every_answer_belongs_to_an_example() {
    let names: Vec<String> = examples().into_iter().map(|(name, _, _)| name).collect();
    for entry in std::fs::read_dir(place("tests/commission")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.trim_end_matches(".json").trim_end_matches(".expected");
        assert!(names.iter().any(|known| known == name), "{file}");
    }
}
