//! Whatever is cut off, the question and its answers stay.

use proptest::prelude::*;

use super::*;

fn trial() -> (String, String) {
    let text = |key| crate::texts::render(key, Tongue::Swahili, &crate::texts::Values::new());
    (
        text(crate::texts::TextKey::SandboxNotice),
        text(crate::texts::TextKey::SandboxShort),
    )
}

#[test]
fn a_question_outside_of_the_window_stays_whole_with_what_may_be_answered() {
    let words = "Malipo yameghairiwa, hakuna kilichokatwa. Nafasi yako ya Swedish massage bado imeshikiliwa hadi Jumatano 13 \
                 Mei, saa mbili na dakika tano asubuhi (8:05 am). Nitume ombi tena?";
    let words = format!("Malipo yameghairiwa. {}{words}", "Subiri kidogo. ".repeat(50));
    let words = words.as_str();
    let answers = ["Jaribu tena", "Namba nyingine", "Zungumza na mtu"];
    let told = fitted(Some(&trial()), words, &answers);
    assert!(told.chars().count() <= ROOM_CHARACTERS, "{told}");
    assert!(
        told.starts_with("(Majaribio, si pesa halisi) Malipo yameghairiwa"),
        "{told}"
    );
    assert!(
        told.ends_with("… Nitume ombi tena? (Jaribu tena / Namba nyingine / Zungumza na mtu)"),
        "{told}"
    );
}

#[test]
fn what_fits_is_not_touched() {
    let told = fitted(Some(&trial()), "Lipa sasa?", &["Ndiyo"]);
    assert_eq!(told, format!("{} Lipa sasa? (Ndiyo)", trial().0));
    assert_eq!(fitted(None, "RISITI\nKES 1,000", &[]), "RISITI KES 1,000");
}

#[test]
fn parameters_use_the_room_of_the_whole_template_and_are_cut_after_whole_words() {
    let long = "neno ".repeat(120);
    let alone = call(TemplateName::BookingNotice, Tongue::Swahili, &[&long], Vec::new()).unwrap();
    assert_eq!(
        alone.parameters(),
        [long.trim_end()],
        "600 characters are not too many"
    );

    let longer = "maneno ".repeat(200);
    let alert = [longer.as_str(), "Asha Njeri, +254700000123", longer.as_str()];
    let call = call(TemplateName::OwnerAlert, Tongue::Swahili, &alert, Vec::new()).unwrap();
    let [why, who, next] = call.parameters() else {
        panic!("three of them: {call:?}")
    };
    assert_eq!(who, alert[1], "what is short stays whole");
    let length = |text: &str| text.chars().count();
    assert!(length(why) + length(who) + length(next) <= ROOM_CHARACTERS);
    assert!(length(why) > 350 && length(next) > 350, "the room is used");
    assert!(why.ends_with("maneno…") && next.ends_with("maneno…"), "{why}");
}

proptest! {
    #[test]
    fn what_is_cut_ends_with_a_whole_word(words in "([a-z]{1,9} ){1,40}", room in 12_usize..300) {
        let words = words.trim_end();
        let short = cut_words(words, room);
        prop_assert!(short.chars().count() <= room);
        if let Some(kept) = short.strip_suffix('…') {
            prop_assert!(words.starts_with(kept) && words[kept.len()..].starts_with(' '), "{}", short);
        } else {
            prop_assert_eq!(short, words);
        }
    }

    #[test]
    fn no_words_are_too_many_and_no_short_question_is_lost(
        before in "([A-Za-z]{1,12} ){0,200}",
        question in "[A-Za-z]{1,10}( [a-z]{1,8}){0,5}",
        in_trial in any::<bool>(),
    ) {
        let words = format!("{before}end. {question}?");
        let notice = trial();
        let told = fitted(in_trial.then_some(&notice), &words, &["Ndiyo", "Hapana"]);
        prop_assert!(told.chars().count() <= ROOM_CHARACTERS, "{}", told);
        let tail = format!("{question}? (Ndiyo / Hapana)");
        prop_assert!(told.ends_with(&tail), "{}", told);
        prop_assert_eq!(told.contains("Majaribio"), in_trial);
    }
}
