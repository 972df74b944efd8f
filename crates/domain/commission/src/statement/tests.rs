use super::StatementWord;
use crate::explain::Language;

#[test]
fn every_word_is_said_in_both_languages_and_fits_on_a_line_or_is_a_sentence_of_two() {
    for word in StatementWord::ALL {
        let (english, swahili) = (word.word(Language::English), word.word(Language::Swahili));
        // The page breaks a sentence between its words; a label stands beside a figure and has one line.
        let room = if word == StatementWord::HowToDispute {
            2 * 54
        } else {
            54
        };
        for said in [english, swahili] {
            assert!((1..=room).contains(&said.chars().count()), "{word:?}: {said}");
        }
        assert_ne!(english, swahili, "{word:?}");
    }
}
