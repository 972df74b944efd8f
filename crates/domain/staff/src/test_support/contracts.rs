//! The promises of the directory, as a suite that every implementation passes.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::tenant;
use ratiba_kernel::{PhoneNumber, TenantId};
use time::Weekday;
use time::macros::date;
use uuid::Uuid;

use crate::employment::{Employment, EmploymentForm};
use crate::member::{Member, StaffId, StaffName, Standing, Weight};
use crate::ports::{Change, RecordError, StaffDirectory};
use crate::schedule::{Block, WeeklyHours};

/// An implementation under test and what it takes to prepare it.
#[async_trait(?Send)]
pub trait Ground {
    /// The port.
    fn directory(&self) -> Arc<dyn StaffDirectory>;
    /// Makes a tenant exist. The first thing that is asked for a tenant.
    async fn open(&self, tenant: TenantId);
}

/// Every promise of [`StaffDirectory`]. `fresh` gives an empty implementation each time.
///
/// # Panics
/// If a promise is broken.
pub async fn staff_directory_contract<G: Ground>(fresh: impl AsyncFn() -> G) {
    somebody_reads_back_as_recorded(&fresh().await).await;
    a_stale_change_leaves_no_trace(&fresh().await).await;
    who_left_is_found_and_not_active(&fresh().await).await;
    one_tenant_never_sees_anothers_people(&fresh().await).await;
}

fn block(weekday: Weekday, from: u16, to: u16) -> Block {
    Block::new(weekday, from, to).unwrap_or_else(|error| panic!("{error}"))
}

/// A member with everything recorded; equal numbers are equal people.
///
/// # Panics
/// Never: all of it is well formed.
#[must_use]
pub fn a_member(number: u64) -> Member {
    let id = StaffId::from_uuid(Uuid::from_u64_pair(0x57af_7000, 0x8000_0000_0000_0000 | number));
    let hours = vec![
        block(Weekday::Tuesday, 840, 1_080),
        block(Weekday::Tuesday, 540, 780),
        block(Weekday::Sunday, 1_320, 1_560),
    ];
    let form = EmploymentForm {
        kra_pin: Some("A000000000Z".to_owned()),
        nssf_number: Some("2012345678".to_owned()),
        shif_number: Some("CR1234567890123-4".to_owned()),
        hire_date: Some(date!(2025 - 03 - 01)),
        employment_type: Some("permanent".to_owned()),
        base_pay_kes_minor: Some(2_500_000),
    };
    Member {
        phone: PhoneNumber::parse("+254700000123").ok(),
        weight: Weight::new(80).unwrap_or(Weight::FULL),
        hours: WeeklyHours::new(hours).unwrap_or_else(|error| panic!("{error}")),
        employment: Employment::parse(&form).unwrap_or_else(|faults| panic!("{faults:?}")),
        ..Member::starting(
            id,
            StaffName::parse("Amina").unwrap_or_else(|error| panic!("{error}")),
        )
    }
}

fn recorded(member: &Member, version: i32) -> Member {
    Member {
        version,
        ..member.clone()
    }
}

async fn record(directory: &Arc<dyn StaffDirectory>, member: &Member) -> Result<(), RecordError> {
    let change = Change {
        member: member.clone(),
    };
    directory.record(tenant(1), change).await
}

async fn somebody_reads_back_as_recorded<G: Ground>(ground: &G) {
    ground.open(tenant(1)).await;
    let directory = ground.directory();
    let full = a_member(2);
    let bare = Member::starting(a_member(1).id, full.name.clone());
    for member in [&full, &bare] {
        assert_eq!(directory.find(tenant(1), member.id).await, Ok(None));
        assert_eq!(record(&directory, member).await, Ok(()));
        assert_eq!(
            directory.find(tenant(1), member.id).await,
            Ok(Some(recorded(member, 1)))
        );
    }
    let fewer = Member {
        hours: WeeklyHours::new(vec![block(Weekday::Friday, 600, 660)]).unwrap_or_default(),
        employment: Employment::default(),
        phone: None,
        ..recorded(&full, 1)
    };
    assert_eq!(record(&directory, &fewer).await, Ok(()));
    let active = directory.active(tenant(1)).await;
    assert_eq!(active, Ok(vec![recorded(&bare, 1), recorded(&fewer, 2)]));
}

async fn a_stale_change_leaves_no_trace<G: Ground>(ground: &G) {
    ground.open(tenant(1)).await;
    let directory = ground.directory();
    let member = a_member(1);
    assert_eq!(record(&directory, &member).await, Ok(()));
    let first = Member {
        hours: WeeklyHours::default(),
        ..recorded(&member, 1)
    };
    assert_eq!(record(&directory, &first).await, Ok(()));
    // Read before the first one wrote; or thought to be new; or never recorded at all.
    for version in [1, 0, 3] {
        assert_eq!(
            record(&directory, &recorded(&member, version)).await,
            Err(RecordError::Stale)
        );
    }
    assert_eq!(
        record(&directory, &recorded(&a_member(9), 1)).await,
        Err(RecordError::Stale)
    );
    assert_eq!(
        directory.find(tenant(1), member.id).await,
        Ok(Some(recorded(&first, 2)))
    );
    assert_eq!(directory.find(tenant(1), a_member(9).id).await, Ok(None));
}

async fn who_left_is_found_and_not_active<G: Ground>(ground: &G) {
    ground.open(tenant(1)).await;
    let directory = ground.directory();
    let gone = Member {
        standing: Standing::Left,
        ..a_member(1)
    };
    assert_eq!(record(&directory, &gone).await, Ok(()));
    assert_eq!(
        directory.find(tenant(1), gone.id).await,
        Ok(Some(recorded(&gone, 1)))
    );
    assert_eq!(directory.active(tenant(1)).await, Ok(Vec::new()));
}

async fn one_tenant_never_sees_anothers_people<G: Ground>(ground: &G) {
    ground.open(tenant(1)).await;
    ground.open(tenant(2)).await;
    let directory = ground.directory();
    let member = a_member(1);
    assert_eq!(record(&directory, &member).await, Ok(()));
    assert_eq!(directory.find(tenant(2), member.id).await, Ok(None));
    assert_eq!(directory.active(tenant(2)).await, Ok(Vec::new()));
    let change = Change {
        member: recorded(&member, 1),
    };
    assert_eq!(directory.record(tenant(2), change).await, Err(RecordError::Stale));
    assert_eq!(
        directory.find(tenant(1), member.id).await,
        Ok(Some(recorded(&member, 1)))
    );
}
