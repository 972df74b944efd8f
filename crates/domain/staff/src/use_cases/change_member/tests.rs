use ratiba_kernel::test_support::{SeededIds, block_on, tenant};
use time::macros::date;

use super::*;
use crate::schedule::WeeklyHours;
use crate::test_support::InMemoryDirectory;
use crate::use_cases::{EnrolMember, Enrolment};

#[test]
fn what_is_left_out_stays_and_an_older_version_is_refused() {
    let directory = Arc::new(InMemoryDirectory::default());
    let enrol = EnrolMember {
        directory: Arc::<InMemoryDirectory>::clone(&directory),
        ids: Arc::new(SeededIds::default()),
    };
    let enrolment = Enrolment {
        name: StaffName::parse("Amina").unwrap(),
        phone: Some(PhoneNumber::parse("0700000123").unwrap()),
        weight: Weight::FULL,
        hours: WeeklyHours::default(),
        joined: Some(date!(2026 - 05 - 01)),
    };
    let id = block_on(enrol.execute(tenant(1), enrolment)).unwrap();
    let change = ChangeMember {
        directory: Arc::<InMemoryDirectory>::clone(&directory),
    };
    let lighter = || MemberChange {
        weight: Some(Weight::new(50).unwrap()),
        phone: Some(None),
        ..MemberChange::default()
    };
    assert_eq!(block_on(change.execute(tenant(1), id, 1, lighter())), Ok(2));
    let member = block_on(directory.find(tenant(1), id)).unwrap().unwrap();
    assert_eq!((member.name.as_str(), member.phone), ("Amina", None));
    assert_eq!(member.weight, Weight::new(50).unwrap());
    assert_eq!(member.employment.hire_date, Some(date!(2026 - 05 - 01)));
    let again = block_on(change.execute(tenant(1), id, 1, lighter()));
    assert_eq!(again, Err(ChangeMemberError::Stale));
    let foreign = block_on(change.execute(tenant(2), id, 2, lighter()));
    assert_eq!(foreign, Err(ChangeMemberError::Unknown));
}
