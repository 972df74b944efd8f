//! A payroll system and a book in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;

use crate::earnings::{Batch, Earned, EarningsLine, LineKey, Mode, Totals};
use crate::employee::{Company, Employee, EmployeeStatus, Link};
use crate::export::{Export, ExportLine, ExportState, LineResult, Reason, Receipt, Way};
use crate::ports::{
    GatewayError, LinkError, NewExport, OrderError, PayrollBook, PayrollGateway, PeriodState, SettleError,
    Settlement,
};
use crate::{BatchId, DocumentId, ExportId, PayMonth, StaffId};

#[derive(Default)]
struct Payroll {
    people: Vec<Employee>,
    periods: BTreeMap<PayMonth, PeriodState>,
    lines: BTreeMap<LineKey, (EarningsLine, PayMonth)>,
    receipts: BTreeMap<BatchId, Receipt>,
    troubles: Vec<GatewayError>,
    answers_lost: u32,
    pushes: u32,
}

/// A payroll system in memory: it knows one company, and each month is open until somebody says otherwise.
#[derive(Default)]
pub struct FakePayroll(Mutex<Payroll>);

impl FakePayroll {
    fn state(&self) -> MutexGuard<'_, Payroll> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody is on the payroll.
    pub fn employ(&self, person: Employee) {
        let mut state = self.state();
        state.people.retain(|other| other.number != person.number);
        state.people.push(person);
        state.people.sort_by(|one, other| one.number.cmp(&other.number));
    }

    /// Payroll goes on with a month.
    pub fn set_period(&self, period: PayMonth, standing: PeriodState) {
        self.state().periods.insert(period, standing);
    }

    /// The next push comes to this and does nothing.
    pub fn trouble(&self, error: GatewayError) {
        self.state().troubles.push(error);
    }

    /// The next push is worked on, and its answer does not arrive.
    pub fn lose_an_answer(&self) {
        self.state().answers_lost += 1;
    }

    /// The lines that payroll has.
    #[must_use]
    pub fn lines(&self) -> Vec<EarningsLine> {
        self.state()
            .lines
            .values()
            .map(|(line, _)| line.clone())
            .collect()
    }

    /// How often a batch arrived.
    #[must_use]
    pub fn pushes(&self) -> u32 {
        self.state().pushes
    }
}

#[async_trait]
impl PayrollGateway for FakePayroll {
    async fn employees(
        &self,
        _company: &Company,
        _changed_since: Option<OffsetDateTime>,
    ) -> Result<Vec<Employee>, GatewayError> {
        Ok(self.state().people.clone())
    }

    async fn push_earnings(&self, batch: &Batch) -> Result<Receipt, GatewayError> {
        let mut state = self.state();
        if !state.troubles.is_empty() {
            return Err(state.troubles.remove(0));
        }
        state.pushes += 1;
        let standing = state.periods.get(&batch.period).copied();
        if standing.is_some_and(|standing| standing != PeriodState::Open) {
            return Err(GatewayError::PeriodLocked);
        }
        let (mut results, mut totals) = (BTreeMap::new(), Totals::default());
        let mut earlier = BTreeSet::new();
        for line in batch.lines() {
            let result = state.judge(line, &earlier);
            if result.is_taken() {
                earlier.insert(line.key.clone());
            }
            if result == LineResult::Accepted && batch.mode == Mode::Real {
                state.lines.insert(line.key.clone(), (line.clone(), batch.period));
            }
            if result.is_taken() {
                totals.count += 1;
                totals.sum_minor += line.amount.amount_minor();
            }
            results.insert(line.key.clone(), result);
        }
        let receipt = Receipt {
            vendor_period_id: (batch.mode == Mode::Real).then(|| format!("PP-{}", batch.period)),
            totals,
            results,
        };
        if batch.mode == Mode::Real {
            state.receipts.insert(batch.id, receipt.clone());
        }
        if state.answers_lost > 0 {
            state.answers_lost -= 1;
            return Err(GatewayError::Unavailable(Outage::new("the answer was lost")));
        }
        Ok(receipt)
    }

    async fn period_state(&self, _company: &Company, period: PayMonth) -> Result<PeriodState, GatewayError> {
        let state = self.state();
        Ok(state.periods.get(&period).copied().unwrap_or(PeriodState::Open))
    }

    async fn batch_status(
        &self,
        _company: &Company,
        batch: BatchId,
    ) -> Result<Option<Receipt>, GatewayError> {
        Ok(self.state().receipts.get(&batch).cloned())
    }
}

impl Payroll {
    fn judge(&self, line: &EarningsLine, earlier: &BTreeSet<LineKey>) -> LineResult {
        if let Some((known, _)) = self.lines.get(&line.key) {
            let same = (known.amount, known.quantity, known.basis_hash, &known.corrects)
                == (line.amount, line.quantity, line.basis_hash, &line.corrects);
            return if same {
                LineResult::Duplicate
            } else {
                LineResult::Rejected(Reason::Conflict)
            };
        }
        let is_known = |key: &LineKey| self.lines.contains_key(key) || earlier.contains(key);
        if line.corrects.as_ref().is_some_and(|key| !is_known(key)) {
            return LineResult::Rejected(Reason::Other);
        }
        match self.people.iter().find(|person| person.number == line.employee) {
            Some(person) if person.currency != line.amount.currency() => LineResult::Rejected(Reason::Other),
            None => LineResult::Rejected(Reason::UnknownEmployee),
            Some(person) => match person.status {
                EmployeeStatus::Exited => LineResult::Rejected(Reason::InactiveEmployee),
                EmployeeStatus::Active | EmployeeStatus::OnLeave => LineResult::Accepted,
            },
        }
    }
}

#[derive(Default)]
struct Book {
    staff: BTreeSet<StaffId>,
    vendor_periods: BTreeMap<DocumentId, String>,
    links: BTreeMap<StaffId, Link>,
    earned: BTreeMap<PayMonth, Vec<Earned>>,
    exports: Vec<Export>,
    jobs: BTreeSet<ExportId>,
    postponed: Vec<OffsetDateTime>,
}

/// A book in memory, of any number of tenants.
#[derive(Default)]
pub struct FakeBook(Mutex<BTreeMap<TenantId, Book>>);

impl FakeBook {
    fn of<T>(&self, tenant: TenantId, work: impl FnOnce(&mut Book) -> T) -> T {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(books.entry(tenant).or_default())
    }

    /// Somebody works here.
    pub fn hire(&self, tenant: TenantId, staff: StaffId) {
        self.of(tenant, |book| book.staff.insert(staff));
    }

    /// Something was frozen.
    pub fn freeze(&self, tenant: TenantId, month: PayMonth, earned: Earned) {
        self.of(tenant, |book| {
            book.staff.insert(earned.staff);
            book.earned.entry(month).or_default().push(earned);
        });
    }

    /// Every job is given up.
    pub fn lose_jobs(&self, tenant: TenantId) {
        self.of(tenant, |book| book.jobs.clear());
    }

    /// The exports whose job is queued.
    #[must_use]
    pub fn jobs(&self, tenant: TenantId) -> Vec<ExportId> {
        self.of(tenant, |book| book.jobs.iter().copied().collect())
    }

    /// Until when exports were put off.
    #[must_use]
    pub fn postponed(&self, tenant: TenantId) -> Vec<OffsetDateTime> {
        self.of(tenant, |book| book.postponed.clone())
    }

    /// Payroll's own id of the month, as it is noted with a document.
    #[must_use]
    pub fn vendor_period(&self, tenant: TenantId, document: DocumentId) -> Option<String> {
        self.of(tenant, |book| book.vendor_periods.get(&document).cloned())
    }
}

impl Book {
    fn at(&mut self, id: ExportId, version: i32) -> Result<&mut Export, SettleError> {
        let found = self
            .exports
            .iter_mut()
            .find(|export| (export.id, export.version) == (id, version));
        found.ok_or(SettleError::Stale)
    }
}

#[async_trait]
impl PayrollBook for FakeBook {
    async fn links(&self, tenant: TenantId) -> Result<Vec<Link>, Outage> {
        Ok(self.of(tenant, |book| book.links.values().cloned().collect()))
    }

    async fn link(&self, tenant: TenantId, link: Link) -> Result<(), LinkError> {
        self.of(tenant, |book| {
            if !book.staff.contains(&link.staff) {
                return Err(LinkError::Unknown);
            }
            let mut others = book.links.values();
            if others.any(|other| other.staff != link.staff && other.number == link.number) {
                return Err(LinkError::Taken);
            }
            book.links.insert(link.staff, link);
            Ok(())
        })
    }

    async fn unlink(&self, tenant: TenantId, staff: StaffId) -> Result<(), Outage> {
        self.of(tenant, |book| book.links.remove(&staff));
        Ok(())
    }

    async fn earned(&self, tenant: TenantId, month: PayMonth) -> Result<Vec<Earned>, Outage> {
        Ok(self.of(tenant, |book| {
            let mut earned = book.earned.get(&month).cloned().unwrap_or_default();
            earned.sort_by_key(|one| one.staff);
            earned
        }))
    }

    async fn exports(&self, tenant: TenantId, month: PayMonth) -> Result<Vec<Export>, Outage> {
        Ok(self.of(tenant, |book| {
            let exports = book.exports.iter().filter(|export| export.month == month);
            exports.cloned().collect()
        }))
    }

    async fn export(&self, tenant: TenantId, id: ExportId) -> Result<Option<Export>, Outage> {
        Ok(self.of(tenant, |book| {
            book.exports.iter().find(|export| export.id == id).cloned()
        }))
    }

    async fn order(&self, tenant: TenantId, order: NewExport) -> Result<(), OrderError> {
        self.of(tenant, |book| {
            let mut exports = book.exports.clone();
            for old in &order.replaces {
                let refused = |export: &&mut Export| {
                    export.id == *old && matches!(export.state, ExportState::Refused(_))
                };
                let export = exports.iter_mut().find(refused).ok_or(OrderError::Taken)?;
                export.state = ExportState::Replaced;
                export.version += 1;
            }
            for superseding in &order.supersedes {
                let answered = |export: &&mut Export| {
                    (export.id, export.version, export.state)
                        == (superseding.export, superseding.seen, ExportState::Partly)
                };
                let export = exports.iter_mut().find(answered).ok_or(OrderError::Taken)?;
                export.version += 1;
                for line in &mut export.lines {
                    if superseding.lines.contains(&line.line.key) {
                        let reason = line.result.and_then(LineResult::reason);
                        line.result = Some(LineResult::Superseded(reason.unwrap_or(Reason::Other)));
                    }
                }
            }
            let new = &order.export;
            let counts = |line: &&ExportLine| !matches!(line.result, Some(LineResult::Superseded(_)));
            let mut known = exports
                .iter()
                .filter(|export| export.mode == Mode::Real && export.state != ExportState::Replaced)
                .flat_map(|export| &export.lines)
                .filter(counts)
                .map(|line| &line.line);
            let same = |one: &EarningsLine, other: &EarningsLine| {
                one.key == other.key || (one.document, one.code) == (other.document, other.code)
            };
            if new.mode == Mode::Real && known.any(|old| new.lines.iter().any(|line| same(&line.line, old))) {
                return Err(OrderError::Taken);
            }
            if new.way == Way::System {
                book.jobs.insert(new.id);
            }
            exports.push(order.export);
            book.exports = exports;
            Ok(())
        })
    }

    async fn again(
        &self,
        tenant: TenantId,
        seen: &Export,
        batch: BatchId,
        _at: OffsetDateTime,
    ) -> Result<(), SettleError> {
        self.of(tenant, |book| {
            let export = book.at(seen.id, seen.version)?;
            export.state = ExportState::Waiting;
            export.batch = batch;
            export.version += 1;
            book.jobs.insert(seen.id);
            Ok(())
        })
    }

    async fn resume(&self, tenant: TenantId, _at: OffsetDateTime) -> Result<(), Outage> {
        self.of(tenant, |book| {
            let waits = |export: &&Export| (export.way, export.state) == (Way::System, ExportState::Waiting);
            book.jobs
                .extend(book.exports.iter().filter(waits).map(|export| export.id));
        });
        Ok(())
    }

    async fn postpone(&self, tenant: TenantId, _id: ExportId, until: OffsetDateTime) -> Result<(), Outage> {
        self.of(tenant, |book| book.postponed.push(until));
        Ok(())
    }

    async fn settle(&self, tenant: TenantId, settlement: Settlement) -> Result<(), SettleError> {
        self.of(tenant, |book| {
            let export = book.at(settlement.export, settlement.seen)?;
            export.state = settlement.state;
            export.version += 1;
            for line in &mut export.lines {
                line.result = settlement.results.get(&line.line.key).copied().or(line.result);
            }
            export.vendor_period_id = settlement
                .vendor_period_id
                .clone()
                .or(export.vendor_period_id.take());
            export.confirmation = settlement.confirmation;
            let taken = export
                .lines
                .iter()
                .filter(|line| line.result.is_some_and(LineResult::is_taken));
            let documents: Vec<DocumentId> = taken.map(|line| line.line.document).collect();
            if let Some(vendor) = settlement.vendor_period_id {
                for document in documents {
                    book.vendor_periods
                        .entry(document)
                        .or_insert_with(|| vendor.clone());
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
