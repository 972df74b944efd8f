//! The books as they are read.

use ratiba_kernel::{Currency, Money, TenantId};

use super::Stage;
use super::earnings::BooksGround;
use super::refunds::paid_visit;
use crate::ledger::Account;
use crate::ports::{JournalQuery, PostedJournal};
use crate::test_support::builders::second;

async fn read<G: BooksGround>(ground: &G, tenant: TenantId, query: JournalQuery) -> Vec<PostedJournal> {
    let found = ground.journals().journals(tenant, query).await;
    found.unwrap_or_else(|error| panic!("{error}"))
}

fn all() -> JournalQuery {
    JournalQuery {
        most: 100,
        ..JournalQuery::default()
    }
}

pub(super) async fn pages_meet_and_each_journal_adds_up_to_nothing<G: BooksGround>(ground: &G) {
    let (tenant, other) = ground.tenants();
    let stage = Stage::on(ground);
    let mut payments = Vec::new();
    for number in 1..=5 {
        payments.push(paid_visit(&stage, number).await.0);
    }
    let whole = read(ground, tenant, all()).await;
    assert_eq!(whole.len(), 5);
    assert!(whole.is_sorted_by_key(|journal| std::cmp::Reverse((journal.at, journal.id))));
    for journal in &whole {
        let sum = Money::sum(Currency::Kes, journal.entries.iter().map(|entry| entry.amount));
        assert_eq!(sum, Ok(Money::zero(Currency::Kes)), "{journal:?}");
        assert!(journal.cause.starts_with("received:"), "{journal:?}");
    }
    let mut pages = Vec::new();
    loop {
        let before = pages.last().map(|journal: &PostedJournal| journal.id);
        let page = read(
            ground,
            tenant,
            JournalQuery {
                before,
                most: 2,
                ..all()
            },
        )
        .await;
        if page.is_empty() {
            break;
        }
        pages.extend(page);
    }
    assert_eq!(pages, whole);
    assert_eq!(read(ground, other, all()).await, []);
}

pub(super) async fn journals_are_found_by_time_account_and_payment<G: BooksGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let stage = Stage::on(ground);
    let (payment, ..) = paid_visit(&stage, 1).await;
    paid_visit(&stage, 2).await;
    let of = async |query: JournalQuery| read(ground, tenant, query).await.len();
    let payment = Some(payment);
    assert_eq!(of(JournalQuery { payment, ..all() }).await, 1);
    let account = |account| JournalQuery {
        account: Some(account),
        ..all()
    };
    assert_eq!(of(account(Account::MpesaClearing)).await, 2);
    assert_eq!(of(account(Account::CashDrawer)).await, 0);
    let at = read(ground, tenant, all())
        .await
        .first()
        .map(|journal| journal.at);
    assert_eq!(at, Some(second(5)));
    assert_eq!(of(JournalQuery { from: at, ..all() }).await, 2);
    assert_eq!(of(JournalQuery { until: at, ..all() }).await, 0);
}
