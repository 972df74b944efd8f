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

#[test]
fn every_template_keeps_to_the_rules_of_the_channel_in_both_languages() {
    let all = catalogue();
    assert_eq!(all.len(), 2 * TemplateName::ALL.len());
    for template in all {
        let shown = format!("{}/{}", template.name.code(), template.language_code());
        let places = template.examples.len();
        for place in 1..=places {
            let mark = format!("{{{{{place}}}}}");
            assert_eq!(
                template.body.matches(&mark).count(),
                1,
                "{shown}: {mark} stands once"
            );
        }
        assert_eq!(
            template.body.matches("{{").count(),
            places,
            "{shown}: no other places"
        );
        assert!(
            !template.body.starts_with("{{"),
            "{shown}: no parameter at the beginning"
        );
        assert!(!template.body.ends_with("}}"), "{shown}: none at the end");
        // The invitation carries the name of the business alone, which has 120 characters at most.
        let room = match template.name {
            TemplateName::CohortInvitation => 120,
            TemplateName::BookingConfirmed
            | TemplateName::BookingReminder
            | TemplateName::BookingNotice
            | TemplateName::OwnerDigest
            | TemplateName::OwnerAlert
            | TemplateName::CommissionStatement
            | TemplateName::DisputeDecided
            | TemplateName::TeamInvitation => ROOM_CHARACTERS,
        };
        let fixed = template.body.chars().count();
        assert!(
            fixed + room <= TEMPLATE_BODY_CHARACTERS_MAX,
            "{shown}: {fixed} with {room}"
        );
        assert!(
            !template.body.contains("\n\n\n") && !template.body.contains("     "),
            "{shown}"
        );
        for label in template.quick_replies {
            assert!(
                (1..=QUICK_REPLY_CHARACTERS_MAX).contains(&label.chars().count()),
                "{label}"
            );
        }
        let name = template.name.code();
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        for example in template.examples {
            assert!(
                !example.is_empty() && !example.contains('\n'),
                "{shown}: {example}"
            );
        }
    }
}

#[test]
fn a_template_is_the_same_in_both_languages_but_for_its_words() {
    for name in TemplateName::ALL {
        let [english, swahili] = [Tongue::English, Tongue::Swahili].map(|tongue| text(name, tongue));
        assert_ne!(english.body, swahili.body);
        assert_eq!(english.category, swahili.category);
        assert_eq!(english.examples.len(), swahili.examples.len());
        assert_eq!(english.quick_replies.len(), swahili.quick_replies.len());
    }
}

#[test]
fn a_call_with_other_parameters_than_the_template_has_is_refused() {
    let refused = call(
        TemplateName::BookingReminder,
        Tongue::English,
        &["Massage"],
        Vec::new(),
    );
    assert_eq!(
        refused,
        Err(TooMuch::OtherTemplate {
            parameters: 3,
            quick_replies: 3
        })
    );
}

#[test]
fn the_invitation_says_in_both_languages_that_it_is_automatic_in_trial_and_how_to_leave() {
    for tongue in [Tongue::English, Tongue::Swahili] {
        let body = text(TemplateName::CohortInvitation, tongue).body;
        for said in [
            "automatic",
            "kiotomatiki",
            "in trial",
            "majaribio",
            "STOP",
            "ACHA",
            "YES",
            "NDIYO",
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
    }
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
