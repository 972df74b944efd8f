use super::{fold, shortened, slug};

#[test]
fn case_accents_and_punctuation_make_no_difference() {
    for text in [
        "Hot-Stone  MASSAGE!",
        " hôt stone măssage",
        "hot\u{a0}stone massage…",
        "Hot stone mass\u{301}age",
    ] {
        assert_eq!(fold(text), "hot stone massage", "{text}");
    }
    assert_eq!(fold("Ng'ombe – L’Oréal & Straße"), "ngombe loreal strasse");
    assert_eq!(fold("💆‍♀️ ..."), "");
}

#[test]
fn a_slug_is_a_word_for_a_category() {
    assert_eq!(slug("  Signature Rituals ✨"), "signature-rituals");
    assert_eq!(slug("🌸"), "");
    assert!(slug(&"long ".repeat(30)).len() <= 40);
    assert_eq!(shortened("áéí", 2), "áé");
}
