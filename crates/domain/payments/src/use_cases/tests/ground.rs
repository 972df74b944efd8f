//! The fakes as ground for the contract, and a bench with all use cases on it.

use std::sync::atomic::{AtomicU64, Ordering};

use ratiba_kernel::{Clock, Id, IdSource};
use uuid::Uuid;

use super::*;
use crate::evidence::CallbackReport;
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payment::PaymentRecord;
use crate::ports::{
    CardWatch, Change, CreditBook, HouseCurrency, Ledger, NoticeAddresses, NoticeInbox, PaymentBook,
    PaymentRuleBook, PayoutBook, RefundBook, ResultInbox, Taken, TakingsBook, TillBook,
};
use crate::test_support::contracts::{BooksGround, StatementGround, TillGround, TipGround};
use crate::test_support::fakes::{InMemoryBook, InMemoryVisits, ScriptedMoney};
use crate::{CustomerId, VisitId};

#[derive(Default)]
pub(super) struct FakeGround {
    book: Arc<InMemoryBook>,
    visits: AtomicU64,
}

#[async_trait]
impl Ground for FakeGround {
    fn book(&self) -> Arc<dyn PaymentBook> {
        self.book.clone()
    }

    fn inbox(&self) -> Arc<dyn CallbackInbox> {
        self.book.clone()
    }

    fn notices(&self) -> Arc<dyn NoticeInbox> {
        self.book.clone()
    }

    fn addresses(&self) -> Arc<dyn NoticeAddresses> {
        self.book.clone()
    }

    fn letters(&self) -> Arc<dyn crate::ports::DeadLetters> {
        self.book.clone()
    }

    fn watch(&self) -> Arc<dyn CardWatch> {
        self.book.clone()
    }

    fn confirmations(&self) -> Arc<dyn crate::ports::ConfirmationInbox> {
        self.book.clone()
    }

    fn finder(&self) -> Arc<dyn crate::ports::MoneyFinder> {
        self.book.clone()
    }

    fn ledger(&self) -> Arc<dyn Ledger> {
        self.book.clone()
    }

    fn refunds(&self) -> Arc<dyn RefundBook> {
        self.book.clone()
    }

    fn rules(&self) -> Arc<dyn PaymentRuleBook> {
        self.book.clone()
    }

    fn payouts(&self) -> Arc<dyn PayoutBook> {
        self.book.clone()
    }

    fn results(&self) -> Arc<dyn ResultInbox> {
        self.book.clone()
    }

    fn credit_book(&self) -> Arc<dyn CreditBook> {
        self.book.clone()
    }

    fn house(&self) -> Arc<dyn HouseCurrency> {
        self.book.clone()
    }

    fn tenants(&self) -> (TenantId, TenantId) {
        (tenant(1), tenant(2))
    }

    async fn visit(&self, _tenant: TenantId) -> (VisitId, CustomerId) {
        let number = u128::from(self.visits.fetch_add(1, Ordering::Relaxed));
        let id = |kind: u128| Uuid::from_u128((kind << 64) | number);
        (Id::from_uuid(id(8)), Id::from_uuid(id(9)))
    }

    async fn events(&self, tenant: TenantId) -> Vec<PaymentEvent> {
        self.book.events(tenant)
    }

    async fn tasks(&self, tenant: TenantId) -> Vec<Due> {
        self.book.tasks(tenant)
    }

    async fn dead_letters(&self, tenant: Option<TenantId>) -> Vec<String> {
        let letters = self.book.dead_letters().into_iter();
        letters
            .filter(|letter| letter.tenant == tenant)
            .map(|letter| letter.reason)
            .collect()
    }
}

#[async_trait]
impl BooksGround for FakeGround {
    fn earnings(&self) -> Arc<dyn crate::ports::EarningBook> {
        self.book.clone()
    }

    fn journals(&self) -> Arc<dyn crate::ports::JournalBook> {
        self.book.clone()
    }
}

#[async_trait]
impl TipGround for FakeGround {
    fn tips(&self) -> Arc<dyn crate::ports::TipBook> {
        self.book.clone()
    }

    async fn part(
        &self,
        tenant: TenantId,
    ) -> (VisitId, CustomerId, crate::AppointmentId, [crate::StaffId; 2]) {
        let (visit, customer) = self.visit(tenant).await;
        let id = |number: u128| Uuid::from_u128((11 << 64) | number);
        let team = [Id::from_uuid(id(1)), Id::from_uuid(id(2))];
        (visit, customer, Id::from_uuid(id(3)), team)
    }
}

#[async_trait]
impl StatementGround for FakeGround {
    fn statements(&self) -> Arc<dyn crate::ports::StatementBook> {
        self.book.clone()
    }
}

#[async_trait]
impl TillGround for FakeGround {
    fn till(&self) -> Arc<dyn TillBook> {
        self.book.clone()
    }

    fn takings(&self) -> Arc<dyn TakingsBook> {
        self.book.clone()
    }

    fn suspense(&self) -> Arc<dyn crate::ports::SuspenseBook> {
        self.book.clone()
    }

    fn keys(&self) -> Arc<dyn crate::ports::OrderKeys> {
        self.book.clone()
    }

    async fn book_money(&self, tenant: TenantId, account: Account, more: Money, at: i64) {
        let number = u128::from(self.visits.fetch_add(1, Ordering::Relaxed));
        let (account, elsewhere) = (Place::plain(account), Place::plain(Account::CustomerDeposits));
        let (debit, credit) = if more.is_positive() {
            (account, elsewhere)
        } else {
            (elsewhere, account)
        };
        let transfer = Transfer {
            debit,
            credit,
            amount: Money::kes_minor(more.amount_minor().abs()),
        };
        let attempt = Id::from_uuid(Uuid::from_u128(number));
        let id = Id::from_uuid(Uuid::from_u128((5 << 64) | number));
        let journal = Journal::of_house(id, Cause::Received(attempt), second(at), &[transfer]).unwrap();
        self.book.post(tenant, journal);
    }
}

/// All use cases over the fakes, for one tenant.
pub(super) struct Bench {
    pub(super) tenant: TenantId,
    pub(super) book: Arc<InMemoryBook>,
    pub(super) money: Arc<ScriptedMoney>,
    pub(super) reader: Arc<PlainReader>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) ids: Arc<dyn IdSource>,
    pub(super) visits: Arc<InMemoryVisits>,
    tokens: Arc<SeededTokens>,
    ground: FakeGround,
}

impl Bench {
    pub(super) fn new() -> Self {
        let ground = FakeGround::default();
        Self {
            tenant: tenant(1),
            book: ground.book.clone(),
            money: Arc::default(),
            reader: Arc::default(),
            clock: Arc::new(ManualClock::at(second(0))),
            ids: Arc::new(SeededIds::default()),
            visits: Arc::default(),
            tokens: Arc::default(),
            ground,
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub(super) fn request(&self) -> RequestPayment {
        RequestPayment {
            book: self.book.clone(),
            house: self.book.clone(),
            clock: self.clock(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn resend(&self) -> ResendPrompt {
        ResendPrompt {
            book: self.book.clone(),
            clock: self.clock(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn desk(&self) -> PromptFromDesk {
        PromptFromDesk {
            book: self.book.clone(),
            house: self.book.clone(),
            clock: self.clock(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn push(&self) -> PushAttempt {
        PushAttempt {
            book: self.book.clone(),
            visits: self.visits.clone(),
            money: self.money.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn query(&self) -> QueryAttempt {
        QueryAttempt {
            book: self.book.clone(),
            money: self.money.clone(),
            letters: self.book.clone(),
            clock: self.clock(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn apply(&self) -> ApplyCallback {
        ApplyCallback {
            book: self.book.clone(),
            finder: self.book.clone(),
            inbox: self.book.clone(),
            reader: self.reader.clone(),
            clock: self.clock(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn close(&self) -> CloseVisit {
        CloseVisit {
            book: self.book.clone(),
            clock: self.clock(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn credit(&self) -> CreditVisit {
        CreditVisit {
            refunds: self.book.clone(),
            book: self.book.clone(),
            clock: self.clock(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn status(&self) -> PaymentStatus {
        PaymentStatus {
            book: self.book.clone(),
            clock: self.clock(),
        }
    }

    pub(super) fn visit(&self) -> (VisitId, CustomerId) {
        block_on(self.ground.visit(self.tenant))
    }

    /// A deposit of 1,500 shillings is asked for a new visit.
    pub(super) fn asked(&self, key: &str) -> (PaymentAsked, VisitId, CustomerId) {
        let (visit, customer) = self.visit();
        let order = an_order(key, visit, customer);
        let asked = block_on(self.request().execute(self.tenant, order)).unwrap();
        (asked, visit, customer)
    }

    /// The same, submitted and answered.
    pub(super) fn prompt_out(&self, key: &str, answer: PushAnswer) -> PaymentAsked {
        let (asked, ..) = self.asked(key);
        self.money.answer_push(answer);
        block_on(self.push().execute(self.tenant, asked.attempt)).unwrap();
        asked
    }

    pub(super) fn record(&self, attempt: AttemptId) -> PaymentRecord {
        block_on(self.book.of_attempt(self.tenant, attempt))
            .unwrap()
            .unwrap()
    }

    pub(super) fn state(&self, attempt: AttemptId) -> AttemptState {
        self.record(attempt).attempt(attempt).unwrap().state().clone()
    }

    /// What a worker leaves behind that was stopped right before it submitted.
    pub(super) fn mark_sent(&self, attempt: AttemptId) {
        let record = self.record(attempt);
        let sent = record.attempt(attempt).unwrap().clone().send(second(0)).unwrap();
        let change = Change::of_attempt(record.payment, sent);
        block_on(self.book.record(self.tenant, change)).unwrap();
    }

    /// A callback on the path of the prompt that was submitted last, taken in at once.
    pub(super) fn callback(&self, attempt: AttemptId, report: &CallbackReport, at: i64) {
        self.clock.set(second(at));
        let order = self.money.orders().pop().unwrap();
        let arrival = Arrival {
            id: self.ids.fresh(),
            provider: crate::attempt::Provider::Mpesa,
            token: order.token.hash(),
            body: self.reader.body(report, 0),
            source: None,
            at: second(at),
        };
        let taken = block_on(self.book.take(arrival)).unwrap();
        let Taken::Stored { callback, .. } = taken else {
            panic!("attempt {attempt}: {taken:?}");
        };
        block_on(self.apply().execute(self.tenant, callback)).unwrap();
    }
}
