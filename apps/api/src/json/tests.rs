//! What is read is what serde_json reads, apart from names that are there twice.

use super::*;

fn told(body: &str) -> String {
    read(body.as_bytes())
        .err()
        .map(|problem| problem.to_string())
        .unwrap_or_default()
}

#[test]
fn whatever_is_json_is_read_as_everybody_reads_it() {
    for body in [
        "null",
        "true",
        "-9223372036854775808",
        "18446744073709551615",
        "1.5",
        "\"caf\\u00e9 \\n\"",
        "[]",
        r#" {"a": [1, {"b": null}, "x"], "c": {}, "": 0} "#,
    ] {
        let plain: Value = serde_json::from_str(body).unwrap();
        assert_eq!(read(body.as_bytes()).unwrap(), plain, "{body}");
    }
}

#[test]
fn every_name_that_is_there_twice_is_told_by_its_path() {
    assert_eq!(
        told(r#"{"a": 1, "b": {"c": 1, "c": 2}, "d": [0, {"e": 1, "e": 1}], "a": 1}"#),
        "validation: wrong fields: b.c, d.1.e, a"
    );
    // However it is written, it is the same name.
    assert_eq!(told(r#"{"ab": 1, "\u0061b": 1}"#), "validation: wrong fields: ab");
    // The same name in two objects is two things.
    assert_eq!(told(r#"[{"a": 1}, {"a": 1}]"#), "");
}

#[test]
fn an_answer_about_many_names_stays_small() {
    let body = format!("{{{}\"z\":0}}", "\"a\":0,".repeat(5_000));
    let problem = read(body.as_bytes()).unwrap_err().to_string();
    assert!(problem.len() < 200, "{}", problem.len());
}

#[test]
fn what_is_no_json_too_deep_or_too_large_is_refused() {
    for body in [
        "{",
        "{} {}",
        "{\"a\": 1,}",
        "NaN",
        "1e400",
        "\u{feff}{}",
        &"[".repeat(30_000),
        &format!("{}{}", "[".repeat(200), "]".repeat(200)),
        &"{\"a\":".repeat(10_000),
    ] {
        let told = told(body);
        assert!(
            told.starts_with("validation: the body is not JSON: "),
            "{told} of {:.20}",
            body
        );
    }
    assert!(read(b"\"\xff\"").is_err(), "not UTF-8");
}
