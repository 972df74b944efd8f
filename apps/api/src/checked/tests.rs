use schemars::JsonSchema;
use serde::Deserialize;

use super::*;

/// A search.
#[derive(Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    name: String,
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u32>,
    all: Option<bool>,
}

fn fields(problem: &Problem) -> Vec<String> {
    let text = format!("{problem}");
    text.split(": ")
        .last()
        .unwrap()
        .split(", ")
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_query_is_typed_by_its_schema() {
    let search: Search = query("name=12&limit=20&all=true").unwrap();
    assert_eq!(
        search,
        Search {
            name: "12".to_owned(),
            limit: Some(20),
            all: Some(true)
        }
    );
}

#[test]
fn unknown_wrong_and_missing_parameters_are_named_together() {
    let problem = query::<Search>("limit=many&colour=red").unwrap_err();
    let mut names = fields(&problem);
    names.sort_unstable();
    assert_eq!(names, ["colour", "limit", "name"]);
}

#[test]
fn a_parameter_given_twice_is_refused() {
    let problem = query::<Search>("name=a&name=b").unwrap_err();
    assert_eq!(fields(&problem), ["name"]);
}

#[test]
fn bounds_of_a_query_count() {
    assert!(query::<Search>("name=a&limit=0").is_err());
    assert!(query::<Search>("name=a&limit=201").is_err());
    assert!(query::<Search>("name=a&limit=99999999999999999999").is_err());
}
