//! Questions that what the business told answers, and prices and hours that lead on.

use ratiba_kernel::test_support::block_on;

use super::*;
use crate::knowledge::Category;
use crate::ports::KnowledgeStep;
use crate::test_support::knowledge::a_snippet;
use crate::texts::Tongue;

fn told(chat: &Chat, number: u128, tongue: Tongue, title: &str, body: &str) {
    let snippet = a_snippet(number, Category::Facility, tongue, title, body);
    let kept = chat.knowledge.keep(chat.tenant(), KnowledgeStep::Add(snippet));
    assert_eq!(block_on(kept), Ok(1));
}

#[test]
fn a_question_is_answered_word_for_word_and_what_nobody_told_is_not_invented() {
    let mut chat = Chat::default();
    told(
        &chat,
        1,
        Tongue::English,
        "Parking",
        "Behind the house, {free}: 20%!",
    );
    chat.says("hello");
    assert_eq!(chat.says("Is there parking?"), ["Behind the house, {free}: 20%!"]);
    let said = chat.says("Is there a sauna?");
    assert!(said[0].contains("I do not know that"), "{}", said[0]);
    assert_eq!(chat.choices(), ["Talk to a person"]);
}

#[test]
fn in_the_middle_of_a_booking_the_open_question_is_put_again_and_its_yes_still_counts() {
    let mut chat = Chat::default();
    told(&chat, 1, Tongue::English, "Children", "Children are welcome.");
    chat.says("Nataka massage kesho saa nane mchana");
    let said = chat.says("naweza kuja na mtoto?");
    assert!(
        said[0].starts_with("Children are welcome.\n\n") && said[0].contains("Jumatano 13 Mei"),
        "{}",
        said[0]
    );
    assert_eq!(chat.stage(), "confirming");
    chat.says("ndiyo");
    assert_eq!(chat.desk.visits().len(), 1);
}

#[test]
fn what_is_not_told_goes_on_as_before() {
    let mut chat = Chat::default();
    told(&chat, 1, Tongue::English, "Parking", "Behind the house.");
    chat.says("Nataka massage");
    let said = chat.says("mna nafasi kesho asubuhi?");
    assert!(!said[0].contains("house"), "{}", said[0]);
    assert_eq!(chat.stage(), "choosing");
}

#[test]
fn a_price_leads_to_a_booking_by_a_time_and_by_a_yes() {
    let mut chat = Chat::default();
    chat.says("How much is a facial?");
    chat.says("tomorrow at noon then");
    assert_eq!(chat.stage(), "confirming");
    let mut chat = Chat::default();
    chat.says("How much is a facial?");
    let said = chat.says("yes");
    assert!(said[0].contains("Facial"), "{}", said[0]);
    assert_eq!(chat.stage(), "gathering");
    let mut chat = Chat::default();
    chat.says("How much is a facial?");
    chat.says("massage tomorrow at 2pm");
    chat.says("yes");
    assert!(
        chat.desk.holds()[0].slot.service == crate::test_support::builders::massage(),
        "what is named counts more"
    );
}
