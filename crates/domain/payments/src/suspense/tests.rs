use ratiba_kernel::Currency;
use ratiba_kernel::test_support::SeededIds;

use super::*;
use crate::test_support::builders::{key, second, shillings};

fn some_journal() -> JournalId {
    let ids: &dyn IdSource = &SeededIds::lane(3);
    ids.fresh()
}

fn lying(amount: Money, cleared: i64) -> InSuspense {
    InSuspense {
        reason: None,
        journal: some_journal(),
        cause: "till-move:x".to_owned(),
        payment: None,
        at: second(0),
        amount,
        cleared: shillings(cleared),
    }
}

fn order(to: ClearedAs, amount: Option<Money>) -> ClearOrder {
    ClearOrder {
        key: key("clear"),
        journal: some_journal(),
        to,
        amount,
        reason: Remark::parse("milk for the tea").unwrap(),
        by: Actor::parse("token:manager").unwrap(),
    }
}

fn on(journal: &Journal, account: Account) -> i64 {
    let lines = journal.entries().iter();
    let own = lines.filter(|entry| entry.place == Place::plain(account));
    own.map(|entry| entry.amount.amount_minor()).sum()
}

#[test]
fn what_is_cleared_leaves_suspense_for_its_account_whichever_way_it_lay_there() {
    let ids = SeededIds::lane(1);
    for (sign, to) in [(1, ClearedAs::Expenses), (-1, ClearedAs::OtherIncome)] {
        let lying = lying(shillings(150 * sign), 50);
        let (clearing, journal) = lying.clear(&order(to, None), second(1), &ids).unwrap();
        assert_eq!(clearing.amount, shillings(100), "what is left of it");
        assert_eq!(on(&journal, Account::Suspense), -10_000 * sign);
        assert_eq!(on(&journal, to.account()), 10_000 * sign);
        assert_eq!((clearing.posted, clearing.journal), (journal.id(), lying.journal));
    }
}

#[test]
fn no_more_is_cleared_than_is_there_and_each_mistake_has_its_own_reason() {
    let ids = SeededIds::lane(1);
    let clear = |cleared, amount| {
        let made = lying(shillings(-150), cleared).clear(&order(ClearedAs::Owner, amount), second(1), &ids);
        made.map(|(clearing, _)| clearing.amount)
    };
    let left = shillings(100);
    assert_eq!(clear(50, Some(shillings(100))), Ok(left));
    assert_eq!(
        clear(50, Some(Money::kes_minor(10_001))),
        Err(NotCleared::MoreThanLeft { left })
    );
    assert_eq!(clear(150, None), Err(NotCleared::NothingLeft));
    assert_eq!(clear(50, Some(shillings(0))), Err(NotCleared::BadAmount));
    assert_eq!(clear(50, Some(shillings(-1))), Err(NotCleared::BadAmount));
    let dollars = Money::new(100, Currency::parse("USD").unwrap());
    assert_eq!(
        clear(50, Some(dollars)),
        Err(NotCleared::Currency { house: Currency::Kes })
    );
}

#[test]
fn a_shortage_is_no_income_and_a_surplus_is_no_expense() {
    let ids = SeededIds::lane(1);
    for (sign, fitting) in [
        (1, &[ClearedAs::Expenses, ClearedAs::Owner, ClearedAs::Fees][..]),
        (-1, &[ClearedAs::OtherIncome, ClearedAs::Owner]),
    ] {
        for to in ClearedAs::ALL {
            let cleared = lying(shillings(150 * sign), 0).clear(&order(to, None), second(1), &ids);
            let refused = cleared.err();
            let against = Some(NotCleared::Direction { gone: sign > 0 });
            let expected = if fitting.contains(&to) { None } else { against };
            assert_eq!(refused, expected, "{to:?}");
        }
    }
}

#[test]
fn every_word_is_read_back_and_no_other_account_is_a_word() {
    for account in Account::ALL {
        let found = ClearedAs::parse(account.as_str());
        assert_eq!(found.map(ClearedAs::account), found.map(|_| account));
    }
    assert_eq!(
        ClearedAs::parse("service_revenue"),
        None,
        "what visits earn is no word for it"
    );
}
