//! Orders a month to be handed over: stores lines for every frozen document that has none yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::{Clock, Id, IdSource, Outage, TenantId};

use crate::account::Accounts;
use crate::earnings::{Earned, EarningCode, EarningsLine, LineKey, Mode, lines_of};
use crate::employee::{Company, StaffNumber};
use crate::export::{Export, ExportLine, ExportState, LineResult, Reason, Refused, Way};
use crate::ports::{NewExport, OrderError, PayrollBook, SettleError, Superseding};
use crate::{DocumentId, ExportId, PayMonth, StaffId};

/// Orders exports.
pub struct OrderExport {
    /// What was frozen and handed over.
    pub book: Arc<dyn PayrollBook>,
    /// Whether payroll's own system can be asked.
    pub has_system: bool,
    /// What businesses are called at payroll; without a name the tenant's id stands in the keys.
    pub accounts: Accounts,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
}

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOrder {
    /// What was earned in this month.
    pub month: PayMonth,
    /// It is to be paid in this month: another one if payroll has closed the month itself.
    pub pay_period: PayMonth,
    /// By which way.
    pub way: Way,
    /// Whether it takes effect.
    pub mode: Mode,
    /// The access that orders it.
    pub by: String,
}

/// What an order came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The export that has what is still to be handed over, or the last one if nothing is; none if nobody can be named to
    /// payroll.
    pub export: Option<Export>,
    /// Whether the order stored it.
    pub new: bool,
    /// Who has a frozen document and no staff number: what they earned is in no export.
    pub unlinked: Vec<StaffId>,
}

/// Why nothing was ordered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderExportError {
    /// Nothing of the month is frozen.
    #[error("nothing of the month is frozen yet")]
    NothingFrozen,
    /// Payroll's system is not set up for this business.
    #[error("payroll's system is not set up for this business; order a sheet")]
    NoSystem,
    /// Others work on the same month; asking again tells how it stands.
    #[error("the month's exports changed meanwhile")]
    Busy,
    /// It is not known whether it was ordered; asking again is safe.
    #[error("the book of payroll is unavailable")]
    Unavailable(#[from] Outage),
}

impl OrderExport {
    /// Orders a month. Asking twice is safe: a line that payroll has, or may have, is not made again. What payroll did not
    /// take is made anew in this order's export; what it turned away as a whole goes out once more with the same keys.
    ///
    /// # Errors
    /// [`OrderExportError`]; then nothing is stored.
    #[tracing::instrument(name = "payroll.order_export", skip_all, fields(month = %order.month))]
    pub async fn execute(&self, tenant: TenantId, order: ExportOrder) -> Result<Ordered, OrderExportError> {
        if order.way == Way::System && !self.reaches_system(tenant) {
            return Err(OrderExportError::NoSystem);
        }
        let earned = self.book.earned(tenant, order.month).await?;
        if earned.is_empty() {
            return Err(OrderExportError::NothingFrozen);
        }
        let exports = self.book.exports(tenant, order.month).await?;
        let replaces = replaced(&exports, &order);
        let standing: Vec<&Export> = exports
            .iter()
            .filter(|export| !replaces.contains(&export.id) && is_standing(export))
            .collect();
        let new = self.new_lines(tenant, &order, &earned, &standing).await?;
        let goes_out = order.way == Way::System && order.mode == Mode::Real;
        let stored = if new.lines.is_empty() {
            None
        } else {
            let supersedes = match order.mode {
                Mode::Real => new.supersedes,
                Mode::DryRun => Vec::new(),
            };
            let export = self.export(self.company(tenant)?, order, new.lines);
            let order = NewExport {
                export: export.clone(),
                replaces,
                supersedes,
            };
            self.book
                .order(tenant, order)
                .await
                .map_err(|error| match error {
                    OrderError::Taken => OrderExportError::Busy,
                    OrderError::Unavailable(outage) => OrderExportError::Unavailable(outage),
                })?;
            Some(export)
        };
        if goes_out {
            self.send_again(tenant, &standing).await?;
            self.resume(tenant).await?;
        }
        let (is_new, export) = match (stored, standing.last()) {
            (Some(export), _) => (true, Some(export)),
            (None, Some(last)) => (false, self.book.export(tenant, last.id).await?),
            (None, None) => (false, None),
        };
        Ok(Ordered {
            export,
            new: is_new,
            unlinked: new.unlinked,
        })
    }

    /// Lets every export that waits for payroll's system go on, also where its job was given up. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn resume(&self, tenant: TenantId) -> Result<(), Outage> {
        if self.reaches_system(tenant) {
            self.book.resume(tenant, self.clock.now()).await?;
        }
        Ok(())
    }

    fn reaches_system(&self, tenant: TenantId) -> bool {
        self.has_system && self.accounts.of(tenant).is_some()
    }

    /// The name of the business at payroll, or what stands for it.
    ///
    /// # Errors
    /// Never in truth: a tenant's id can be a name.
    pub fn company(&self, tenant: TenantId) -> Result<Company, Outage> {
        let of_tenant = || Company::parse(&tenant.to_string()).map_err(Outage::new);
        self.accounts.of(tenant).cloned().map_or_else(of_tenant, Ok)
    }

    async fn new_lines(
        &self,
        tenant: TenantId,
        order: &ExportOrder,
        earned: &[Earned],
        standing: &[&Export],
    ) -> Result<NewLines, Outage> {
        let company = self.company(tenant)?;
        let links = self.book.links(tenant).await?;
        let numbers: BTreeMap<StaffId, StaffNumber> =
            links.into_iter().map(|link| (link.staff, link.number)).collect();
        let holder: BTreeMap<DocumentId, Option<&StaffNumber>> = earned
            .iter()
            .map(|one| (one.document, numbers.get(&one.staff)))
            .collect();
        // What payroll did not take counts for nothing any more: it is made anew, for the month and by the way of this
        // order, under the number that whoever earned it has now.
        let mut left: BTreeMap<(DocumentId, EarningCode), (&Export, &LineKey)> = BTreeMap::new();
        for export in standing
            .iter()
            .filter(|export| export.state == ExportState::Partly)
        {
            for line in export.open() {
                let number = holder.get(&line.line.document).copied().flatten();
                if may_go(line, number, order.way) {
                    left.insert((line.line.document, line.line.code), (*export, &line.line.key));
                }
            }
        }
        let is_left = |line: &EarningsLine| {
            left.get(&(line.document, line.code))
                .is_some_and(|(_, key)| **key == line.key)
        };
        let before: Vec<EarningsLine> = standing
            .iter()
            .flat_map(|export| &export.lines)
            .filter(|line| !matches!(line.result, Some(LineResult::Superseded(_))) && !is_left(&line.line))
            .map(|line| line.line.clone())
            .collect();
        let mut chains: BTreeMap<StaffId, Vec<Earned>> = BTreeMap::new();
        for one in earned {
            chains.entry(one.staff).or_default().push(one.clone());
        }
        let (mut lines, mut unlinked) = (Vec::new(), Vec::new());
        for (staff, chain) in chains {
            match numbers.get(&staff) {
                Some(number) => lines.extend(lines_of(&company, order.month, number, &chain, &before)),
                None => unlinked.push(staff),
            }
        }
        lines.sort_by(|one, other| one.key.cmp(&other.key));
        let mut supersedes: BTreeMap<ExportId, Superseding> = BTreeMap::new();
        for line in &lines {
            if let Some((export, key)) = left.get(&(line.document, line.code)) {
                let superseding = supersedes.entry(export.id).or_insert_with(|| Superseding {
                    export: export.id,
                    seen: export.version,
                    lines: Vec::new(),
                });
                superseding.lines.push((*key).clone());
            }
        }
        Ok(NewLines {
            lines,
            supersedes: supersedes.into_values().collect(),
            unlinked,
        })
    }

    fn export(&self, company: Company, order: ExportOrder, lines: Vec<EarningsLine>) -> Export {
        let line = |line| ExportLine { line, result: None };
        Export {
            id: Id::from_uuid(self.ids.next()),
            month: order.month,
            pay_period: order.pay_period,
            way: order.way,
            mode: order.mode,
            company,
            batch: Id::from_uuid(self.ids.next()),
            state: ExportState::Waiting,
            lines: lines.into_iter().map(line).collect(),
            vendor_period_id: None,
            confirmation: None,
            ordered_by: order.by,
            ordered_at: self.clock.now(),
            version: 1,
        }
    }

    /// Lets every export that payroll's system turned away as a whole go out once more.
    async fn send_again(&self, tenant: TenantId, standing: &[&Export]) -> Result<(), Outage> {
        let turned_away =
            |export: &&&Export| export.way == Way::System && matches!(export.state, ExportState::Refused(_));
        for export in standing.iter().filter(turned_away) {
            let batch = Id::from_uuid(self.ids.next());
            match self.book.again(tenant, export, batch, self.clock.now()).await {
                // Somebody else was quicker with the same.
                Ok(()) | Err(SettleError::Stale) => {}
                Err(SettleError::Unavailable(outage)) => return Err(outage),
            }
        }
        Ok(())
    }
}

/// What an order finds to be handed over.
struct NewLines {
    lines: Vec<EarningsLine>,
    /// Lines that they take the place of.
    supersedes: Vec<Superseding>,
    /// Who has no staff number.
    unlinked: Vec<StaffId>,
}

/// Whether a line that payroll did not take may go out once more. A sheet asks nobody first: what payroll's system would
/// have kept out of a batch does not come in by it.
fn may_go(line: &ExportLine, number: Option<&StaffNumber>, way: Way) -> bool {
    let kept_out = match line.result.and_then(LineResult::reason) {
        Some(Reason::Contractor | Reason::Conflict) => number == Some(&line.line.employee),
        Some(
            Reason::UnknownEmployee | Reason::InactiveEmployee | Reason::UnknownEarningCode | Reason::Other,
        )
        | None => false,
    };
    match way {
        Way::System => true,
        Way::Sheet => !kept_out,
    }
}

/// A dry run keeps nothing, and what was replaced does not count any more.
fn is_standing(export: &Export) -> bool {
    export.mode == Mode::Real && export.state != ExportState::Replaced
}

/// The exports that an order for another month of payroll, or by another way, takes the place of.
fn replaced(exports: &[Export], order: &ExportOrder) -> Vec<ExportId> {
    let differs = |export: &&Export| (export.pay_period, export.way) != (order.pay_period, order.way);
    let nothing_taken = |export: &&Export| match export.state {
        ExportState::Refused(
            Refused::PeriodNotOpen | Refused::NotABatch | Refused::NotAccepted | Refused::WrongAddress,
        ) => !export.has_taken_lines(),
        // Payroll may have some of it: also who is turned away may have been let in the time before, and lost the answer.
        ExportState::Refused(
            Refused::TotalsDiffer | Refused::Unauthorized | Refused::Conflict | Refused::OutcomeUnknown,
        ) => false,
        // A sheet that nobody confirmed may have been uploaded all the same.
        ExportState::Waiting | ExportState::Done | ExportState::Partly | ExportState::Replaced => false,
    };
    if order.mode == Mode::DryRun {
        return Vec::new();
    }
    let candidates = exports.iter().filter(|export| is_standing(export));
    let found = candidates.filter(differs).filter(nothing_taken);
    found.map(|export| export.id).collect()
}
