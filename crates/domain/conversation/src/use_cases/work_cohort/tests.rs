//! Who may be invited, and that nobody is invited twice.

use ratiba_kernel::test_support::block_on;

use super::*;
use crate::cohort::PLACES;
use crate::consent::CohortMode;
use crate::test_support::builders::{a_customer, a_phone};
use crate::test_support::chat::Chat;

fn invite(chat: &Chat, number: u32) -> Result<Invited, NotInvited> {
    let work = chat.work_cohort(TemplateStanding::Approved);
    match block_on(work.invite(chat.tenant(), &a_phone(number), None, "desk")) {
        Ok(invited) => Ok(invited),
        Err(WorkCohortError::Refused(why)) => Err(why),
        Err(WorkCohortError::Unavailable(outage)) => panic!("{outage}"),
    }
}

#[test]
fn an_invitation_is_a_template_with_both_answers_and_counts_as_marketing() {
    let mut chat = Chat::default();
    let invited = chat.is_invited();
    assert!(invited.new);
    let messages = chat.to_customer();
    let [message] = messages.as_slice() else {
        panic!("one message: {messages:?}")
    };
    assert_eq!(
        message.purpose,
        Purpose::Marketing,
        "quiet hours and opt-outs are kept"
    );
    let Content::Template(call) = &message.content else {
        panic!("a template: {message:?}")
    };
    assert_eq!((call.name(), call.language_code()), ("cohort_invitation", "sw"));
    let id = invited.member.invitation.id.as_uuid().simple();
    assert_eq!(
        call.payloads(),
        [format!("i:{id}:join"), format!("i:{id}:decline")]
    );
    assert_eq!(invited.member.customer.name.as_deref(), Some("Asha"));
}

#[test]
fn inviting_twice_sends_once() {
    let mut chat = Chat::default();
    let first = chat.is_invited();
    let second = chat.is_invited();
    assert!(!second.new);
    assert_eq!(second.member.invitation.id, first.member.invitation.id);
    assert_eq!(chat.to_customer().len(), 1);
}

#[test]
fn the_eleventh_is_refused_with_the_reason_and_gets_nothing() {
    let chat = Chat::default();
    for number in 1..=u32::from(PLACES) {
        assert!(invite(&chat, number).is_ok());
    }
    let refused = invite(&chat, 11).unwrap_err();
    assert_eq!(refused, NotInvited::Full { places: PLACES });
    assert!(refused.to_string().contains("all 10 places"), "{refused}");
    assert_eq!(chat.to_customer().len(), usize::from(PLACES));
}

#[test]
fn a_business_sets_how_many_places_there_are() {
    let chat = Chat::default();
    chat.record.set_places(chat.tenant(), 1);
    assert!(invite(&chat, 1).is_ok());
    assert_eq!(invite(&chat, 2).unwrap_err(), NotInvited::Full { places: 1 });
}

#[test]
fn a_place_that_is_free_again_goes_to_somebody_else() {
    let chat = Chat::default();
    chat.record.set_places(chat.tenant(), 1);
    let first = invite(&chat, 1).unwrap();
    let work = chat.work_cohort(TemplateStanding::Approved);
    let taken_off = block_on(work.withdraw(chat.tenant(), first.member.invitation.id));
    assert_eq!(
        taken_off.unwrap().unwrap().invitation.standing,
        Standing::Withdrawn
    );
    assert!(invite(&chat, 2).is_ok());
}

#[test]
fn who_opted_out_is_not_invited() {
    let mut chat = Chat::default();
    chat.says("Habari");
    chat.says("STOP");
    assert_eq!(invite(&chat, 123).unwrap_err(), NotInvited::OptedOut);
    chat.says("START");
    assert!(invite(&chat, 123).unwrap().new);
}

#[test]
fn who_declined_is_not_asked_again_until_the_desk_says_so() {
    let mut chat = Chat::default();
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
    let first = chat.is_invited();
    chat.says("hapana");
    assert_eq!(invite(&chat, 123).unwrap_err(), NotInvited::Declined);
    let work = chat.work_cohort(TemplateStanding::Approved);
    let id = first.member.invitation.id;
    assert!(block_on(work.withdraw(chat.tenant(), id)).unwrap().is_some());
    assert!(invite(&chat, 123).unwrap().new);
}

#[test]
fn only_kenyan_mobile_numbers_are_invited() {
    let chat = Chat::default();
    let work = chat.work_cohort(TemplateStanding::Approved);
    let abroad = PhoneNumber::parse("+4915112345678").unwrap();
    let refused = block_on(work.invite(chat.tenant(), &abroad, None, "desk"));
    assert!(
        matches!(refused, Err(WorkCohortError::Refused(NotInvited::NotKenyan))),
        "{refused:?}"
    );
    assert_eq!(chat.record.customers(chat.tenant()), []);
}

#[test]
fn nobody_holds_a_place_for_an_invitation_that_cannot_be_sent() {
    let chat = Chat::default();
    let work = chat.work_cohort(TemplateStanding::NotUsable);
    let refused = block_on(work.invite(chat.tenant(), &a_phone(1), None, "desk"));
    assert!(
        matches!(
            refused,
            Err(WorkCohortError::Refused(NotInvited::TemplateNotApproved))
        ),
        "{refused:?}"
    );
    let cohort = block_on(work.list(chat.tenant())).unwrap();
    assert_eq!((cohort.taken(), cohort.places), (0, PLACES));
}

#[test]
fn a_customer_of_before_keeps_their_name() {
    let mut chat = Chat::default();
    chat.says("Habari");
    let id = chat.customer().id;
    chat.record.amend_customer(chat.tenant(), id, |customer| {
        customer.name = a_customer().build().name;
    });
    let invited = chat.is_invited();
    assert_eq!(invited.member.customer.id, id);
    assert_eq!(invited.member.customer.name, a_customer().build().name);
}
