use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::*;
use crate::test_support::builders::a_customer;

#[test]
fn an_answer_under_way_at_the_opt_out_is_not_sent_any_more() {
    let customer = a_customer().opted_out_at(EPOCH).build();
    let before = EPOCH - Duration::SECOND;
    assert_eq!(
        may_send(&customer, Purpose::Answer, before),
        Err(Withheld::OptedOut)
    );
    assert_eq!(
        may_send(&customer, Purpose::AsksMoney, before),
        Err(Withheld::OptedOut)
    );
    assert_eq!(may_send(&customer, Purpose::Answer, EPOCH), Ok(()));
}

#[test]
fn a_booking_still_reminds_after_an_opt_out_and_marketing_never_comes() {
    let customer = a_customer().opted_out_at(EPOCH).build();
    assert_eq!(may_send(&customer, Purpose::Reminder, EPOCH), Ok(()));
    assert_eq!(may_send(&customer, Purpose::Receipt, EPOCH), Ok(()));
    assert_eq!(
        may_send(&customer, Purpose::Marketing, EPOCH),
        Err(Withheld::OptedOut)
    );
}

#[test]
fn outside_of_the_cohort_a_person_answers_until_the_mode_is_off() {
    let stranger = a_customer().build();
    assert_eq!(
        admission(CohortMode::InvitedOnly, &stranger),
        Admission::PersonOnly
    );
    assert_eq!(admission(CohortMode::Everyone, &stranger), Admission::Machine);
    let invited = a_customer().invited().build();
    assert_eq!(admission(CohortMode::InvitedOnly, &invited), Admission::Machine);
}
