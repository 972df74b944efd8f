use ratiba_kernel::test_support::tenant;

use super::*;

#[test]
fn nobody_waits_for_the_setup_of_another_tenant_to_be_read() {
    let setups = Setups::default();
    let (one, other) = (setups.turn(tenant(1)), setups.turn(tenant(2)));
    let reading = one.try_lock().unwrap();
    assert!(other.try_lock().is_ok());
    assert!(
        setups.turn(tenant(1)).try_lock().is_err(),
        "but for that of one's own"
    );
    drop(reading);
    drop((one, other));
    let _next = setups.turn(tenant(3));
    let kept: Vec<TenantId> = setups.reading.lock().unwrap().keys().copied().collect();
    assert_eq!(kept, [tenant(3)], "nothing is kept of whoever is done");
}
