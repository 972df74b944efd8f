use ratiba_kernel::test_support::{SeededIds, block_on, tenant};

use super::*;
use crate::employment::EmploymentType;
use crate::member::{StaffName, Weight};
use crate::ports::MockStaffDirectory;
use crate::schedule::WeeklyHours;
use crate::test_support::InMemoryDirectory;
use crate::use_cases::{EnrolMember, Enrolment};

fn casual() -> Employment {
    Employment {
        employment_type: Some(EmploymentType::Casual),
        ..Employment::default()
    }
}

fn amina(directory: &Arc<InMemoryDirectory>) -> StaffId {
    let enrol = EnrolMember {
        directory: Arc::<InMemoryDirectory>::clone(directory),
        ids: Arc::new(SeededIds::default()),
    };
    let enrolment = Enrolment {
        name: StaffName::parse("Amina").unwrap(),
        phone: None,
        weight: Weight::FULL,
        hours: WeeklyHours::default(),
        joined: None,
    };
    block_on(enrol.execute(tenant(1), enrolment)).unwrap()
}

#[test]
fn what_payroll_says_is_recorded_once() {
    let directory = Arc::new(InMemoryDirectory::default());
    let id = amina(&directory);
    let record = RecordEmployment {
        directory: Arc::<InMemoryDirectory>::clone(&directory),
    };
    for _ in 0..2 {
        assert_eq!(block_on(record.execute(tenant(1), id, casual())), Ok(()));
    }
    let member = block_on(directory.find(tenant(1), id)).unwrap().unwrap();
    assert_eq!((member.employment, member.version), (casual(), 2));
    assert_eq!(
        block_on(record.execute(tenant(2), id, casual())),
        Err(RecordEmploymentError::Unknown)
    );
}

#[test]
fn it_gives_up_after_a_bounded_number_of_tries() {
    let directory = Arc::new(InMemoryDirectory::default());
    let id = amina(&directory);
    let mut busy = MockStaffDirectory::new();
    busy.expect_find()
        .returning(move |tenant, staff| block_on(directory.find(tenant, staff)));
    busy.expect_record()
        .times(3)
        .returning(|_, _| Err(RecordError::Stale));
    let record = RecordEmployment {
        directory: Arc::new(busy),
    };
    assert_eq!(
        block_on(record.execute(tenant(1), id, casual())),
        Err(RecordEmploymentError::Stale)
    );
}
