use proptest::prelude::*;

use super::*;
use crate::fees::{FeeStep, FeeTariff};
use crate::test_support::{kes, money, settings};

fn recipe(start: BaseStart, subtract: &[Subtraction]) -> BaseRecipe {
    BaseRecipe {
        start,
        subtract: subtract.iter().copied().collect(),
        ..BaseRecipe::default()
    }
}

fn base_of(recipe: &BaseRecipe, sale: &Sale) -> i64 {
    recipe
        .apply(Outcome::Rendered, sale, &settings())
        .unwrap()
        .amount_minor
}

/// List price 100, discount 10, tax 8, product 5, fee 2.
fn sale() -> Sale {
    Sale {
        list_price: kes(100),
        discount: kes(10),
        tax: kes(8),
        product_cost: kes(5),
        payment_fee: Some(kes(2)),
        ..Sale::at(kes(90))
    }
}

#[test]
fn c17_a_redeemed_item_is_charged_its_part_of_the_package() {
    let parts = package_charges(kes(60), &[kes(20); 4]).unwrap();
    assert_eq!(parts, vec![kes(15); 4]);
    let redeemed = Sale {
        list_price: kes(20),
        ..Sale::at(parts[0])
    };
    assert_eq!(base_of(&BaseRecipe::default(), &redeemed), 1_500);
}

#[test]
fn a_package_is_charged_to_the_cent_whatever_its_items_cost() {
    let parts = package_charges(money(100), &[kes(1), kes(1), kes(1)]).unwrap();
    assert_eq!(parts, [money(34), money(33), money(33)]);
    assert_eq!(
        package_charges(kes(60), &[kes(0)]),
        Err(MoneyError::NothingToSplitBy)
    );
}

#[test]
fn every_start_takes_off_what_it_contains_and_the_discount_only_once() {
    use Subtraction::{Discount, PaymentFee, ProductCost, Tax};
    let all = [PaymentFee, ProductCost, Tax, Discount];
    assert_eq!(base_of(&recipe(BaseStart::ListPrice, &[]), &sale()), 10_000);
    assert_eq!(base_of(&recipe(BaseStart::ListPrice, &all), &sale()), 7_500);
    assert_eq!(base_of(&recipe(BaseStart::Charged, &all), &sale()), 7_500);
    assert_eq!(base_of(&recipe(BaseStart::Paid, &all), &sale()), 7_500);
    assert_eq!(base_of(&BaseRecipe::default(), &sale()), 9_000);
}

#[test]
fn steps_are_recorded_in_the_fixed_order_and_add_up_to_the_base() {
    use Subtraction::{Discount, PaymentFee, ProductCost, Tax};
    let recipe = recipe(BaseStart::ListPrice, &[PaymentFee, Tax, ProductCost, Discount]);
    let base = recipe.apply(Outcome::Rendered, &sale(), &settings()).unwrap();
    let kinds: Vec<StepKind> = base.steps.iter().map(|step| step.what).collect();
    let order = [
        StepKind::ListPrice,
        StepKind::Discount,
        StepKind::Tax,
        StepKind::ProductCost,
        StepKind::PaymentFee,
    ];
    assert_eq!(kinds, order);
    assert_eq!(
        base.steps.iter().map(|step| step.amount_minor).sum::<i64>(),
        base.amount_minor
    );
}

#[test]
fn a_base_is_never_below_nothing() {
    let costly = Sale {
        product_cost: kes(500),
        ..sale()
    };
    let recipe = recipe(BaseStart::Charged, &[Subtraction::ProductCost]);
    let base = recipe.apply(Outcome::Rendered, &costly, &settings()).unwrap();
    assert_eq!(base.amount_minor, 0);
    assert_eq!(base.steps.last().map(|step| step.what), Some(StepKind::Floor));
}

#[test]
fn a_fee_that_nobody_reported_is_the_one_of_the_table() {
    let table = FeeTariff::new(vec![FeeStep {
        from_minor: 0,
        flat_minor: 300,
        basis_points: 100,
    }]);
    let settings = CommissionSettings {
        payment_fees: table.unwrap(),
        ..settings()
    };
    let recipe = recipe(BaseStart::Charged, &[Subtraction::PaymentFee]);
    let base = |sale: Sale| {
        recipe
            .apply(Outcome::Rendered, &sale, &settings)
            .unwrap()
            .amount_minor
    };
    assert_eq!(base(Sale::at(kes(100))), 10_000 - 100 - 300);
    let reported = Sale {
        payment_fee: Some(kes(0)),
        ..Sale::at(kes(100))
    };
    assert_eq!(base(reported), 10_000);
}

#[test]
fn several_deductions_look_at_the_original_each() {
    let deduct = |kept| Deduction {
        kept,
        when: DeductWhen::Before,
    };
    let recipe = BaseRecipe {
        deduct: vec![
            deduct(Kept::Part(BasisPoints::new(1_000))),
            deduct(Kept::Part(BasisPoints::new(500))),
            deduct(Kept::Flat(700)),
        ],
        ..BaseRecipe::default()
    };
    // 10 % and 5 % of 100.00 are 15.00, not 14.50.
    assert_eq!(base_of(&recipe, &Sale::at(kes(100))), 10_000 - 1_500 - 700);
    assert_eq!(base_of(&recipe, &Sale::at(money(500))), 0);
}

#[test]
fn contained_tax_is_rounded_half_away_from_zero() {
    assert_eq!(tax_contained(kes(116), BasisPoints::new(1_600)), Ok(kes(16)));
    assert_eq!(tax_contained(money(100), BasisPoints::new(1_600)), Ok(money(14)));
    assert_eq!(tax_contained(kes(116), BasisPoints::new(0)), Ok(kes(0)));
}

proptest! {
    #[test]
    fn refunding_everything_leaves_no_base(
        start in prop::sample::select(vec![BaseStart::ListPrice, BaseStart::Charged, BaseStart::Paid]),
        charged in 1i64..1_000_000, discount in 0i64..1_000_000, cost in 0i64..1_000_000, part in 0i64..1_000_000,
    ) {
        let sale = Sale {
            list_price: money(charged + discount),
            discount: money(discount),
            product_cost: money(cost),
            ..Sale::at(money(charged))
        };
        let recipe = recipe(start, &[Subtraction::ProductCost]);
        let whole = base_of(&recipe, &sale);
        let partly = base_of(&recipe, &Sale { refunded: money(part.min(charged)), ..sale });
        prop_assert!((0..=whole).contains(&partly));
        prop_assert_eq!(base_of(&recipe, &Sale { refunded: money(charged), ..sale }), 0);
        prop_assert_eq!(base_of(&recipe, &Sale { refunded: money(charged + 1), ..sale }), 0);
    }
}
