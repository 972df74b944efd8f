use ratiba_kernel::Id;
use time::macros::date;
use uuid::Uuid;

use super::*;
use crate::test_support::{amina, brian};

fn member() -> TeamMember {
    TeamMember {
        staff: Id::from_uuid(Uuid::from_u128(1)),
        name: "amina".to_owned(),
        at_work: AtWork::Yes,
        number: Some(amina().number),
        hire_date: None,
        terms: Some(TermsHere::Permanent),
    }
}

fn found(team: &[TeamMember], directory: &[Employee]) -> Vec<What> {
    differences(team, directory).iter().map(|one| one.what).collect()
}

#[test]
fn who_is_the_same_in_both_is_no_difference() {
    assert_eq!(
        found(&[member()], &[amina(), brian()]),
        [],
        "who left there is missed by nobody"
    );
}

#[test]
fn everything_that_is_not_the_same_is_named() {
    let mut other = amina();
    other.full_name = "Grace Wanjiru".to_owned();
    other.status = EmployeeStatus::Exited;
    other.start_date = Some(date!(2025 - 01 - 01));
    other.terms = Terms::Casual;
    assert_eq!(
        found(&[member()], &[other]),
        [What::LeftThere, What::Name, What::HireDate, What::Terms]
    );
}

#[test]
fn who_is_known_on_one_side_only_is_named() {
    assert_eq!(found(&[member()], &[]), [What::UnknownThere]);
    assert_eq!(found(&[], &[amina()]), [What::UnknownHere]);
    let mut unlinked = member();
    unlinked.number = None;
    assert_eq!(found(&[unlinked.clone()], &[]), [What::NoNumber]);
    unlinked.at_work = AtWork::Left;
    assert_eq!(found(&[unlinked], &[]), []);
    let mut left = member();
    left.at_work = AtWork::Left;
    assert_eq!(found(&[left], &[amina()]), [What::LeftHere]);
}

#[test]
fn who_lives_on_commission_is_permanent_at_payroll() {
    let mut member = member();
    member.terms = Some(TermsHere::CommissionOnly);
    assert_eq!(found(&[member], &[amina()]), []);
}
