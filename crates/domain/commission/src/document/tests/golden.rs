//! The worked cases, each by its id, through the reader of cases.

use super::*;

/// Everybody's commission, in the order of the words.
fn commissions(answer: &Value) -> Vec<i64> {
    let staff = answer["staff"].as_array().unwrap();
    staff
        .iter()
        .map(|one| one["commission_minor"].as_i64().unwrap())
        .collect()
}

fn pays(name: &str, minor: i64) {
    assert_eq!(commissions(&example(name)), [minor], "{name}");
}

#[test]
fn c01_retroactive() {
    pays("c01-retroactive", 67_500);
}

#[test]
fn c01c_marginal() {
    pays("c01c-marginal", 62_300);
}

#[test]
fn c02_marginal() {
    pays("c02-marginal", 15_000);
}

#[test]
fn c02b_retroactive() {
    pays("c02b-retroactive", 20_000);
}

#[test]
fn c03_both_methods() {
    pays("c03-retroactive", 30_000);
    pays("c03-marginal", 20_000);
}

#[test]
fn c05_four_tiers() {
    pays("c05-marginal", 5_125);
}

#[test]
fn c05b_four_tiers_retroactive() {
    pays("c05b-retroactive", 1_875);
}

#[test]
fn c07_just_above_a_floor() {
    pays("c07-marginal", 13_100);
    pays("c07-retroactive", 15_600);
}

#[test]
fn c09_two_tiers() {
    pays("c09-marginal", 8_000);
    pays("c09-retroactive", 12_000);
}

#[test]
fn c14_discount_and_product_cost() {
    pays("c14-discount-and-product-cost", 4_250);
}

#[test]
fn c17_a_redeemed_package() {
    pays("c17-a-redeemed-package", 1_500);
}

#[test]
fn c20_no_shows() {
    pays("c20-no-show-none", 0);
    pays("c20-no-show-price", 1_000);
    pays("c20-no-show-fee", 200);
}

#[test]
fn c21_a_refund_in_the_open_month() {
    pays("c21-refund-in-the-open-month", 3_200);
}

#[test]
fn c23_a_full_refund_after_the_close() {
    let answer = example("c23-full-refund-after-the-close");
    assert_eq!(commissions(&answer), [10_000]);
    let later = &answer["later"][0]["staff"][0];
    assert_eq!(later["frozen_commission_minor"], 10_000);
    assert_eq!(later["amendment"]["commission_minor"], -10_000);
}

#[test]
fn c24_a_full_refund_before_the_close() {
    let answer = example("c24-full-refund-before-the-close");
    assert_eq!(commissions(&answer), [0]);
    assert_eq!(answer["later"][0]["staff"][0]["amendment"], Value::Null);
}

#[test]
fn c26_bands_with_a_gap() {
    let case = r#"{"month": "2026-05", "appointments": [], "rules": [{"staff": "a", "rule_type": "tiered", "value": {
        "method": "marginal", "bands": [{"from": 0, "to": 10000, "rate_basis_points": 1000},
        {"from": 10100, "to": 20000, "rate_basis_points": 2000}]}}]}"#;
    assert_eq!(
        faults_of(case),
        ["rules[0].value.bands[1]: no band covers 100.00–101.00"]
    );
}

#[test]
fn c27_a_tip_refunded_in_part() {
    let answer = example("c27-a-tip-refunded-in-part");
    let staff = answer["staff"].as_array().unwrap();
    let tips: Vec<i64> = staff
        .iter()
        .map(|one| one["tip_minor"].as_i64().unwrap())
        .collect();
    assert_eq!(tips, [2_250, 1_500, 750]);
}

#[test]
fn c32_list_price_or_charged() {
    pays("c32-base-list-price", 2_500);
    pays("c32-base-charged", 2_250);
}

#[test]
fn c35_a_large_base() {
    pays("c35-a-large-base", 1_234_500);
}

#[test]
fn c36_recorded_rate_and_re_tier() {
    let later = &example("c36-recorded-rate-and-re-tier")["later"][0]["staff"][0];
    assert_eq!(later["amendment"]["commission_minor"], -10_000);
    assert_eq!(later["retier"]["commission_minor"], -19_000);
}

#[test]
fn c38_equal_thirds() {
    assert_eq!(
        commissions(&example("c38-equal-thirds")),
        [33_334, 33_333, 33_333]
    );
}

#[test]
fn c39_the_rate_of_the_local_day() {
    pays("c39-rate-of-the-local-day-may", 40_000);
    pays("c39-rate-of-the-local-day-june", 45_000);
}

#[test]
fn c41_category_or_staff_first() {
    pays("c41-category-first", 20_000);
    pays("c41-staff-first", 30_000);
}

#[test]
fn c41b_an_exception_wins_either_way() {
    pays("c41b-category-first", 35_000);
    pays("c41b-staff-first", 35_000);
}

#[test]
fn c42_shares_that_are_not_the_whole() {
    let case = r#"{"month": "2026-05", "appointments": [{"charged_minor": 1000, "staff": [
        {"staff": "a", "share_basis_points": 6000}, {"staff": "b", "share_basis_points": 3000}]}]}"#;
    assert_eq!(
        faults_of(case),
        ["appointments[0].staff: shares must total 100 %"]
    );
}

#[test]
fn c43_a_rate_edited_today() {
    let answer = example("c43-a-rate-edited-today");
    let later = &answer["later"][0]["staff"][0];
    assert_eq!(
        (&later["frozen_commission_minor"], &later["amendment"]),
        (&Value::from(10_000), &Value::Null)
    );
}

#[test]
fn c44_no_actuals() {
    let answer = example("c44-no-actuals");
    let staff = &answer["staff"][0];
    assert_eq!(
        (&staff["hours"], &staff["lines"][0]["end"]),
        (&Value::from("1.00"), &Value::from("planned"))
    );
    let said = staff["lines"][0]["reasons"]["en"][0].as_str().unwrap();
    assert!(said.contains("planned end used"), "{said}");
}

#[test]
fn c45_closed_again() {
    let answer = example("c45-closed-again");
    let [again, late] = answer["later"].as_array().unwrap().as_slice() else {
        panic!("{answer}");
    };
    assert_eq!(
        (&again["same"], &again["staff"][0]["amendment"]),
        (&Value::from(true), &Value::Null)
    );
    assert_eq!(again["staff"][0]["hash_now"], answer["staff"][0]["content_hash"]);
    assert_eq!(late["same"], false);
    let amendment = &late["staff"][0]["amendment"];
    assert_eq!(
        (&amendment["commission_minor"], &amendment["hours"]),
        (&Value::from(0), &Value::from("0.50"))
    );
}

#[test]
fn partial_refunds_converge_on_nothing() {
    let answer = example("partial-refunds-converge");
    let later = answer["later"].as_array().unwrap().iter();
    let taken: i64 = later
        .map(|step| {
            step["staff"][0]["amendment"]["commission_minor"]
                .as_i64()
                .unwrap()
        })
        .sum();
    assert_eq!(taken, -answer["totals"]["commission_minor"].as_i64().unwrap());
}

#[test]
fn a_payment_earns_in_the_month_in_which_it_comes() {
    let (may, june) = (
        "earned-on-payment-in-the-month-of-the-service",
        "earned-on-payment-in-the-month-after",
    );
    pays(may, 5_000);
    pays(june, 5_000);
    let june = example(june);
    assert_eq!(
        (&june["staff"][0]["hours"], &june["staff"][0]["services_rendered"]),
        (&Value::from("0.00"), &Value::from(0))
    );
}

#[test]
fn deductions_are_taken_before_and_after() {
    // 40 % of 900 − 50 and 2,250 − 50 are 1,220; 95 % of that.
    pays("a-deduction-before-and-one-after", 115_900);
    pays("a-fixed-sum-with-a-flat-deduction", 74_000);
}

#[test]
fn a_guarantee_is_topped_up() {
    for (name, top_up) in [
        ("a-guarantee-per-day", 70_000),
        ("a-guarantee-per-period", 1_970_000),
    ] {
        assert_eq!(example(name)["totals"]["top_up_minor"], top_up, "{name}");
    }
}

#[test]
fn a_clawback_stops_at_the_floor_and_is_carried() {
    let answer = example("a-clawback-stops-at-the-floor");
    let amendment = &answer["later"][0]["staff"][0]["amendment"];
    assert_eq!(
        (&amendment["total_minor"], &amendment["carried_minor"]),
        (&Value::from(-6_000), &Value::from(4_000))
    );
    assert_eq!(
        example("a-carried-clawback-is-taken-in")["totals"]["total_minor"],
        9_000
    );
}
