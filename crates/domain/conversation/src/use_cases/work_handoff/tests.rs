use ratiba_kernel::test_support::block_on;
use time::Duration;

use super::*;
use crate::event::ConversationEvent;
use crate::handoff::HandoffReason;
use crate::outgoing::Recipient;
use crate::test_support::builders::{a_phone, an_admin};
use crate::test_support::chat::Chat;

const FIRST: u32 = 999;
const SECOND: u32 = 998;

/// A chat with two admins, the second of whom reads Swahili and is called Wanjiku.
fn two_admins() -> Chat {
    let chat = Chat::default();
    chat.profile.amend(|profile| {
        profile.owners.push(crate::desk::Admin {
            name: Some("Wanjiku".to_owned()),
            language: crate::understanding::Language::Swahili,
            ..an_admin(SECOND)
        });
    });
    chat
}

fn console() -> Person {
    Person::Console {
        subject: "token:7".to_owned(),
        name: Some("Front desk".to_owned()),
    }
}

fn to_admin(chat: &Chat, number: u32) -> Vec<String> {
    let address = crate::channel::Address::of_phone(a_phone(number));
    let messages = chat.to_owners();
    let theirs = messages
        .iter()
        .filter(|message| message.recipient == Recipient::Business(address.clone()));
    theirs.map(|message| message.content.words()).collect()
}

fn called() -> Chat {
    let mut chat = two_admins();
    chat.says("Nataka massage kesho saa nane mchana");
    chat.says("naomba niongee na mtu");
    assert_eq!(chat.thread().driver.code(), "suspended");
    chat
}

#[test]
fn every_admin_gets_the_brief_in_their_language() {
    let chat = called();
    let (english, swahili) = (to_admin(&chat, FIRST), to_admin(&chat, SECOND));
    assert_eq!((english.len(), swahili.len()), (1, 1));
    assert!(english[0].contains("A customer needs a person"), "{}", english[0]);
    assert!(swahili[0].contains("Mteja anahitaji mtu"), "{}", swahili[0]);
    assert!(
        english[0].contains("Customer: Nataka massage kesho") && english[0].contains("naomba niongee na mtu"),
        "{}",
        english[0]
    );
    let templates = chat.to_owners();
    assert!(templates.iter().all(|message| message.fallback.is_some()));
}

#[test]
fn a_brief_names_the_customer_and_colleagues_and_nobody_else() {
    let mut chat = two_admins();
    let other = crate::customer::Customer {
        name: Some("Achieng Otieno".to_owned()),
        ..crate::test_support::builders::a_customer().number(77).build()
    };
    let change = Change {
        customer: Some(other),
        ..Change::at(chat.clock.now())
    };
    block_on(chat.record.record(chat.tenant(), change)).unwrap();
    chat.says("Asha hapa, naomba niongee na mtu kuhusu Achieng, Wanjiku ananijua");
    let brief = to_admin(&chat, FIRST).pop().unwrap();
    assert!(
        brief.contains("Asha hapa") && brief.contains("kuhusu [name], Wanjiku"),
        "{brief}"
    );
    chat.admin_takes_over(FIRST);
    let yours = to_admin(&chat, FIRST).pop().unwrap();
    assert!(!yours.contains("Achieng"), "{yours}");
}

#[test]
fn who_engages_first_has_it_the_other_hears_who_and_words_go_both_ways() {
    let mut chat = called();
    chat.admin_takes_over(SECOND);
    assert_eq!(chat.thread().driver.code(), "human");
    assert!(
        to_admin(&chat, FIRST)
            .last()
            .unwrap()
            .contains("Wanjiku has the conversation"),
        "{:?}",
        to_admin(&chat, FIRST)
    );
    assert!(to_admin(&chat, SECOND).last().unwrap().contains("neno kwa neno"));
    let late = chat.admin_takes_over(FIRST);
    assert!(
        late[0].contains("Wanjiku has that conversation already"),
        "{late:?}"
    );

    let passed = chat.says("Bei imekaaje?");
    assert_eq!(
        passed,
        ["Asha: Bei imekaaje?"],
        "word for word, to the one who has it"
    );
    assert!(to_admin(&chat, SECOND).contains(&passed[0]));
    let said = chat.admin_says(SECOND, "KES 3,500 tu, karibu *sana*");
    assert_eq!(said, ["KES 3,500 tu, karibu *sana*"], "word for word");
    assert_eq!(chat.to_customer().last().unwrap().content.words(), said[0]);

    let back = chat.admin_says(SECOND, "Rudisha kwa AI");
    assert_eq!(chat.thread().driver, Driver::Resumed(Return::HandedBack));
    assert!(
        back.iter()
            .any(|words| words.contains("Msaidizi wa kiotomatiki amerudi")),
        "{back:?}"
    );
    assert_eq!(chat.stage(), "confirming", "the dialogue goes on where it stood");
    let on = chat.says("ndiyo");
    assert!(!on.is_empty());
    let events = chat.record.events(chat.tenant());
    assert!(
        events
            .iter()
            .any(|event| matches!(event, ConversationEvent::ThreadTaken { .. }))
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event, ConversationEvent::ThreadReturned { .. }))
    );
    let wrote = |event: &ConversationEvent| {
        matches!(
            event,
            ConversationEvent::CustomerWrote { .. } | ConversationEvent::PersonWrote { .. }
        )
    };
    let written = events.iter().filter(|event| wrote(event)).count();
    assert_eq!(written, 2, "others see that the conversation goes on: {events:?}");
}

#[test]
fn what_the_person_said_is_part_of_the_thread() {
    let mut chat = called();
    chat.admin_takes_over(SECOND);
    chat.admin_says(SECOND, "Karibu, niko hapa");
    let thread = chat.thread().id;
    let read = block_on(chat.work_handoff().read(chat.tenant(), thread))
        .unwrap()
        .unwrap();
    let last = read.said.last().unwrap();
    assert_eq!(last.words, "Karibu, niko hapa");
    assert_eq!(
        last.by,
        crate::wording::brief::Speaker::Person("Wanjiku".to_owned())
    );
    assert!(read.said.len() >= 4, "{}", read.said.len());
}

#[test]
fn who_answers_to_the_brief_engages_by_it() {
    let mut chat = called();
    let said = chat.admin_answers(FIRST, "A customer needs a person", "Habari Asha, nikusaidie?");
    assert!(said.contains(&"Habari Asha, nikusaidie?".to_owned()), "{said:?}");
    assert_eq!(
        chat.thread().driver.takeover().unwrap().by,
        an_admin(FIRST).person()
    );
}

#[test]
fn nobody_else_learns_that_there_are_commands() {
    let mut chat = two_admins();
    let strange = chat.says("qwrtp zxcvb");
    let mut other = two_admins();
    for words in ["/handback", "rudisha kwa AI", "agent take over", "I will answer"] {
        let said = other.says(words);
        assert!(
            said.iter()
                .all(|words| !words.contains("conversation") && !words.contains("mazungumzo")),
            "{said:?}"
        );
        other = two_admins();
    }
    assert!(!strange.is_empty());
    // A customer whose thread waits gets nothing either.
    let mut waiting = called();
    assert_eq!(waiting.says("/handback"), Vec::<String>::new());
    assert_eq!(waiting.thread().driver.code(), "suspended");
}

#[test]
fn the_admins_are_called_again_after_two_and_after_ten_minutes_and_the_customer_hears_after_an_hour() {
    let mut chat = called();
    chat.passes(Duration::seconds(119));
    assert_eq!(chat.plays_due_steps(), Vec::<String>::new());
    chat.passes(Duration::seconds(1));
    let again = chat.plays_due_steps();
    assert_eq!(again.len(), 2, "both admins: {again:?}");
    assert!(again[0].contains("still waits"), "{again:?}");
    chat.passes(Duration::minutes(8));
    assert_eq!(chat.plays_due_steps().len(), 2);
    chat.passes(Duration::minutes(50));
    let told = chat.plays_due_steps();
    assert_eq!(told.len(), 1, "{told:?}");
    // It is 09:00, and the business closes at 20:00.
    assert!(told[0].contains("8:00 pm"), "{told:?}");
}

#[test]
fn nobody_is_called_again_once_somebody_answers() {
    let mut chat = called();
    chat.admin_takes_over(FIRST);
    chat.passes(Duration::minutes(70));
    assert_eq!(chat.plays_due_steps(), Vec::<String>::new());
}

#[test]
fn at_night_the_customer_hears_when_it_opens() {
    let mut chat = two_admins();
    chat.passes(Duration::hours(14));
    chat.says("naomba niongee na mtu");
    chat.passes(Duration::minutes(61));
    let told = chat.plays_due_steps();
    let last = told.last().unwrap();
    assert!(
        last.contains("Jumatano 13 Mei") && last.contains("9:00 am"),
        "{told:?}"
    );
}

#[test]
fn a_takeover_that_nobody_touched_for_four_hours_is_swept_back() {
    let mut chat = called();
    chat.admin_takes_over(SECOND);
    chat.passes(Duration::hours(3));
    chat.admin_says(SECOND, "Bado nipo");
    chat.passes(Duration::hours(1));
    chat.plays_due_steps();
    assert_eq!(chat.thread().driver.code(), "human", "they spoke an hour ago");
    chat.passes(Duration::hours(3));
    let told = chat.plays_due_steps();
    assert_eq!(chat.thread().driver, Driver::Resumed(Return::Untouched));
    assert!(told.iter().any(|words| words.contains("dakika 240")), "{told:?}");
}

#[test]
fn anger_twice_running_danger_and_pasted_numbers_call_a_person() {
    let mut chat = two_admins();
    chat.says("you are useless");
    assert!(chat.thread().driver.is_machine(), "once is no call");
    chat.says("this is rubbish");
    assert_eq!(
        chat.thread().driver.handoff().unwrap().reason,
        HandoffReason::Angry
    );

    let mut chat = two_admins();
    chat.says("you are useless");
    chat.says("sorry, massage tomorrow please");
    chat.says("this is rubbish");
    assert!(chat.thread().driver.is_machine(), "a kind word in between");

    let mut chat = two_admins();
    let said = chat.says("my card is 4111 1111 1111 1111");
    assert_eq!(
        chat.thread().driver.handoff().unwrap().reason,
        HandoffReason::SecretPasted
    );
    assert!(said.iter().all(|words| !words.contains("4111")), "{said:?}");
    assert!(said[0].contains("never send"), "{said:?}");

    let mut chat = two_admins();
    let said = chat.says("there is an emergency");
    assert_eq!(
        chat.thread().driver.handoff().unwrap().reason,
        HandoffReason::Emergency
    );
    assert!(said[0].contains("999"), "{said:?}");
}

#[test]
fn a_talk_without_an_end_calls_a_person() {
    let mut chat = two_admins();
    for _again in 0..crate::handoff::TURNS_MAX {
        chat.says("Nataka massage");
        assert!(chat.thread().driver.is_machine());
    }
    chat.says("Nataka massage");
    assert_eq!(
        chat.thread().driver.handoff().unwrap().reason,
        HandoffReason::TurnCount
    );
}

#[test]
fn at_the_console_the_same_key_says_it_once_and_other_words_are_refused() {
    let mut chat = called();
    let (tenant, thread) = (chat.tenant(), chat.thread().id);
    let work = chat.work_handoff();
    let words = |text: &str| TextBody::new(text).unwrap();
    let early = block_on(work.say(tenant, thread, &console(), words("Habari"), "k1"));
    assert!(matches!(
        early,
        Err(WorkHandoffError::Refused(NotTheirs::NotTaken))
    ));
    for _twice in 0..2 {
        block_on(work.take_over(tenant, thread, &console())).unwrap();
    }
    let first = block_on(work.say(tenant, thread, &console(), words("Habari"), "k1")).unwrap();
    let again = block_on(work.say(tenant, thread, &console(), words("Habari"), "k1")).unwrap();
    assert_eq!(first, again);
    let other = block_on(work.say(tenant, thread, &console(), words("Kwaheri"), "k1"));
    assert!(matches!(other, Err(WorkHandoffError::KeyUsed)));
    let late = block_on(work.take_over(tenant, thread, &an_admin(FIRST).person()));
    assert!(matches!(late, Err(WorkHandoffError::Refused(NotTheirs::TakenBy(by))) if by.is(&console())));
    chat.news();
    assert_eq!(chat.says("asante"), Vec::<String>::new(), "read at the console");
    for _twice in 0..2 {
        block_on(work.hand_back(tenant, thread)).unwrap();
    }
    assert_eq!(chat.thread().driver, Driver::Resumed(Return::HandedBack));
    assert_eq!(chat.news().len(), 1, "the customer hears of it once");
}

#[test]
fn with_two_conversations_an_admin_is_asked_which_and_nothing_is_passed_on() {
    let mut chat = called();
    chat.admin_takes_over(FIRST);
    chat.becomes(a_phone(124));
    chat.says("naomba niongee na mtu");
    chat.admin_takes_over(FIRST);
    let said = chat.admin_says(FIRST, "Sawa");
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("several conversations"), "{said:?}");
    let said = chat.admin_answers(FIRST, "You have the conversation", "Sawa");
    assert_eq!(said, ["Sawa"]);
}

#[test]
fn while_a_person_drives_nothing_is_held_and_no_money_is_asked_for() {
    let mut chat = called();
    chat.admin_takes_over(FIRST);
    let before = (
        chat.desk.prompts().len(),
        chat.desk.holds().len(),
        chat.desk.resends(),
    );
    for words in ["ndiyo", "jaribu tena", "lipa", "nataka kulipa kwa kadi"] {
        let said = chat.says(words);
        assert_eq!(said, [format!("Asha: {words}")]);
    }
    let after = (
        chat.desk.prompts().len(),
        chat.desk.holds().len(),
        chat.desk.resends(),
    );
    assert_eq!(after, before);
    assert_eq!(chat.stage(), "confirming");
}

#[test]
fn a_step_that_a_dead_worker_left_is_done_once() {
    let mut chat = called();
    chat.passes(Duration::minutes(3));
    let (tenant, thread) = (chat.tenant(), chat.thread().id);
    let call = chat.thread().driver.handoff().unwrap().id;
    let work = chat.work_handoff();
    chat.news();
    for _again in 0..3 {
        block_on(work.step(tenant, thread, call, HandoffStep::FirstRepage)).unwrap();
    }
    assert_eq!(chat.news().len(), 2, "each admin once");
    // A step of a call that is over does nothing, also if there is a new call.
    block_on(work.hand_back(tenant, thread)).unwrap();
    chat.says("naomba niongee na mtu");
    chat.news();
    block_on(work.step(tenant, thread, call, HandoffStep::SecondRepage)).unwrap();
    assert_eq!(chat.news(), Vec::<String>::new());
}
