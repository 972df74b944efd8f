use super::*;

/// A rule that the form does not know could not be set, and one that booking does not know would be refused.
#[test]
fn the_form_of_the_rules_is_theirs_field_by_field() {
    let rules = Rules::default();
    let document = serde_json::to_value(&rules).unwrap();
    let form: RulesBody = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&form).unwrap(), document);
    assert_eq!(form.read().unwrap(), rules);
}
