//! What is wanted, where several wishes could be heard: a move beside a booking, a question beside a list.

use uuid::Uuid;

use super::context;
use crate::understanding::{Context, Intent, Language, Lexicon, LexiconEntry, understand};

pub(super) const SWEDISH: Uuid = Uuid::from_u128(1);
pub(super) const DEEP_TISSUE: Uuid = Uuid::from_u128(2);
pub(super) const PEDICURE: Uuid = Uuid::from_u128(3);

/// A menu like that of a spa, where one service owns the common word.
pub(super) fn spa(question_open: bool) -> Context {
    let swedish = [
        "Swedish massage 60",
        "massage",
        "masaji",
        "full body massage",
        "kukandwa",
    ];
    let services = vec![
        LexiconEntry::new(SWEDISH, swedish),
        LexiconEntry::new(DEEP_TISSUE, ["Deep tissue 90", "deep tissue", "sports massage"]),
        LexiconEntry::new(PEDICURE, ["Pedicure"]),
    ];
    Context {
        lexicon: Lexicon {
            services,
            staff: Vec::new(),
        },
        question_open,
        ..context()
    }
}

/// The intents of sentences that mean the same whether or not a question is open, and whatever is on the menu.
fn assert_all(intent: Intent, texts: &[&str]) {
    let misses: Vec<String> = texts
        .iter()
        .flat_map(|text| {
            [spa(false), spa(true), context()].map(|context| (*text, understand(text, &context).intent))
        })
        .filter(|(_, got)| *got != intent)
        .map(|(text, got)| format!("{text:?}: {got:?}"))
        .collect();
    assert!(misses.is_empty(), "expected {intent:?}\n{}", misses.join("\n"));
}

#[test]
fn a_verb_of_change_beside_a_booking_moves_it() {
    assert_all(
        Intent::Reschedule,
        &[
            "can I move my swedish massage to Thursday 2pm?",
            "move my appointment to Friday",
            "I want to move my deep tissue massage from Wednesday to Friday 2pm",
            "I'd like to push my pedicure to Saturday",
            "please shift my massage to Friday at 3pm",
            "could you change my appointment to Friday 2pm",
            "can my massage be moved to Thursday?",
            "I need to reschedule",
            "can I reschedule my booking to tomorrow 3pm?",
            "I want to postpone my appointment",
            "can we postpone the pedicure appointment to next week",
            "naomba kuhamisha miadi yangu",
            "naomba kuhamisha miadi yangu hadi Ijumaa saa nane mchana",
            "naweza kuhamisha massage yangu hadi Alhamisi saa nane mchana?",
            "nataka kusogeza massage yangu kesho",
            "naomba mnisogezee miadi yangu iwe Ijumaa",
            "tusogeze miadi yetu hadi Jumamosi",
            "nataka kuahirisha miadi",
            "naomba uahirishe massage yangu hadi Ijumaa",
            "naweza kubadilisha miadi yangu?",
            "nibadilishie miadi iwe kesho saa tisa mchana",
            "naomba kusongesha booking yangu mbele",
            "nataka kureschedule booking yangu",
            "nataka kumove booking yangu to Friday",
            "tunaweza kuhamisha booking yangu?",
            "nataka kubadilisha massage yangu",
            "miadi yangu isogezwe hadi Ijumaa",
            "nihamishie miadi",
            "mnaweza kuniahirishia miadi yangu?",
            "my appointment, can it be pushed to Friday",
        ],
    );
}

#[test]
fn a_question_after_the_state_of_the_own_booking_shows_it() {
    assert_all(
        Intent::ShowBooking,
        &[
            "is my booking confirmed?",
            "is my appointment confirmed for tomorrow?",
            "has my booking been confirmed?",
            "was my appointment booked?",
            "am I booked?",
            "am I booked for tomorrow?",
            "am I confirmed?",
            "is my massage confirmed?",
            "nimethibitishwa?",
            "je nimethibitishwa",
            "je miadi yangu imethibitishwa?",
            "miadi yangu imethibitishwa?",
            "miadi yangu imeconfirmiwa?",
            "booking yangu iko confirmed?",
            "je, nimebookiwa kesho?",
            "sijathibitishwa bado?",
            "is it confirmed?",
            "massage yangu ni saa ngapi?",
            "my massage is confirmed?",
            "have you booked me for tomorrow?",
            "has my appointment been cancelled?",
            "miadi yangu imeghairiwa?",
            "has my booking been moved to Friday?",
        ],
    );
}

#[test]
fn a_question_after_the_state_of_the_booking_is_in_one_language() {
    let language = |text: &str| understand(text, &spa(false)).language;
    for text in ["is my booking confirmed?", "am I booked?"] {
        assert_eq!(language(text), Language::English, "{text}");
    }
    for text in ["nimethibitishwa?", "je miadi yangu imethibitishwa?"] {
        assert_eq!(language(text), Language::Swahili, "{text}");
    }
}

#[test]
fn whoever_asks_what_is_sold_gets_the_price_list() {
    assert_all(
        Intent::AskPrice,
        &[
            "mna massage gani?",
            "mnafanya massage gani",
            "mna aina gani za massage?",
            "mna massage za aina gani?",
            "what massages do you have?",
            "which massages do you offer?",
            "what kind of massage do you do?",
            "what types of massages do you have",
            "mnatoa huduma gani?",
            "huduma zenu ni gani?",
            "mna huduma zipi?",
            "mnafanya nini?",
            "what do you offer?",
            "what services do you have?",
            "what can I book?",
            "your services please",
            "which treatments are available?",
            "naomba menu",
            "show me your services",
        ],
    );
}

#[test]
fn a_prompt_is_asked_for_again_in_any_of_the_usual_words() {
    assert_all(
        Intent::PaymentResend,
        &[
            "Tuma ombi tena",
            "tuma tena ombi la malipo",
            "nitumie ombi tena",
            "naomba unitumie ombi la M-Pesa tena",
            "nitumie prompt tena",
            "nitumie prompt ingine",
            "resend",
            "please resend",
            "resend the request",
            "send the prompt again",
            "can you send the payment request again",
            "send it again please",
            "push the stk again",
        ],
    );
}

#[test]
fn a_prompt_that_is_forbidden_is_not_asked_for() {
    for text in [
        "usinitumie ombi tena",
        "don't send the prompt again",
        "please stop sending the prompt again",
    ] {
        assert_ne!(
            understand(text, &spa(true)).intent,
            Intent::PaymentResend,
            "{text}"
        );
    }
}

#[test]
fn a_question_after_a_payment_is_none_after_the_booking() {
    for text in ["is my payment confirmed?", "malipo yangu yamethibitishwa?"] {
        assert_ne!(understand(text, &spa(true)).intent, Intent::ShowBooking, "{text}");
    }
}

#[test]
fn a_change_into_something_else_is_no_move() {
    let intent = |text: &str| understand(text, &spa(false)).intent;
    assert_eq!(intent("change my massage to a pedicure"), Intent::ChangeService);
    assert_eq!(
        intent("badilisha massage yangu iwe pedicure"),
        Intent::ChangeService
    );
}

#[test]
fn a_question_after_something_else_is_none_after_the_menu() {
    let intent = |text: &str| understand(text, &spa(false)).intent;
    for text in [
        "what massage oils do you use?",
        "do you have parking?",
        "mnatumia mafuta gani?",
        "do you have massage tomorrow at 3?",
        "what times do you have tomorrow?",
        "mna nafasi gani kesho?",
    ] {
        assert_ne!(intent(text), Intent::AskPrice, "{text}");
    }
}
