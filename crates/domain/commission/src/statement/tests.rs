use super::StatementWord;
use crate::explain::Language;

#[test]
fn every_word_is_said_in_both_languages_and_fits_on_a_line() {
    for word in StatementWord::ALL {
        let (english, swahili) = (word.word(Language::English), word.word(Language::Swahili));
        for said in [english, swahili] {
            assert!((1..=54).contains(&said.chars().count()), "{word:?}: {said}");
        }
        assert_ne!(english, swahili, "{word:?}");
    }
}
