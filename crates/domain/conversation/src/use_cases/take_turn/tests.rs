//! Conversations, as transcripts: what the customer does, what is said, where the dialogue stands.

use ratiba_kernel::test_support::block_on;
use ratiba_kernel::{Clock, Money};
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::consent::CohortMode;
use crate::desk::{
    AskAnswer, PaymentStanding, PaymentTrouble, ResendAnswer, StaffCard, StaffRef, VisitStanding,
};
use crate::outgoing::Purpose;
use crate::test_support::builders::{a_phone, wanjiru};
use crate::test_support::chat::Chat;
use crate::test_support::desks::PlainReader;
use crate::texts::Tongue;

mod answered;
mod cards;
mod disputes;
mod facts;
mod knowledge;
mod labels;
mod model;
mod moving;
mod newcomer;
mod rail;
mod several;
mod together;
mod which;

#[test]
fn the_demo_goes_from_one_message_to_a_prompt() {
    let mut chat = Chat::default();
    let said = chat.says("Niaje, nataka massage kesho saa nane mchana");
    assert_eq!(said.len(), 1, "one thought, one message: {said:?}");
    assert!(
        said[0].starts_with("Karibu Aria Aura Spa."),
        "says that an assistant answers: {}",
        said[0]
    );
    assert!(
        said[0].contains("Masaji: Jumatano 13 Mei, saa nane mchana (2:00 pm), na Wanjiru, KES 3,500"),
        "{}",
        said[0]
    );
    assert_eq!(chat.choices(), ["Ndiyo", "Hapana", "Muda mwingine"]);
    assert_eq!(chat.stage(), "confirming");
    let said = chat.taps("Ndiyo");
    assert!(said[0].contains("Ombi la M-Pesa la KES 1,000"), "{}", said[0]);
    assert!(said[0].contains("Majaribio"), "a trial says so: {}", said[0]);
    assert_eq!(chat.stage(), "paying");
    assert_eq!(chat.desk.prompts(), [a_phone(123)]);
    assert_eq!(
        chat.desk.visits()[0].slot.starts_at,
        datetime!(2026-05-13 11:00 UTC)
    );
    let last = chat.to_customer().pop().unwrap();
    assert_eq!(last.purpose, Purpose::AsksMoney);
    assert!(
        chat.messenger.read().is_empty(),
        "what is answered is marked when its answer goes out"
    );
}

#[test]
fn english_is_answered_in_english_and_a_typed_yes_is_a_yes() {
    let mut chat = Chat::default();
    let said = chat.says("Facial tomorrow at 3pm with Wanjiru please");
    assert!(
        said[0].contains("Facial: Wednesday 13 May, 3:00 pm (saa tisa mchana), with Wanjiru"),
        "{}",
        said[0]
    );
    chat.says("yes please");
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn what_is_missing_is_asked_one_thing_at_a_time() {
    let mut chat = Chat::default();
    chat.says("Habari");
    assert_eq!(chat.choices(), ["Panga miadi", "Bei", "Zungumza na mtu"]);
    chat.taps("Panga miadi");
    assert_eq!(chat.choices(), ["Masaji", "Facial"]);
    let said = chat.taps("Masaji");
    assert!(said[0].contains("siku gani na saa ngapi"), "{}", said[0]);
    chat.says("kesho saa nane mchana");
    assert_eq!(chat.stage(), "confirming");
}

#[test]
fn an_hour_alone_falls_on_the_day_that_is_talked_about() {
    let mut chat = Chat::default();
    chat.says("Nataka massage Ijumaa");
    assert_eq!(chat.stage(), "choosing");
    let said = chat.says("saa nane mchana");
    assert!(said[0].contains("Ijumaa 15 Mei, saa nane mchana"), "{}", said[0]);
    let said = chat.says("saa tisa mchana");
    assert!(said[0].contains("Ijumaa 15 Mei, saa tisa mchana"), "{}", said[0]);
    let said = chat.says("leo saa tisa mchana");
    assert!(said[0].contains("Jumanne 12 Mei, saa tisa mchana"), "{}", said[0]);
}

#[test]
fn a_window_offers_a_list_and_the_choice_is_repeated_before_anything_is_held() {
    let mut chat = Chat::default();
    chat.says("Naomba massage kesho asubuhi");
    assert_eq!(chat.stage(), "choosing");
    let first = chat.choices()[0].clone();
    assert_eq!(first, "Jumatano 13, 9:00 am");
    let said = chat.taps(&first);
    assert!(said[0].contains("saa tatu asubuhi (9:00 am)"), "{}", said[0]);
    assert_eq!(chat.stage(), "confirming");
    assert_eq!(chat.desk.visits(), vec![]);
}

#[test]
fn two_readings_of_an_hour_are_both_offered() {
    let mut chat = Chat::default();
    let said = chat.says("massage kesho saa 9:30");
    assert!(
        said[0].contains("3:30 pm") && said[0].contains("9:30 am"),
        "{}",
        said[0]
    );
    chat.taps("9:30 am");
    assert!(
        chat.to_customer()
            .pop()
            .unwrap()
            .content
            .words()
            .contains("saa tatu na nusu asubuhi")
    );
    assert_eq!(chat.stage(), "confirming");
}

#[test]
fn the_second_option_can_be_named_in_words() {
    let mut chat = Chat::default();
    chat.says("Naomba massage kesho asubuhi");
    let said = chat.says("Ya pili");
    assert!(said[0].contains("10:00 am"), "{}", said[0]);
}

#[test]
fn a_double_tap_holds_and_asks_once() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let yes = chat.token_of("Ndiyo");
    chat.taps("Ndiyo");
    let said = chat.sends(PlainReader::tap(&a_phone(123), &yes));
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(chat.desk.visits().len(), 1);
    assert_eq!(chat.desk.prompts().len(), 1);
}

#[test]
fn a_turn_that_is_repeated_holds_and_asks_once() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let yes = PlainReader::tap(&a_phone(123), &chat.token_of("Ndiyo"));
    let inbound = chat.stores(yes, chat.clock.now());
    let take_turn = chat.take_turn();
    // A worker that dies after the desks were asked and before the turn is on record.
    let message = block_on(chat.record.inbound(chat.tenant(), inbound))
        .unwrap()
        .unwrap();
    let profile = block_on(take_turn.profile.profile(chat.tenant())).unwrap();
    block_on(take_turn.decide(chat.tenant(), message, profile)).unwrap();
    assert_eq!(chat.stage(), "confirming");
    assert_eq!(
        block_on(take_turn.execute(chat.tenant(), inbound)).unwrap(),
        TurnEnd::Answered
    );
    assert_eq!(
        block_on(take_turn.execute(chat.tenant(), inbound)).unwrap(),
        TurnEnd::AlreadyHandled
    );
    assert_eq!(chat.desk.visits().len(), 1);
    assert_eq!(chat.desk.prompts().len(), 1);
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn a_slot_taken_between_proposal_and_yes_brings_alternatives() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    chat.desk.take(datetime!(2026-05-13 11:00 UTC));
    let said = chat.taps("Ndiyo");
    assert!(said[0].contains("imechukuliwa"), "{}", said[0]);
    assert_eq!(chat.choices()[0], "Jumatano 13, 3:00 pm");
    assert_eq!(chat.desk.visits(), vec![]);
    chat.taps("Jumatano 13, 3:00 pm");
    chat.taps("Ndiyo");
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn a_closed_hour_offers_the_nearest_and_a_yes_takes_it_up() {
    let mut chat = Chat::default();
    let said = chat.says("massage kesho 7am");
    assert!(
        said[0].contains("tutakuwa tumefunga") || said[0].contains("closed"),
        "{}",
        said[0]
    );
    chat.says("ndio");
    assert_eq!(chat.stage(), "confirming");
    assert_eq!(chat.desk.visits(), vec![]);
}

#[test]
fn a_no_keeps_what_is_known_and_a_second_no_lets_go() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let said = chat.taps("Hapana");
    assert!(said[0].contains("siku, saa au huduma"), "{}", said[0]);
    let said = chat.says("saa kumi jioni");
    assert!(said[0].contains("Jumatano 13 Mei, saa kumi jioni"), "{}", said[0]);
    chat.says("hapana");
    chat.says("hapana");
    assert_eq!(chat.stage(), "open");
    assert_eq!(chat.desk.visits(), vec![]);
}

#[test]
fn nothing_is_owed_and_the_yes_books_at_once() {
    let mut chat = Chat::with_desk(crate::test_support::desks::FakeDesk::asking_nothing);
    let said = chat.says("Nataka massage kesho saa nane mchana");
    assert!(said[0].contains("utalipa ukija"), "{}", said[0]);
    assert_eq!(
        chat.taps("Ndiyo"),
        Vec::<String>::new(),
        "the confirmation tells it"
    );
    assert_eq!(chat.stage(), "booked");
    assert_eq!(chat.desk.prompts(), vec![]);
}

#[test]
fn who_hides_the_number_is_asked_whose_phone_pays() {
    let mut chat = Chat::default();
    let hidden = |body: &str| json!({ "user_id": "KE.9xAmPLe", "text": body });
    chat.sends(hidden("Nataka massage kesho saa nane mchana"));
    let said = chat.sends(hidden("ndiyo"));
    assert!(said[0].contains("namba gani"), "{}", said[0]);
    assert_eq!(
        chat.desk.visits(),
        vec![],
        "nothing is held before somebody can pay"
    );
    let said = chat.sends(hidden("tumia +1 202 555 0123"));
    assert!(said[0].contains("namba gani"), "{}", said[0]);
    chat.sends(hidden("0700 000 321"));
    assert_eq!(chat.stage(), "paying");
    assert_eq!(chat.desk.prompts(), [a_phone(321)]);
}

#[test]
fn a_claim_of_payment_is_looked_up_and_never_believed() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    let visit = chat.desk.visits()[0].id;
    let said = chat.says("Nimelipa");
    assert!(said[0].contains("naiangalia"), "{}", said[0]);
    assert_eq!(chat.stage(), "paying");
    chat.desk.set_payment(
        visit,
        PaymentStanding::Settled {
            amount: Money::kes_minor(100_000),
            receipt: Some("SJK7H2LM9P".into()),
        },
    );
    let said = chat.says("Nimelipa");
    assert!(said[0].contains("SJK7H2LM9P"), "{}", said[0]);
    assert_eq!(chat.stage(), "booked");
}

#[test]
fn a_prompt_is_sent_again_only_when_the_desk_agrees() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    chat.desk.answer_resends(ResendAnswer::Checking);
    let said = chat.says("Nitumie STK tena");
    assert!(said[0].contains("usilipe tena"), "{}", said[0]);
    assert_eq!(chat.desk.prompts().len(), 1);
    chat.desk.answer_resends(ResendAnswer::Asked);
    chat.says("tumia 0700000321");
    assert_eq!(chat.desk.prompts(), [a_phone(123), a_phone(321)]);
}

#[test]
fn a_phone_that_is_busy_with_another_prompt_is_asked_when_the_customer_tries_again() {
    let mut chat = Chat::default();
    chat.desk.answer_asks(AskAnswer::NotYet { minutes: 2 });
    chat.reach_the_prompt();
    assert_eq!(chat.stage(), "paying");
    assert!(chat.desk.prompts().is_empty(), "nothing went out");
    chat.desk.answer_resends(ResendAnswer::NeverAsked);
    let said = chat.says("jaribu tena");
    assert!(said[0].contains("angalau dakika moja"), "{}", said[0]);
    assert!(said[0].contains("dakika 2"), "{}", said[0]);
    chat.desk.answer_asks(AskAnswer::Checking);
    let said = chat.says("jaribu tena");
    assert!(said[0].contains("usilipe tena"), "{}", said[0]);
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn a_failed_payment_offers_the_next_step_until_the_hold_runs_out() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    let visit = chat.desk.visits()[0].id;
    chat.desk
        .set_payment(visit, PaymentStanding::Failed(PaymentTrouble::InsufficientFunds));
    let said = chat.says("sawa");
    assert!(said[0].contains("Salio"), "{}", said[0]);
    assert_eq!(
        chat.choices(),
        ["Namba nyingine", "Jaribu tena", "Zungumza na mtu"]
    );
    chat.taps("Namba nyingine");
    chat.says("0700000321");
    assert_eq!(chat.desk.prompts(), [a_phone(123), a_phone(321)]);
    chat.passes(Duration::minutes(6));
    let said = chat.says("sawa");
    assert!(said[0].contains("haikulipiwa"), "{}", said[0]);
    assert_eq!(chat.stage(), "gathering");
}

#[test]
fn a_booking_is_cancelled_after_a_yes_and_stays_after_a_no() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    let visit = chat.desk.visits()[0].id;
    chat.says("Naomba kughairi miadi yangu ya kesho");
    assert_eq!(chat.choices(), ["Ghairi", "Iache"]);
    chat.taps("Iache");
    assert_eq!(chat.stage(), "paying");
    chat.says("Wachana na hiyo booking");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Held);
    let said = chat.taps("Ghairi");
    assert!(said[0].contains("Imeghairiwa"), "{}", said[0]);
    assert_eq!(
        chat.desk
            .visits()
            .iter()
            .find(|v| v.id == visit)
            .unwrap()
            .standing,
        VisitStanding::Gone
    );
    assert_eq!(chat.stage(), "open");
}

#[test]
fn an_opt_out_in_the_middle_ends_the_dialogue_and_lets_the_hold_go() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    let said = chat.says("ACHA!");
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("ANZA"), "{}", said[0]);
    assert_eq!(chat.stage(), "open");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
    assert!(chat.customer().opted_out_at.is_some());
    assert_eq!(chat.record.consents(chat.tenant())[0].wording, "ACHA!");
    assert_eq!(chat.says("STOP"), Vec::<String>::new(), "answered once");
    assert_eq!(chat.says("asante"), Vec::<String>::new());
    assert_eq!(chat.says("Habari").len(), 1, "who greets is greeted");
    assert_eq!(chat.says("Mko wapi?").len(), 1, "who asks is answered");
    assert_eq!(
        chat.says("qwrtp zxcvb").len(),
        1,
        "who is not understood hears so"
    );
    assert!(chat.customer().opted_out_at.is_some(), "and stays out");
    let said = chat.says("Nataka massage kesho saa nane mchana");
    assert_eq!(said.len(), 1, "a wish of their own is served");
    chat.says("ANZA");
    assert_eq!(chat.customer().opted_out_at, None);
    assert_eq!(chat.record.consents(chat.tenant()).len(), 2);
}

#[test]
fn one_message_in_another_language_does_not_change_the_language_on_record() {
    let mut chat = Chat::default();
    let language = |chat: &Chat| chat.customer().language.map(Tongue::from);
    chat.says("Habari za asubuhi");
    let said = chat.says("Where are you located?");
    assert_eq!(language(&chat), Some(Tongue::Swahili));
    assert!(
        !said[0].contains("tuko"),
        "the answer follows the message: {}",
        said[0]
    );
    chat.says("How much is a massage?");
    assert_eq!(
        language(&chat),
        Some(Tongue::English),
        "who keeps to it is written to in it"
    );
    chat.says("Kwa Kiswahili tafadhali");
    assert_eq!(
        language(&chat),
        Some(Tongue::Swahili),
        "who asks for a language gets it"
    );
    let said = chat.says("In English please");
    assert_eq!(language(&chat), Some(Tongue::English));
    assert!(said[0].contains("Hello"), "{}", said[0]);
}

#[test]
fn an_opt_out_leaves_a_visit_that_was_just_paid() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    let visit = chat.desk.visits()[0].id;
    chat.desk.set_visit(visit, VisitStanding::Confirmed);
    assert_eq!(chat.says("STOP").len(), 1);
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Confirmed);
}

#[test]
fn who_is_asked_for_by_name_is_held_by_name_and_who_is_only_proposed_is_not() {
    let mut chat = Chat::default();
    chat.says("Facial tomorrow at 3pm with Wanjiru please");
    chat.says("yes please");
    assert_eq!(chat.desk.holds()[0].asked_for, Some(wanjiru()));
    let mut chat = Chat::default();
    chat.says("Facial tomorrow at 3pm please");
    chat.says("yes please");
    let order = &chat.desk.holds()[0];
    assert_eq!((order.asked_for, order.slot.staff), (None, Some(wanjiru())));
}

#[test]
fn the_hold_names_who_will_really_serve() {
    let mut chat = Chat::default();
    let other = StaffRef::from_uuid(uuid::Uuid::from_u128(2));
    chat.desk.amend_menu(|menu| {
        menu.staff.push(StaffCard {
            id: other,
            name: "Akinyi".into(),
            phone: None,
        });
    });
    let said = chat.says("Nataka massage kesho saa nane mchana");
    assert!(said[0].contains("na Wanjiru"), "{}", said[0]);
    chat.desk.stand_in(other);
    let said = chat.taps("Ndiyo");
    assert!(said[0].contains("na Akinyi"), "{}", said[0]);
}

#[test]
fn money_is_not_asked_for_a_hold_that_is_over() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    chat.desk.answer_asks(AskAnswer::HoldGone);
    let said = chat.taps("Ndiyo");
    assert!(said[0].contains("haikulipiwa"), "{}", said[0]);
    assert_eq!((chat.stage(), chat.desk.prompts()), ("gathering", vec![]));
}

#[test]
fn three_misunderstandings_offer_a_person_whom_a_yes_calls_and_the_machine_falls_silent() {
    let mut chat = Chat::default();
    chat.says("qwrtp zxcvb");
    let said = chat.says("qwrtp zxcvb");
    assert!(said[0].contains("choose one"), "{}", said[0]);
    assert!(!chat.choices().is_empty(), "the second time there are options");
    let said = chat.says("qwrtp zxcvb");
    assert!(said[0].contains("Shall I ask a person"), "{}", said[0]);
    assert_eq!(chat.choices(), ["Talk to a person"]);
    assert!(chat.thread().driver.is_machine(), "nobody is called unasked");
    assert_eq!(chat.says("qwrtp zxcvb").len(), 1, "the offer stands");
    let said = chat.says("yes, 0712345678");
    assert_eq!(chat.thread().driver.code(), "suspended");
    assert_eq!(said.len(), 2, "the customer and the owner are told: {said:?}");
    let brief = chat.to_owners().pop().unwrap();
    assert_eq!(brief.purpose, Purpose::Alert);
    assert!(
        brief.content.words().contains("[number]"),
        "{}",
        brief.content.words()
    );
    assert_eq!(
        chat.says("Nataka massage kesho saa nane mchana"),
        Vec::<String>::new()
    );
    assert_eq!(chat.stage(), "open");
    assert_eq!(chat.says("STOP").len(), 1, "an opt-out is heard whoever drives");
}

#[test]
fn an_understood_message_forgives_the_misunderstandings_before() {
    let mut chat = Chat::default();
    chat.says("qwrtp zxcvb");
    chat.says("qwrtp zxcvb");
    chat.says("Massage ni bei gani?");
    chat.says("qwrtp zxcvb");
    assert_eq!(chat.thread().driver.code(), "agent");
}

#[test]
fn a_dispute_about_money_goes_to_a_person() {
    let mut chat = Chat::default();
    let said = chat.says("Pesa imekatwa mara mbili");
    assert!(said[0].contains("malipo yako"), "{}", said[0]);
    assert_eq!(
        chat.thread().driver.handoff().unwrap().reason,
        HandoffReason::Money
    );
}

#[test]
fn outside_of_the_cohort_one_bilingual_line_is_said_and_nothing_is_booked() {
    let mut chat = Chat::default();
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
    let said = chat.says("Nataka massage kesho saa nane mchana");
    assert!(
        said[0].contains("Mtu atakujibu") && said[0].contains("person will answer"),
        "{}",
        said[0]
    );
    assert_eq!(said.len(), 2, "and the owner is told");
    assert_eq!(chat.says("ndiyo"), Vec::<String>::new());
    assert_eq!(chat.thread().driver.code(), "suspended");
    chat.passes(Duration::hours(25));
    assert_eq!(
        chat.says("mko?").len(),
        2,
        "once more after a day, in a new thread"
    );
    assert_eq!(chat.record.threads(chat.tenant()).len(), 2);
}

#[test]
fn who_was_invited_is_served_in_cohort_mode() {
    let mut chat = Chat::default();
    chat.says("Habari");
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
    let id = chat.customer().id;
    chat.record
        .amend_customer(chat.tenant(), id, |customer| customer.in_cohort = true);
    chat.says("Nataka massage kesho saa nane mchana");
    assert_eq!(chat.stage(), "confirming");
}

mod invited;

#[test]
fn a_yes_from_hours_ago_is_asked_again() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let yes = PlainReader::tap(&a_phone(123), &chat.token_of("Ndiyo"));
    let written_at = chat.clock.now();
    chat.passes(Duration::hours(3));
    let said = chat.sends_written_at(yes, written_at);
    assert!(said[0].contains("Je, ni sawa?"), "{}", said[0]);
    assert_eq!(chat.desk.visits(), vec![]);
    chat.taps("Ndiyo");
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn a_message_after_a_week_begins_a_new_thread() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let old = chat.token_of("Ndiyo");
    chat.passes(Duration::days(7));
    let said = chat.sends(PlainReader::tap(&a_phone(123), &old));
    assert_eq!(said.len(), 1);
    assert_eq!(chat.desk.visits(), vec![], "an old button does nothing");
    let threads = chat.record.threads(chat.tenant());
    assert_eq!(threads.len(), 2);
    assert!(threads[0].closed_at.is_some());
}

#[test]
fn a_new_booking_after_the_booking_starts_a_new_thread() {
    let mut chat = Chat::with_desk(crate::test_support::desks::FakeDesk::asking_nothing);
    chat.reach_the_prompt();
    chat.says("asante");
    chat.says("sawa");
    let said = chat.says("Nataka facial Ijumaa saa nane mchana");
    assert!(said[0].contains("Ijumaa 15 Mei"), "{}", said[0]);
    let threads = chat.record.threads(chat.tenant());
    assert_eq!(threads.len(), 2);
    assert!(threads[0].closed_at.is_some() && threads[1].closed_at.is_none());
    chat.taps("Ndiyo");
    assert_eq!(chat.desk.visits().len(), 2);
}

#[test]
fn every_kind_without_words_gets_a_polite_answer_and_loses_nothing() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let photo = chat.photo();
    assert!(chat.sends(photo)[0].contains("picha"));
    let voice = json!({ "phone": a_phone(123), "voice": true });
    assert!(chat.sends(voice)[0].contains("sauti"));
    let reaction = json!({ "phone": a_phone(123), "reaction": "👍" });
    assert_eq!(
        chat.sends(reaction),
        Vec::<String>::new(),
        "a reaction wants no answer"
    );
    chat.taps("Ndiyo");
    assert_eq!(chat.stage(), "paying", "the question stayed open");
}

#[test]
fn questions_on_the_way_are_answered_without_losing_the_way() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    assert!(chat.says("Massage ni bei gani?")[0].contains("KES 3,500"));
    assert!(chat.says("Mko wapi?")[0].contains("Kilimani"));
    assert!(chat.says("Mnafungua saa ngapi?")[0].contains("9:00 am"));
    assert_eq!(chat.stage(), "confirming");
    chat.says("ndiyo");
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn a_booking_is_shown_and_lateness_reaches_the_team() {
    let mut chat = Chat::with_desk(crate::test_support::desks::FakeDesk::asking_nothing);
    chat.reach_the_prompt();
    assert!(chat.says("Miadi yangu ni saa ngapi?")[0].contains("BK7Q2M"));
    chat.passes(Duration::hours(29));
    let said = chat.says("Running 20 mins late");
    assert!(said[0].contains("20"), "{}", said[0]);
    let events = chat.record.events(chat.tenant());
    let late = events.iter().any(|event| {
        matches!(
            event,
            crate::event::ConversationEvent::CustomerRunsLate {
                minutes: Some(20),
                ..
            }
        )
    });
    assert!(late, "{events:?}");
}

#[test]
fn a_token_made_up_on_a_phone_does_nothing() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    for forged in [
        "q:0:0",
        "",
        "q:00000000000070008000000000000001:99",
        "slot:1",
        "q:x:y",
    ] {
        chat.sends(PlainReader::tap(&a_phone(123), forged));
    }
    assert_eq!(chat.stage(), "confirming");
    assert_eq!(chat.desk.visits(), vec![]);
}

#[test]
fn the_name_is_kept_on_one_line_without_tricks() {
    let mut chat = Chat::default();
    chat.sends(json!({ "phone": a_phone(123), "name": "Asha\n\u{0}\u{202e} Njeri", "text": "Habari" }));
    assert_eq!(chat.customer().name.as_deref(), Some("Asha Njeri"));
}

#[test]
fn a_number_that_another_customer_has_is_not_taken_over() {
    let mut chat = Chat::default();
    chat.says("Habari");
    chat.sends(json!({ "user_id": "KE.9xAmPLe", "text": "Habari" }));
    chat.sends(json!({ "user_id": "KE.9xAmPLe", "phone": a_phone(123), "text": "Nataka massage kesho saa nane mchana" }));
    let customers = chat.record.customers(chat.tenant());
    let with_number = customers
        .iter()
        .filter(|customer| customer.phone.is_some())
        .count();
    assert_eq!((customers.len(), with_number), (2, 1));
}

#[test]
fn a_hidden_number_that_is_shown_later_is_learned() {
    let mut chat = Chat::default();
    chat.sends(json!({ "user_id": "KE.9xAmPLe", "text": "Habari" }));
    chat.sends(json!({ "user_id": "KE.9xAmPLe", "phone": a_phone(321), "text": "Habari" }));
    assert_eq!(chat.customer().phone, Some(a_phone(321)));
}

#[test]
fn a_stranger_who_says_stop_hears_one_answer_and_no_introduction() {
    let mut chat = Chat::default();
    let said = chat.says("STOP");
    assert_eq!(said.len(), 1);
    assert!(!said[0].contains("Aria Aura Spa"), "{}", said[0]);
}
