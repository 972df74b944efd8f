//! What somebody who was invited to the beta says to it.

use super::*;
use crate::cohort::{INVITATION_VERSION, Standing};
use crate::consent::{ConsentAction, ConsentRecord};
use crate::test_support::chat::Chat;

fn invited() -> Chat {
    let mut chat = Chat::default();
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
    chat.is_invited();
    chat
}

/// What became of the only invitation, and how many places are held.
fn standing(chat: &Chat) -> (Standing, usize) {
    let work = chat.work_cohort(crate::ports::TemplateStanding::Approved);
    let cohort = block_on(work.list(chat.tenant())).unwrap();
    (cohort.members[0].invitation.standing, cohort.taken())
}

fn tap(chat: &Chat, joins: bool) -> serde_json::Value {
    let messages = chat.to_customer();
    let call = messages
        .iter()
        .find_map(|message| match &message.content {
            Content::Template(call) => Some(call.clone()),
            Content::Text(_)
            | Content::Buttons(_)
            | Content::List(_)
            | Content::Link(_)
            | Content::Document(_) => None,
        })
        .unwrap();
    PlainReader::tap(&a_phone(123), &call.payloads()[usize::from(!joins)])
}

#[test]
fn a_yes_is_recorded_with_words_version_channel_and_time_and_opens_the_machine() {
    for words in ["NDIYO", "yes", "START", "Anza"] {
        let mut chat = invited();
        let said = chat.says(words);
        assert!(
            said[0].contains("majaribio") || said[0].contains("trial"),
            "{}",
            said[0]
        );
        assert_eq!(standing(&chat), (Standing::Joined, 1), "{words}");
        let consents = chat.record.consents(chat.tenant());
        let [consent] = consents.as_slice() else {
            panic!("one consent: {consents:?}")
        };
        assert_eq!(consent.action, ConsentAction::Given);
        assert_eq!(
            (consent.wording.as_str(), consent.channel.code()),
            (words, "whatsapp")
        );
        assert_eq!(consent.wording_version, INVITATION_VERSION);
        assert_eq!(consent.at, chat.clock.now());
        chat.says("Nataka massage kesho saa nane mchana");
        assert_eq!(chat.stage(), "confirming");
    }
}

#[test]
fn who_writes_before_the_invitation_went_out_agrees_to_nothing() {
    for words in ["NDIYO", "sawa", "START", "hapana"] {
        let mut chat = Chat::default();
        chat.profile
            .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
        chat.is_to_be_invited();
        chat.says(words);
        assert_eq!(standing(&chat), (Standing::Invited, 1), "{words}");
        assert!(!chat.customer().in_cohort, "{words}");
        let of_invitation = |consent: &ConsentRecord| consent.wording_version == INVITATION_VERSION;
        let consents = chat.record.consents(chat.tenant());
        assert!(!consents.iter().any(of_invitation), "{words}: {consents:?}");
        // It arrives in the morning, and from then on a yes is one.
        chat.is_sent();
        chat.passes(time::Duration::MINUTE);
        chat.says("ndiyo");
        assert_eq!(standing(&chat), (Standing::Joined, 1), "after {words}");
    }
}

#[test]
fn a_yes_that_was_written_before_the_invitation_and_came_after_it_is_none() {
    let mut chat = Chat::default();
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
    let written_at = chat.clock.now();
    chat.passes(time::Duration::MINUTE);
    chat.is_invited();
    let raw = PlainReader::text(&a_phone(123), "ndiyo");
    chat.sends_written_at(raw, written_at);
    assert_eq!(standing(&chat), (Standing::Invited, 1));
}

#[test]
fn a_yes_counts_although_our_clock_is_a_little_ahead_of_the_providers() {
    for (behind, agreed) in [(3, Standing::Joined), (6, Standing::Invited)] {
        let mut chat = invited();
        let written_at = chat.clock.now() - time::Duration::seconds(behind);
        let raw = PlainReader::text(&a_phone(123), "ndiyo");
        chat.sends_written_at(raw, written_at);
        assert_eq!(standing(&chat), (agreed, 1), "{behind} s");
    }
}

#[test]
fn the_invitations_button_counts_although_its_sending_was_never_confirmed() {
    let mut chat = Chat::default();
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
    chat.is_to_be_invited();
    let yes = tap(&chat, true);
    chat.sends(yes);
    assert_eq!(standing(&chat), (Standing::Joined, 1));
}

#[test]
fn the_invitations_own_buttons_answer_it_and_a_second_tap_changes_nothing() {
    let mut chat = invited();
    let yes = tap(&chat, true);
    chat.sends(yes.clone());
    assert_eq!(standing(&chat), (Standing::Joined, 1));
    chat.sends(yes);
    assert_eq!(standing(&chat), (Standing::Joined, 1));
    assert_eq!(chat.record.consents(chat.tenant()).len(), 1);
    let mut chat = invited();
    let no = tap(&chat, false);
    chat.sends(no);
    assert_eq!(standing(&chat), (Standing::Declined, 0));
}

#[test]
fn a_no_declines_frees_the_place_and_leaves_them_to_a_person() {
    let mut chat = invited();
    let said = chat.says("hapana");
    assert!(said[0].contains("hatakuandikia"), "{}", said[0]);
    assert_eq!(standing(&chat), (Standing::Declined, 0));
    let consents = chat.record.consents(chat.tenant());
    assert_eq!(consents[0].action, ConsentAction::Withdrawn);
    chat.says("Nataka massage kesho");
    assert_eq!(chat.thread().driver.code(), "suspended");
}

#[test]
fn stop_declines_and_opts_out_and_start_alone_invites_nobody() {
    let mut chat = invited();
    chat.says("STOP");
    assert_eq!(standing(&chat), (Standing::Declined, 0));
    assert!(chat.customer().opted_out_at.is_some());
    chat.says("START");
    assert_eq!(standing(&chat), (Standing::Declined, 0));
    assert!(chat.customer().opted_out_at.is_none());
}

#[test]
fn a_member_who_writes_stop_leaves_and_their_place_is_free() {
    let mut chat = invited();
    chat.says("ndiyo");
    chat.says("ACHA");
    assert_eq!(standing(&chat), (Standing::Left, 0));
    assert!(!chat.customer().in_cohort);
}

#[test]
fn other_words_are_asked_about_once_and_then_a_person_comes() {
    let mut chat = invited();
    let said = chat.says("Nataka massage kesho saa nane mchana");
    assert!(said[0].contains("unakubali"), "{}", said[0]);
    assert_eq!(chat.choices().len(), 2);
    assert_eq!(standing(&chat).0, Standing::Invited, "nothing was agreed to");
    chat.says("bei gani?");
    assert_eq!(chat.thread().driver.code(), "suspended");
    chat.says("ndiyo");
    assert_eq!(standing(&chat).0, Standing::Joined);
    assert!(
        chat.thread().driver.is_machine(),
        "who was called for this alone is not needed"
    );
}

#[test]
fn the_question_put_again_is_answered_by_its_buttons() {
    let mut chat = invited();
    chat.says("Nataka massage kesho saa nane mchana");
    chat.taps("Ndiyo");
    assert_eq!(standing(&chat).0, Standing::Joined);
}

#[test]
fn a_yes_to_a_person_who_has_the_conversation_is_no_consent() {
    let mut chat = Chat::default();
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
    chat.says("Mko wazi leo?");
    chat.admin_takes_over(999);
    chat.is_invited();
    chat.says("ndiyo");
    assert_eq!(standing(&chat).0, Standing::Invited);
    let yes = tap(&chat, true);
    chat.sends(yes);
    assert_eq!(standing(&chat).0, Standing::Joined);
    assert_eq!(chat.thread().driver.code(), "human", "whoever has it keeps it");
}

#[test]
fn when_the_beta_is_open_to_all_the_invited_are_served_without_an_answer() {
    let mut chat = invited();
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::Everyone);
    chat.says("Nataka massage kesho saa nane mchana");
    assert_eq!(chat.stage(), "confirming");
    assert_eq!(standing(&chat).0, Standing::Invited);
    chat.says("ndiyo");
    assert_eq!(standing(&chat).0, Standing::Invited, "the yes was to the booking");
}
