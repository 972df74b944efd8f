use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::engine::compute;
use crate::period::FrozenBy;
use crate::resolve::RuleTable;
use crate::rule::{RuleScope, RuleType, RuleValue};
use crate::terms::Names;
use crate::test_support::{
    a_tier, category, kes, money, month, percent, rule, settings, some_work, staff, tiered,
};
use crate::tiers::TierMethod;
use crate::work::CompletedAppointment;

fn figure(value: &RuleValue, work: &[CompletedAppointment]) -> StaffFigure {
    let massage = RuleScope::Category(category("massage"));
    let table = RuleTable::new([rule(1, massage, value.clone())]).unwrap();
    let mut figures = compute(month("2026-05"), work, &table, &settings(), &[staff(1)]).unwrap();
    figures.staff.remove(0)
}

fn frozen(value: &RuleValue, work: &[CompletedAppointment]) -> FrozenDocument {
    let id = PeriodId::from_uuid(staff(1).as_uuid());
    let at = datetime!(2026-06-01 02:00 UTC);
    FrozenDocument::close(
        id,
        month("2026-05"),
        figure(value, work),
        kes(0),
        terms(&settings()),
        at,
        FrozenBy::System,
    )
}

/// What holds for the first person by these settings.
fn terms(settings: &CommissionSettings) -> Terms {
    Terms::of(staff(1), &Names::default(), settings)
}

fn proposed(documents: &[&FrozenDocument], now: &StaffFigure) -> Option<ProposedAmendment> {
    proposed_by(documents, now, Basis::RecordedRate, &settings())
}

fn proposed_by(
    documents: &[&FrozenDocument],
    now: &StaffFigure,
    basis: Basis,
    settings: &CommissionSettings,
) -> Option<ProposedAmendment> {
    let chain = Chain::of(documents.iter().map(|document| (*document).clone()).collect()).unwrap();
    propose(&chain, now, basis, settings).unwrap()
}

fn approved(number: u64, proposal: ProposedAmendment) -> FrozenDocument {
    let id = PeriodId::from_uuid(staff(number).as_uuid());
    let at = datetime!(2026-06-10 09:00 UTC);
    FrozenDocument::amendment(id, month("2026-05"), proposal, at, FrozenBy::System)
}

#[test]
fn c23_a_full_refund_after_the_close_takes_back_what_was_frozen() {
    let value = percent(1_000);
    let close = frozen(&value, &[some_work(1).build()]);
    assert_eq!(close.period().commission, kes(100));
    let now = figure(&value, &[some_work(1).refunded(100_000).build()]);
    let amendment = proposed(&[&close], &now).unwrap();
    assert_eq!(
        (amendment.of, amendment.commission),
        (close.period().id, kes(-100))
    );
    assert_eq!(amendment.services_rendered, 0);
}

#[test]
fn c36_a_late_refund_is_taken_back_at_the_recorded_rate_unless_tiers_are_climbed_anew() {
    let value = tiered(
        TierMethod::Retroactive,
        &[a_tier(0, 4_000), a_tier(100_000, 5_000)],
    );
    let work = |refunded| {
        [
            some_work(1).at(90_000).build(),
            some_work(2).at(20_000).refunded(refunded).build(),
        ]
    };
    let close = frozen(&value, &work(0));
    let now = figure(&value, &work(20_000));
    assert_eq!(close.period().commission, kes(550));
    assert_eq!(proposed(&[&close], &now).unwrap().commission, kes(-100));
    let anew = proposed_by(&[&close], &now, Basis::Anew, &settings()).unwrap();
    assert_eq!(anew.commission, kes(-190));
}

#[test]
fn amendments_form_a_chain_and_partial_refunds_converge_on_nothing() {
    let value = percent(3_333);
    let with = |refunded| figure(&value, &[some_work(1).at(10_001).refunded(refunded).build()]);
    let close = frozen(&value, &[some_work(1).at(10_001).build()]);
    let first = approved(2, proposed(&[&close], &with(3_333)).unwrap());
    assert_eq!(
        first.period().kind,
        PeriodKind::Amendment {
            of: close.period().id
        }
    );
    // What is amended already is not proposed again.
    assert_eq!(proposed(&[&close, &first], &with(3_333)), None);
    let second = proposed(&[&first, &close], &with(10_001)).unwrap();
    assert_eq!(second.of, first.period().id);
    let all = [
        close.period().commission,
        first.period().commission,
        second.commission,
    ];
    assert_eq!(Money::sum(ratiba_kernel::Currency::Kes, all), Ok(kes(0)));
}

#[test]
fn what_is_taken_back_is_rounded_and_not_what_is_left() {
    let value = percent(5_000);
    for (price, refunded, expected) in [(20_010, 10_005, -5_003), (2, 1, -1)] {
        let close = frozen(&value, &[some_work(1).at(price).build()]);
        let now = figure(&value, &[some_work(1).at(price).refunded(refunded).build()]);
        let amendment = proposed(&[&close], &now).unwrap();
        assert_eq!(amendment.commission, money(expected), "{refunded} of {price}");
    }
}

#[test]
fn what_was_frozen_without_a_base_earns_at_its_rule_once_there_is_one() {
    let value = percent(4_000);
    let close = frozen(&value, &[some_work(1).at(0).build()]);
    let now = figure(&value, &[some_work(1).build()]);
    let amendment = proposed(&[&close], &now).unwrap();
    assert_eq!(amendment.commission, kes(400));
    // From then on there is a recorded rate, whatever the rule says by now.
    let first = approved(2, amendment);
    let refunded = figure(&percent(1_000), &[some_work(1).refunded(50_000).build()]);
    let second = proposed(&[&close, &first], &refunded).unwrap();
    assert_eq!(second.commission, kes(-200));
}

#[test]
fn a_sum_for_a_service_without_a_base_is_taken_back_with_the_money() {
    let of = |minor| {
        let json = serde_json::json!({ "amount_minor": minor, "base": { "subtract": ["product_cost"] } });
        let massage = RuleScope::Category(category("massage"));
        RuleValue::parse(RuleType::Fixed, &massage, &json, ratiba_kernel::Currency::Kes).unwrap()
    };
    let work = |refunded| {
        let mut work = some_work(1).refunded(refunded).build();
        work.sale.product_cost = work.sale.charged;
        [work]
    };
    let close = frozen(&of(50_000), &work(0));
    assert_eq!(
        (close.period().commission, close.lines()[0].base),
        (kes(500), kes(0))
    );
    // An edited sum is no news of the work.
    assert_eq!(proposed(&[&close], &figure(&of(20_000), &work(0))), None);
    let half = proposed(&[&close], &figure(&of(50_000), &work(50_000))).unwrap();
    assert_eq!(half.commission, kes(-250));
    let half = approved(2, half);
    let rest = proposed(&[&close, &half], &figure(&of(50_000), &work(100_000))).unwrap();
    assert_eq!(rest.commission, kes(-250));
}

#[test]
fn a_sum_without_a_base_is_the_recorded_one_whatever_the_rule_says_by_now() {
    let of = |minor| {
        let json = serde_json::json!({ "amount_minor": minor, "base": { "subtract": ["product_cost"] } });
        let massage = RuleScope::Category(category("massage"));
        RuleValue::parse(RuleType::Fixed, &massage, &json, ratiba_kernel::Currency::Kes).unwrap()
    };
    let work = |refunded, minutes| {
        let mut work = some_work(1).refunded(refunded).build();
        work.sale.product_cost = work.sale.charged;
        work.actual_end = work.actual_end.map(|end| end + time::Duration::minutes(minutes));
        [work]
    };
    let close = frozen(&of(50_000), &work(0, 0));
    // The rule pays 200.00 by now. A corrected time is news of the work, and what the rule pays is none.
    let longer = proposed(&[&close], &figure(&of(20_000), &work(0, 15))).unwrap();
    assert_eq!(
        (longer.commission, longer.hours.to_string()),
        (kes(0), "0.25".to_owned())
    );
    let mut chain = vec![close, approved(2, longer)];
    // Each refund takes back its part of the sum that was recorded, and all of them take back all.
    for (number, (refunded, expected)) in
        (3..).zip([(33_333, -16_667), (66_666, -16_666), (100_000, -16_667)])
    {
        let now = figure(&of(20_000), &work(refunded, 15));
        let amendment = proposed(&chain.iter().collect::<Vec<_>>(), &now).unwrap();
        assert_eq!(amendment.commission, money(expected), "{refunded}");
        chain.push(approved(number, amendment));
        assert_eq!(proposed(&chain.iter().collect::<Vec<_>>(), &now), None);
    }
    // Another service is other work, and earns by its rule.
    let mut other = work(0, 0);
    other[0].service = crate::test_support::service(9);
    let other = proposed(&[&chain[0]], &figure(&of(20_000), &other));
    assert_eq!(other.map(|amendment| amendment.commission), None);
}

#[test]
fn the_cent_of_a_rounding_on_another_line_is_no_news_of_that_line() {
    let json = serde_json::json!({"rate_basis_points": 10_000, "base": {"deduct": [{"basis_points": 5_000, "when": "before"}]}});
    let massage = RuleScope::Category(category("massage"));
    let value = RuleValue::parse(RuleType::Pct, &massage, &json, ratiba_kernel::Currency::Kes).unwrap();
    let work = |refunded| {
        let first = some_work(1).at(5).refunded(refunded).build();
        [first, some_work(2).at(5).build()]
    };
    let close = frozen(&value, &work(0));
    let bases = |figure: &StaffFigure| -> Vec<i64> {
        let lines = figure.lines.iter();
        lines.map(|line| line.base.amount_minor()).collect()
    };
    assert_eq!(bases(&figure(&value, &work(0))), [3, 2]);
    let now = figure(&value, &work(5));
    assert_eq!(bases(&now), [0, 3]);
    let amendment = proposed(&[&close], &now).unwrap();
    let told: Vec<_> = amendment
        .lines
        .iter()
        .map(|line| (line.base, line.commission))
        .collect();
    assert_eq!(told, [(money(-3), money(-3))]);
    let half = figure(&value, &work(2));
    let amendment = proposed(&[&close], &half).unwrap();
    let told: Vec<_> = amendment
        .lines
        .iter()
        .map(|line| (line.base, line.commission))
        .collect();
    assert_eq!(told, [(money(-1), money(-1))]);
}

#[test]
fn what_was_computed_anew_is_taken_back_at_its_new_rate() {
    let close = frozen(&percent(1_000), &[some_work(1).build()]);
    let raised = percent(2_000);
    let raise = proposed_by(
        &[&close],
        &figure(&raised, &[some_work(1).build()]),
        Basis::Anew,
        &settings(),
    );
    let first = approved(2, raise.unwrap());
    assert_eq!(first.period().commission, kes(100));
    let refunded = figure(&raised, &[some_work(1).refunded(50_000).build()]);
    let second = proposed(&[&close, &first], &refunded).unwrap();
    assert_eq!(second.commission, kes(-100));
}

#[test]
fn a_clawback_stops_at_the_floor_and_carries_the_rest() {
    let value = percent(1_000);
    let close = frozen(&value, &[some_work(1).build()]);
    let now = figure(&value, &[some_work(1).refunded(100_000).build()]);
    let floor = CommissionSettings {
        clawback_floor: Some(kes(40)),
        ..settings()
    };
    let proposal = proposed_by(&[&close], &now, Basis::RecordedRate, &floor).unwrap();
    assert_eq!((proposal.commission, proposal.carried), (kes(-100), kes(40)));
    let amendment = approved(2, proposal);
    assert_eq!(amendment.period().pay(), Ok(kes(-60)));
}

#[test]
fn what_is_guaranteed_stays_guaranteed_after_a_refund() {
    use crate::guarantee::{Guarantee, Stretch};
    let guaranteed = CommissionSettings {
        guarantees: BTreeMap::from([(
            staff(1),
            Guarantee {
                per: Stretch::Day,
                amount_minor: 15_000,
            },
        )]),
        ..settings()
    };
    let of = |refunded| {
        let rules = RuleTable::new([rule(1, RuleScope::Category(category("massage")), percent(1_000))]);
        let work = [some_work(1).refunded(refunded).build()];
        let figures = compute(month("2026-05"), &work, &rules.unwrap(), &guaranteed, &[]);
        figures.unwrap().staff.remove(0)
    };
    let id = PeriodId::from_uuid(staff(1).as_uuid());
    let at = datetime!(2026-06-01 02:00 UTC);
    let close = FrozenDocument::close(
        id,
        month("2026-05"),
        of(0),
        kes(0),
        terms(&guaranteed),
        at,
        FrozenBy::System,
    );
    assert_eq!(
        (close.period().commission, close.period().top_up),
        (kes(100), kes(50))
    );
    let proposal = proposed_by(&[&close], &of(50_000), Basis::RecordedRate, &guaranteed).unwrap();
    assert_eq!((proposal.commission, proposal.top_up), (kes(-50), kes(50)));
    // Whatever is guaranteed by now: only a month that is computed anew has today's guarantee.
    let raised = Guarantee {
        per: Stretch::Day,
        amount_minor: 90_000,
    };
    for (guarantees, anew) in [
        (BTreeMap::from([(staff(1), raised)]), kes(800)),
        (BTreeMap::new(), kes(-50)),
    ] {
        let today = CommissionSettings {
            guarantees,
            ..settings()
        };
        let at_recorded = proposed_by(&[&close], &of(50_000), Basis::RecordedRate, &today).unwrap();
        assert_eq!(at_recorded.top_up, kes(50));
        let first = approved(2, at_recorded);
        // Neither does the amendment of an amendment.
        let next = proposed_by(&[&close, &first], &of(100_000), Basis::RecordedRate, &today).unwrap();
        assert_eq!((next.commission, next.top_up), (kes(-50), kes(50)));
        let as_of_today = proposed_by(&[&close], &of(50_000), Basis::Anew, &today).unwrap();
        assert_eq!(as_of_today.top_up, anew);
    }
}

#[test]
fn nothing_is_proposed_where_nothing_differs() {
    let work = [some_work(1).build()];
    let close = frozen(&percent(1_000), &work);
    assert_eq!(proposed(&[&close], &figure(&percent(1_000), &work)), None);
    // An edited rate is not a late input of the work.
    assert_eq!(proposed(&[&close], &figure(&percent(2_000), &work)), None);
}

#[test]
fn late_withdrawn_and_corrected_work_is_told_apart() {
    let value = percent(1_000);
    let close = frozen(
        &value,
        &[some_work(1).build(), some_work(2).without_actuals().build()],
    );
    let mut corrected = some_work(2).build();
    corrected.actual_end = Some(datetime!(2026-05-13 11:30 UTC));
    let now = figure(&value, &[corrected, some_work(3).at(50_000).build()]);
    let amendment = proposed(&[&close], &now).unwrap();
    let told: Vec<_> = amendment
        .lines
        .iter()
        .map(|l| (l.cause, l.commission, l.rendered_seconds))
        .collect();
    let expected = [
        (DeltaCause::Withdrawn, kes(-100), -3_600),
        (DeltaCause::Corrected, kes(0), 1_800),
        (DeltaCause::Late, kes(50), 3_600),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        (amendment.commission, amendment.hours.to_string()),
        (kes(-50), "0.50".to_owned())
    );
    assert_eq!(amendment.tip, money(0));
}

proptest! {
    #[test]
    fn partial_refunds_converge_on_exactly_the_whole(
        amount in 0i64..1_000_000, base in 1i64..1_000_000, parts in prop::collection::vec(0i64..400_000, 0..6),
    ) {
        let (mut refunded, mut taken) = (0, 0);
        for part in parts.into_iter().chain([base]) {
            refunded = (refunded + part).min(base);
            let total = taken_back(amount, base, refunded);
            let told = at_recorded_rate((amount, base), base - refunded);
            prop_assert_eq!(told, Ok(Some(amount + total)), "an amendment takes back what the law says");
            prop_assert!(total <= taken, "what was taken back is never given again");
            taken = total;
        }
        prop_assert_eq!(taken, -amount);
    }
}
