use ratiba_kernel::TenantId;
use uuid::Uuid;

use super::{StreamLimits, Streams};

#[test]
fn places_are_few_for_each_business_and_for_all_and_come_back() {
    let limits = StreamLimits {
        listeners_max: 3,
        of_tenant_max: 2,
        ..StreamLimits::default()
    };
    let streams = Streams::new(limits);
    let (one, two) = (
        TenantId::from_uuid(Uuid::from_u128(1)),
        TenantId::from_uuid(Uuid::from_u128(2)),
    );
    let first = streams.take_place(one);
    let second = streams.take_place(one);
    assert!(first.is_some() && second.is_some());
    assert!(streams.take_place(one).is_none(), "a business has two");
    let third = streams.take_place(two);
    assert!(third.is_some());
    assert!(streams.take_place(two).is_none(), "all have three");
    drop(first);
    assert!(
        streams.take_place(two).is_some(),
        "a place that was given back is free"
    );
}
