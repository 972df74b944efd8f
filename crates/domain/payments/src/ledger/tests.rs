use proptest::prelude::*;
use ratiba_kernel::Currency;
use uuid::Uuid;

use super::*;
use crate::test_support::builders::{a_payment, second, shillings};

fn places() -> impl Strategy<Value = Place> {
    prop::sample::select(vec![
        Place::plain(Account::MpesaClearing),
        Place::plain(Account::Suspense),
        Place::deposit(a_payment().customer(), a_payment().id()),
        Place::credit(a_payment().customer()),
    ])
}

fn journal(transfers: &[Transfer]) -> Result<Journal, MoneyError> {
    let id = Id::from_uuid(Uuid::from_u128(9));
    let payment = a_payment().id();
    let cause = Cause::Credited {
        payment,
        in_all_minor: 1,
        version: 1,
    };
    Journal::post(id, cause, payment, second(0), transfers)
}

proptest! {
    #[test]
    fn every_journal_adds_up_to_nothing(
        moves in prop::collection::vec((places(), places(), 0i64..9_000_000), 0..8),
    ) {
        let transfers: Vec<Transfer> = moves
            .into_iter()
            .map(|(debit, credit, amount)| Transfer { debit, credit, amount: Money::kes_minor(amount) })
            .collect();
        let journal = journal(&transfers).unwrap();
        let sum = Money::sum(Currency::Kes, journal.entries().iter().map(|entry| entry.amount));
        prop_assert_eq!(sum, Ok(shillings(0)));
        prop_assert!(journal.entries().iter().all(|entry| !entry.amount.is_zero()));
    }
}

#[test]
fn currencies_do_not_mix_within_a_place() {
    let transfer = |amount| Transfer {
        debit: Place::plain(Account::MpesaClearing),
        credit: Place::plain(Account::Suspense),
        amount,
    };
    let mixed = [transfer(shillings(1)), transfer(Money::new(100, Currency::Usd))];
    assert_eq!(journal(&mixed), Err(MoneyError::CurrencyMismatch));
    assert!(
        journal(&[transfer(shillings(-1))]).is_err(),
        "a transfer has one direction"
    );
}

#[test]
fn accounts_are_read_back_from_their_words() {
    for account in Account::ALL {
        assert_eq!(Account::parse(account.as_str()), Some(account));
    }
    assert_eq!(Account::parse("pocket"), None);
}
