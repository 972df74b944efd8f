use super::{BadName, CustomerName, Language};

#[test]
fn a_name_is_one_line_that_can_be_seen() {
    assert_eq!(
        CustomerName::parse(" Amina\u{202e}  Ali\n").unwrap().as_str(),
        "Amina Ali"
    );
    assert_eq!(CustomerName::parse("\u{200b} "), Err(BadName));
    assert_eq!(CustomerName::parse(&"x".repeat(81)), Err(BadName));
    assert!(!format!("{:?}", CustomerName::parse("Amina")).contains("Amina"));
}

#[test]
fn a_language_is_known_by_its_code_and_its_names() {
    for language in Language::ALL {
        assert_eq!(Language::parse(language.code()), Some(language));
    }
    assert_eq!(Language::parse("Kiswahili"), Some(Language::Swahili));
    assert_eq!(Language::parse("klingon"), None);
}
