//! The business as its own people ask it, in memory: it tells what it was given, and remembers what it was ordered.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId};
use time::{Date, OffsetDateTime};

use super::builders::{nairobi, wanjiru};
use crate::cohort::Cohort;
use crate::desk::{
    ActOrder, DayMoney, DayState, DayVisit, Earnings, FoundCustomer, Refusal, ServiceRef, StaffRef,
    StatementCard, StatementRef, StrayLetter, VisitRef, WaitingMonth,
};
use crate::ports::BackOffice;
use crate::rail::Act;
use crate::texts::Tongue;

/// What the office knows and was told to do.
#[derive(Default)]
struct State {
    visits: Vec<(StaffRef, DayVisit)>,
    customers: Vec<FoundCustomer>,
    takings: Vec<(DayMoney, Money)>,
    earnings: Option<Earnings>,
    strays: Vec<StrayLetter>,
    statements: Vec<StatementCard>,
    waiting: Option<WaitingMonth>,
    cohort: Cohort,
    refuses: Option<Refusal>,
    orders: Vec<ActOrder>,
}

/// The office of one business.
#[derive(Default)]
pub struct FakeOffice(Mutex<State>);

impl FakeOffice {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A visit stands in the book, rendered by the demo's therapist.
    pub fn book_in(&self, visit: DayVisit) {
        self.state().visits.push((wanjiru(), visit));
    }

    /// A customer is on record.
    pub fn knows(&self, customer: FoundCustomer) {
        self.state().customers.push(customer);
    }

    /// This moved on every day.
    pub fn moved(&self, takings: Vec<(DayMoney, Money)>) {
        self.state().takings = takings;
    }

    /// Everybody earns this.
    pub fn earned(&self, earnings: Earnings) {
        self.state().earnings = Some(earnings);
    }

    /// A message about money that nobody could place.
    pub fn strays_in(&self, letter: StrayLetter) {
        self.state().strays.push(letter);
    }

    /// A month was closed or corrected; the newest comes last.
    pub fn closed(&self, statement: StatementCard) {
        self.state().statements.push(statement);
    }

    /// A dispute about a line of every statement is open.
    pub fn disputed(&self, number: u32) {
        let mut state = self.state();
        let lines = state.statements.iter_mut().flat_map(|card| &mut card.lines);
        for line in lines.filter(|line| line.number == number) {
            line.disputed = true;
        }
    }

    /// This month waits to be closed.
    pub fn waits(&self, waiting: WaitingMonth) {
        self.state().waiting = Some(waiting);
    }

    /// These are invited to the beta.
    pub fn invited(&self, cohort: Cohort) {
        self.state().cohort = cohort;
    }

    /// Refuses whatever is asked for or ordered from now on.
    pub fn refuse(&self, refusal: Refusal) {
        self.state().refuses = Some(refusal);
    }

    /// Agrees to everything again.
    pub fn agree(&self) {
        self.state().refuses = None;
    }

    /// What was ordered, repetitions included.
    #[must_use]
    pub fn orders(&self) -> Vec<ActOrder> {
        self.state().orders.clone()
    }

    fn answer(&self) -> Result<(), Refusal> {
        self.state().refuses.clone().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl BackOffice for FakeOffice {
    async fn day(
        &self,
        _tenant: TenantId,
        day: Date,
        staff: Option<StaffRef>,
        _tongue: Tongue,
    ) -> Result<Vec<DayVisit>, Outage> {
        let zone = nairobi();
        let state = self.state();
        let meant = state.visits.iter().filter(|(renders, visit)| {
            zone.date(visit.starts_at) == day
                && staff.is_none_or(|staff| staff == *renders)
                && visit.state != DayState::Gone
        });
        Ok(meant.map(|(_, visit)| visit.clone()).collect())
    }

    async fn visit(
        &self,
        _tenant: TenantId,
        visit: VisitRef,
        _tongue: Tongue,
    ) -> Result<Option<DayVisit>, Outage> {
        let state = self.state();
        let found = state.visits.iter().find(|(_, found)| found.id == visit);
        Ok(found.map(|(_, found)| found.clone()))
    }

    async fn find(
        &self,
        _tenant: TenantId,
        words: &str,
        most: u16,
        _tongue: Tongue,
    ) -> Result<Vec<FoundCustomer>, Outage> {
        let words = words.to_lowercase();
        let fits = |customer: &&FoundCustomer| {
            let name = customer.name.as_ref().map(|name| name.to_lowercase());
            name.is_some_and(|name| name.starts_with(&words))
                || customer
                    .phone
                    .as_ref()
                    .is_some_and(|phone| phone.digits().starts_with(&words))
        };
        let state = self.state();
        let found = state.customers.iter().filter(fits).take(usize::from(most));
        Ok(found.cloned().collect())
    }

    async fn takings(&self, _tenant: TenantId, _day: Date) -> Result<Vec<(DayMoney, Money)>, Outage> {
        Ok(self.state().takings.clone())
    }

    async fn earnings(
        &self,
        _tenant: TenantId,
        _staff: StaffRef,
        _tongue: Tongue,
    ) -> Result<Option<Earnings>, Outage> {
        Ok(self.state().earnings.clone())
    }

    async fn strays(&self, _tenant: TenantId, most: u16) -> Result<Vec<StrayLetter>, Outage> {
        Ok(self
            .state()
            .strays
            .iter()
            .take(usize::from(most))
            .cloned()
            .collect())
    }

    async fn statement(
        &self,
        _tenant: TenantId,
        staff: StaffRef,
        statement: StatementRef,
    ) -> Result<Option<StatementCard>, Outage> {
        let state = self.state();
        let found = state
            .statements
            .iter()
            .find(|card| (card.id, card.staff) == (statement, staff));
        Ok(found.cloned())
    }

    async fn latest_statement(
        &self,
        _tenant: TenantId,
        staff: StaffRef,
    ) -> Result<Option<StatementCard>, Outage> {
        let state = self.state();
        Ok(state.statements.iter().rfind(|card| card.staff == staff).cloned())
    }

    async fn waiting_month(
        &self,
        _tenant: TenantId,
    ) -> Result<Option<Result<WaitingMonth, Refusal>>, Outage> {
        Ok(self.state().waiting.map(Ok))
    }

    async fn cohort(&self, _tenant: TenantId) -> Result<Cohort, Outage> {
        Ok(self.state().cohort.clone())
    }

    async fn quote(
        &self,
        _tenant: TenantId,
        _service: ServiceRef,
        staff: Option<StaffRef>,
        _starts_at: OffsetDateTime,
    ) -> Result<Result<(StaffRef, Money), Refusal>, Outage> {
        let quoted = (staff.unwrap_or_else(wanjiru), Money::kes_minor(350_000));
        Ok(self.answer().map(|()| quoted))
    }

    async fn check(&self, _tenant: TenantId, _act: &Act) -> Result<Result<(), Refusal>, Outage> {
        Ok(self.answer())
    }

    async fn act(&self, _tenant: TenantId, order: ActOrder) -> Result<Result<(), Refusal>, Outage> {
        let answer = self.answer();
        self.state().orders.push(order);
        Ok(answer)
    }
}
