//! What lies in suspense, and the keys of orders.

use std::sync::Arc;

use ratiba_kernel::test_support::SeededIds;
use ratiba_kernel::{Currency, Fingerprint, Money, TenantId};

use super::{TillGround, because, counter, desk, done};
use crate::ledger::{Account, JournalId};
use crate::ports::{ClearError, KEY_LIFE};
use crate::suspense::{ClearOrder, ClearedAs, Clearing, InSuspense, NotCleared, NotUndone, UndoOrder};
use crate::test_support::builders::{key, second, shillings};
use crate::test_support::together;
use crate::till::MovementKind;
use crate::use_cases::ClearSuspense;

fn clearing<G: TillGround>(ground: &G) -> ClearSuspense {
    ClearSuspense {
        book: ground.suspense(),
        house: ground.house(),
        clock: counter(ground).clock,
        ids: Arc::new(SeededIds::lane(91)),
    }
}

fn order(text: &str, journal: JournalId, amount: Option<i64>) -> ClearOrder {
    ClearOrder {
        key: key(text),
        journal,
        to: ClearedAs::Expenses,
        amount: amount.map(shillings),
        reason: because("milk"),
        by: desk(),
    }
}

async fn waiting<G: TillGround>(ground: &G, tenant: TenantId, before: Option<JournalId>) -> Vec<InSuspense> {
    let found = ground
        .suspense()
        .in_suspense(tenant, Currency::Kes, before, 2)
        .await;
    found.unwrap_or_else(|error| panic!("{error}"))
}

async fn balance<G: TillGround>(ground: &G, tenant: TenantId, account: Account) -> Money {
    let found = ground.ledger().balances(tenant, Currency::Kes).await;
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    found.get(&account).copied().unwrap_or(Money::zero(Currency::Kes))
}

/// One of the words for what `milk` left, which was cleared whole, is taken back and said anew.
async fn a_word_is_taken_back_once<G: TillGround>(ground: &G, said: &Clearing, milk: JournalId) {
    let (tenant, other) = ground.tenants();
    let use_case = clearing(ground);
    let undo = |text: &str, reason: &str| UndoOrder {
        key: key(text),
        clearing: said.id,
        reason: because(reason),
        by: desk(),
    };
    let foreign = use_case.undo(other, undo("undo", "no milk")).await;
    assert_eq!(foreign, Err(NotUndone::Unknown.into()));
    let many = (0..4).map(|number| use_case.undo(tenant, undo(&format!("undo-{number}"), "no milk")));
    let many = together(many.collect()).await;
    let done: Vec<&Clearing> = many.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(done.len(), 1, "it is taken back once: {many:?}");
    let undone = done[0].undone.clone().unwrap_or_else(|| panic!("it stands"));
    assert_eq!(
        (undone.reason.clone(), undone.by.clone()),
        (because("no milk"), desk())
    );
    let name = undone.key.as_str();
    let again = use_case.undo(tenant, undo(name, "no milk")).await;
    assert_eq!(again.as_ref(), Ok(done[0]));
    let reused = use_case.undo(tenant, undo(name, "tea")).await;
    assert_eq!(reused, Err(NotUndone::KeyUsed.into()));
    assert_eq!(balance(ground, tenant, Account::Expenses).await, shillings(125));
    let left = waiting(ground, tenant, None).await;
    assert_eq!(left[1].left(), Ok(shillings(25)), "it waits again");
    let owner = ClearOrder {
        to: ClearedAs::Owner,
        ..order("owner", milk, None)
    };
    assert!(use_case.execute(tenant, owner).await.is_ok());
    assert_eq!(balance(ground, tenant, Account::Owner).await, shillings(25));
}

pub(super) async fn what_lies_in_suspense_is_cleared_once_by_whoever_says_so<G: TillGround>(ground: &G) {
    let (tenant, other) = ground.tenants();
    let counter = counter(ground);
    let drawer = done(counter.open(tenant, "open", 500).await);
    for (number, amount) in [(1, 150), (2, 20)] {
        counter.clock.set(second(number));
        let key = format!("out-{number}");
        done(
            counter
                .pay(tenant, &drawer, &key, MovementKind::PayOut, amount)
                .await,
        );
    }
    let first = waiting(ground, tenant, None).await;
    let of = |found: &[InSuspense]| found.iter().map(|lying| lying.amount).collect::<Vec<_>>();
    assert_eq!(of(&first), [shillings(20), shillings(150)], "the latest first");
    let milk = first[1].journal;
    assert!(first[1].reason.is_some(), "what was said when it was taken out");
    assert_eq!(first[1].why(), "cash was taken out of the drawer");
    assert_eq!(of(&waiting(ground, tenant, Some(milk)).await), [shillings(-500)]);
    assert_eq!(waiting(ground, other, None).await, []);

    let use_case = clearing(ground);
    let foreign = use_case.execute(other, order("foreign", milk, None)).await;
    assert_eq!(foreign, Err(NotCleared::Unknown.into()));
    let orders: Vec<ClearOrder> = (0..12)
        .map(|number| order(&format!("clear-{number}"), milk, Some(25)))
        .collect();
    let all: Vec<Result<Clearing, ClearError>> = together(
        orders
            .iter()
            .map(|order| use_case.execute(tenant, order.clone()))
            .collect(),
    )
    .await;
    let cleared: Vec<&Clearing> = all.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(cleared.len(), 6, "no more is cleared than was left: {all:?}");
    for refused in all.iter().filter_map(|result| result.as_ref().err()) {
        assert_eq!(*refused, NotCleared::NothingLeft.into());
    }
    assert_eq!(balance(ground, tenant, Account::Expenses).await, shillings(150));
    assert_eq!(
        balance(ground, tenant, Account::Suspense).await,
        shillings(20 - 500)
    );
    assert_eq!(
        of(&waiting(ground, tenant, None).await),
        [shillings(20), shillings(-500)]
    );

    let again = ClearOrder {
        key: cleared[0].key.clone(),
        ..order("x", milk, Some(25))
    };
    assert_eq!(
        use_case.execute(tenant, again.clone()).await.as_ref(),
        Ok(cleared[0])
    );
    let reused = ClearOrder {
        to: ClearedAs::Owner,
        ..again
    };
    let reused = use_case.execute(tenant, reused).await;
    assert_eq!(reused, Err(NotCleared::KeyUsed.into()));
    a_word_is_taken_back_once(ground, cleared[0], milk).await;
    let page = ground.suspense().clearings(tenant, None, 4).await;
    let page = page.unwrap_or_else(|error| panic!("{error}"));
    let rest = ground
        .suspense()
        .clearings(tenant, page.last().map(|last| last.id), 4)
        .await;
    let rest = rest.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((page.len(), rest.len()), (4, 3), "pages meet");
    let credit = waiting(ground, tenant, None).await[1].journal;
    let owner = ClearOrder {
        to: ClearedAs::Owner,
        ..order("float", credit, None)
    };
    assert!(use_case.execute(tenant, owner).await.is_ok());
    assert_eq!(balance(ground, tenant, Account::Owner).await, shillings(25 - 500));
}

pub(super) async fn a_key_means_the_place_at_which_it_was_used_first<G: TillGround>(ground: &G) {
    let (tenant, other) = ground.tenants();
    let keys = ground.keys();
    let (here, there) = (Fingerprint::of("POST /here"), Fingerprint::of("POST /there"));
    let means = async |of, place, at| keys.means(of, &key("one"), place, at).await;
    assert_eq!(means(tenant, here, second(0)).await, Ok(true));
    assert_eq!(means(tenant, here, second(1)).await, Ok(true));
    assert_eq!(means(tenant, there, second(1)).await, Ok(false));
    assert_eq!(
        means(other, there, second(1)).await,
        Ok(true),
        "another's keys are its own"
    );
    let later = second(1) + KEY_LIFE;
    assert_eq!(
        means(tenant, there, later).await,
        Ok(true),
        "nobody repeats it any more"
    );
    assert_eq!(means(tenant, here, later).await, Ok(false));
}
