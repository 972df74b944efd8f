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
    let answers = ["Jaribu tena", "Namba nyingine", "Zungumza na mtu"];
    let told = fitted(Some(&trial()), words, &answers);
    assert!(told.chars().count() <= PARAMETER_CHARACTERS, "{told}");
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

proptest! {
    #[test]
    fn no_words_are_too_many_and_no_short_question_is_lost(
        before in "([A-Za-z]{1,12} ){0,60}",
        question in "[A-Za-z]{1,10}( [a-z]{1,8}){0,5}",
        in_trial in any::<bool>(),
    ) {
        let words = format!("{before}end. {question}?");
        let notice = trial();
        let told = fitted(in_trial.then_some(&notice), &words, &["Ndiyo", "Hapana"]);
        prop_assert!(told.chars().count() <= PARAMETER_CHARACTERS, "{}", told);
        let tail = format!("{question}? (Ndiyo / Hapana)");
        prop_assert!(told.ends_with(&tail), "{}", told);
        prop_assert_eq!(told.contains("Majaribio"), in_trial);
    }
}
