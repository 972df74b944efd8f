use super::*;

#[test]
fn an_answer_is_json_and_ends_with_a_line_break() {
    let case = r#"{"day": "2026-05-13", "opening_hours": "09:00-10:00", "services": [{"minutes": 60}]}"#;
    let printed = answer("-", case).unwrap();
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(json["slots"][0]["start"], "2026-05-13T09:00:00+03:00");
    assert!(printed.ends_with("}\n"));
}

#[test]
fn every_fault_is_told_with_the_name_of_the_file() {
    let error = answer("case.json", r#"{"services": [{"minutes": -5}], "staf": []}"#).unwrap_err();
    let told: Vec<String> = error.downcast_ref::<NoCase>().unwrap().0.clone();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told.iter().all(|line| line.starts_with("case.json: ")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|line| line.contains("services[0].minutes: must be a whole number"))
    );
}

#[test]
fn a_file_that_is_not_there_is_told_and_nothing_else() {
    let error = case_file::read("no/such/file.json").unwrap_err();
    assert_eq!(error.to_string(), "no/such/file.json: there is no such file");
    let folder = case_file::read(env!("CARGO_MANIFEST_DIR")).unwrap_err();
    assert!(
        folder.to_string().ends_with(": is a folder and no file"),
        "{folder}"
    );
}
