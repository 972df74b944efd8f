use std::time::Duration;

use ratiba_kernel::TenantId;
use uuid::Uuid;

use super::{StreamLimits, Streams};

#[test]
fn places_are_few_for_each_business_and_for_all_and_come_back() {
    let limits = StreamLimits {
        listeners_max: 3,
        of_tenant_max: 2,
        of_one_max: 2,
        ..StreamLimits::default()
    };
    let streams = Streams::new(limits);
    let (one, two) = (
        TenantId::from_uuid(Uuid::from_u128(1)),
        TenantId::from_uuid(Uuid::from_u128(2)),
    );
    let (asha, brian) = (Uuid::from_u128(3), Uuid::from_u128(4));
    let first = streams.take_place(one, asha);
    let second = streams.take_place(one, brian);
    assert!(first.is_some() && second.is_some());
    assert!(streams.take_place(one, asha).is_none(), "a business has two");
    let third = streams.take_place(two, asha);
    assert!(third.is_some());
    assert!(streams.take_place(two, asha).is_none(), "all have three");
    drop(first);
    assert!(
        streams.take_place(two, asha).is_some(),
        "a place that was given back is free"
    );
}

#[test]
fn nobody_takes_everybodys_places() {
    let limits = StreamLimits {
        of_one_max: 2,
        ..StreamLimits::default()
    };
    let streams = Streams::new(limits);
    let tenant = TenantId::from_uuid(Uuid::from_u128(1));
    let (asha, brian) = (Uuid::from_u128(3), Uuid::from_u128(4));
    let tabs = [streams.take_place(tenant, asha), streams.take_place(tenant, asha)];
    assert!(tabs.iter().all(Option::is_some));
    assert!(streams.take_place(tenant, asha).is_none(), "one has two");
    assert!(
        streams.take_place(tenant, brian).is_some(),
        "others have their own"
    );
    drop(tabs);
    assert!(streams.take_place(tenant, asha).is_some());
}

#[tokio::test]
async fn of_many_who_are_woken_a_few_look_at_the_same_moment() {
    let streams = Streams::new(StreamLimits {
        looks_max: 2,
        ..StreamLimits::default()
    });
    let (first, _second) = (streams.turn().await, streams.turn().await);
    // Polled once, and not ready.
    assert!(
        tokio::time::timeout(Duration::ZERO, streams.turn())
            .await
            .is_err()
    );
    drop(first);
    assert!(tokio::time::timeout(Duration::ZERO, streams.turn()).await.is_ok());
}
