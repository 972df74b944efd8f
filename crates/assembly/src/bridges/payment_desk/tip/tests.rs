//! A tip for several parts reaches everybody who rendered one.

use ratiba_payments::StaffId;
use uuid::Uuid;

use super::*;

fn renderer(number: u128, weight: u32) -> Renderer {
    Renderer {
        staff: StaffId::from_uuid(Uuid::from_u128(number)),
        weight,
    }
}

fn amounts(shares: &[TipShare]) -> Vec<(u128, i64)> {
    let plain = |share: &TipShare| (share.staff.as_uuid().as_u128(), share.amount.amount_minor());
    shares.iter().map(plain).collect()
}

#[test]
fn each_part_has_its_portion_by_what_it_cost_and_somebody_of_two_parts_gets_both() {
    let parts = [
        (Money::kes_minor(300_000), vec![renderer(1, 1), renderer(2, 1)]),
        (Money::kes_minor(100_000), vec![renderer(2, 1)]),
    ];
    let shares = across(Money::kes_minor(20_000), &parts).unwrap();
    assert_eq!(amounts(&shares), [(1, 7_500), (2, 12_500)]);
}

#[test]
fn parts_that_cost_nothing_share_alike() {
    let parts = [
        (Money::kes_minor(0), vec![renderer(1, 1)]),
        (Money::kes_minor(0), vec![renderer(2, 1)]),
    ];
    let shares = across(Money::kes_minor(10_001), &parts).unwrap();
    assert_eq!(amounts(&shares), [(1, 5_001), (2, 5_000)]);
}
