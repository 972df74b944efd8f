use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn no_more_is_spent_than_there_is_or_is_owed_and_what_is_left_can_be_collected(
        credit in 0i64..1_000_000,
        shillings_owed in 1i64..10_000,
    ) {
        let (credit, owed) = (Money::kes_minor(credit), Money::kes_minor(shillings_owed * 100));
        let spent = share_of_credit(credit, owed).unwrap();
        prop_assert!(spent <= credit && spent <= owed && spent.amount_minor() >= 0);
        let rest = owed.checked_sub(spent).unwrap();
        prop_assert!(rest.whole_units().is_ok(), "m-pesa moves no cents");
        prop_assert!(rest.is_zero() || credit.checked_sub(spent).unwrap().amount_minor() < 100, "no shilling is left over");
    }
}
