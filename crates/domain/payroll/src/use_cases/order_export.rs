//! Orders a month to be handed over: stores lines for every frozen document that has none yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::{Clock, Id, IdSource, Outage, TenantId};

use crate::earnings::{Earned, EarningsLine, Mode, lines_of};
use crate::employee::{Company, StaffNumber};
use crate::export::{Export, ExportLine, ExportState, LineResult, Refused, Way};
use crate::ports::{NewExport, OrderError, PayrollBook, SettleError};
use crate::{DocumentId, ExportId, PayMonth, StaffId};

/// Orders exports.
pub struct OrderExport {
    /// What was frozen and handed over.
    pub book: Arc<dyn PayrollBook>,
    /// Whether payroll's own system can be asked.
    pub has_system: bool,
    /// The name of the business at payroll; without one the tenant's id stands in the keys.
    pub company: Option<Company>,
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
    /// Payroll's system is not set up.
    #[error("payroll's system is not set up; order a sheet")]
    NoSystem,
    /// Others work on the same month; asking again tells how it stands.
    #[error("the month's exports changed meanwhile")]
    Busy,
    /// It is not known whether it was ordered; asking again is safe.
    #[error("the book of payroll is unavailable")]
    Unavailable(#[from] Outage),
}

impl OrderExport {
    /// Orders a month. Asking twice is safe: what has its lines gets none again, and an export of which payroll did not
    /// take everything goes out once more with the same keys.
    ///
    /// # Errors
    /// [`OrderExportError`]; then nothing is stored.
    #[tracing::instrument(name = "payroll.order_export", skip_all, fields(month = %order.month))]
    pub async fn execute(&self, tenant: TenantId, order: ExportOrder) -> Result<Ordered, OrderExportError> {
        if order.way == Way::System && !self.has_system {
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
            .filter(|export| Some(export.id) != replaces && is_standing(export))
            .collect();
        let (lines, unlinked) = self.new_lines(tenant, &order, &earned, &standing).await?;
        if lines.is_empty() {
            let export = self.as_it_stands(tenant, &order, &standing).await?;
            return Ok(Ordered {
                export,
                new: false,
                unlinked,
            });
        }
        let company = self.company(tenant)?;
        let export = self.export(company, order, lines);
        let new = NewExport {
            export: export.clone(),
            replaces,
        };
        self.book.order(tenant, new).await.map_err(|error| match error {
            OrderError::Taken => OrderExportError::Busy,
            OrderError::Unavailable(outage) => OrderExportError::Unavailable(outage),
        })?;
        Ok(Ordered {
            export: Some(export),
            new: true,
            unlinked,
        })
    }

    /// The name of the business at payroll, or what stands for it.
    ///
    /// # Errors
    /// Never in truth: a tenant's id can be a name.
    pub fn company(&self, tenant: TenantId) -> Result<Company, Outage> {
        let of_tenant = || Company::parse(&tenant.to_string()).map_err(Outage::new);
        self.company.clone().map_or_else(of_tenant, Ok)
    }

    async fn new_lines(
        &self,
        tenant: TenantId,
        order: &ExportOrder,
        earned: &[Earned],
        standing: &[&Export],
    ) -> Result<(Vec<EarningsLine>, Vec<StaffId>), Outage> {
        let company = self.company(tenant)?;
        let links = self.book.links(tenant).await?;
        let numbers: BTreeMap<StaffId, StaffNumber> =
            links.into_iter().map(|link| (link.staff, link.number)).collect();
        // What payroll rejected under a number that they do not have any more is made again under the right one.
        let holder: BTreeMap<DocumentId, Option<&StaffNumber>> = earned
            .iter()
            .map(|one| (one.document, numbers.get(&one.staff)))
            .collect();
        let misnamed = |line: &ExportLine| {
            let number = holder.get(&line.line.document).copied().flatten();
            matches!(line.result, Some(LineResult::Rejected(_))) && number != Some(&line.line.employee)
        };
        let before: Vec<EarningsLine> = standing
            .iter()
            .flat_map(|export| &export.lines)
            .filter(|line| !misnamed(line))
            .map(|line| line.line.clone())
            .collect();
        let mut chains: BTreeMap<StaffId, Vec<Earned>> = BTreeMap::new();
        for one in earned {
            chains.entry(one.staff).or_default().push(one.clone());
        }
        let (mut lines, mut unlinked) = (Vec::new(), Vec::new());
        for (staff, chain) in chains {
            match numbers.get(&staff) {
                Some(number) => {
                    lines.extend(lines_of(&company, order.pay_period, number, &chain, &before));
                }
                None => unlinked.push(staff),
            }
        }
        lines.sort_by(|one, other| one.key.cmp(&other.key));
        Ok((lines, unlinked))
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

    /// The last export as it stands; one that payroll's system did not take whole goes out once more, if that is what was
    /// ordered and not a trial or a sheet.
    async fn as_it_stands(
        &self,
        tenant: TenantId,
        order: &ExportOrder,
        standing: &[&Export],
    ) -> Result<Option<Export>, OrderExportError> {
        let goes_out = order.way == Way::System && order.mode == Mode::Real;
        let unfinished = standing.iter().find(|export| match export.state {
            ExportState::Partly | ExportState::Refused(_) => export.way == Way::System,
            ExportState::Waiting | ExportState::Done | ExportState::Replaced => false,
        });
        let Some(export) = unfinished.filter(|_| goes_out) else {
            return Ok(standing.last().map(|export| (*export).clone()));
        };
        let batch = Id::from_uuid(self.ids.next());
        let again = self.book.again(tenant, export, batch, self.clock.now()).await;
        again.map_err(|error| match error {
            SettleError::Stale => OrderExportError::Busy,
            SettleError::Unavailable(outage) => OrderExportError::Unavailable(outage),
        })?;
        let id: ExportId = export.id;
        Ok(self.book.export(tenant, id).await?)
    }
}

/// A dry run keeps nothing, and what was replaced does not count any more.
fn is_standing(export: &Export) -> bool {
    export.mode == Mode::Real && export.state != ExportState::Replaced
}

/// The export that an order for another month of payroll, or by another way, takes the place of.
fn replaced(exports: &[Export], order: &ExportOrder) -> Option<ExportId> {
    let differs = |export: &&Export| (export.pay_period, export.way) != (order.pay_period, order.way);
    let nothing_taken = |export: &&Export| match export.state {
        ExportState::Refused(Refused::PeriodNotOpen | Refused::NotABatch) => !export.has_taken_lines(),
        // Payroll may have some of it: also who is turned away may have been let in the time before, and lost the answer.
        ExportState::Refused(Refused::TotalsDiffer | Refused::Unauthorized) => false,
        // A sheet that nobody confirmed may have been uploaded all the same.
        ExportState::Waiting | ExportState::Done | ExportState::Partly | ExportState::Replaced => false,
    };
    let candidates = exports.iter().filter(|export| is_standing(export));
    let found = candidates.filter(differs).find(nothing_taken);
    found.filter(|_| order.mode == Mode::Real).map(|export| export.id)
}
