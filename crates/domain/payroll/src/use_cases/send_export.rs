//! Hands an export over to payroll's system.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use crate::ExportId;
use crate::account::Accounts;
use crate::earnings::{LineKey, Mode};
use crate::employee::{StaffNumber, Terms};
use crate::export::{Export, ExportState, LineResult, Reason, Receipt, Refused, Way};
use crate::ports::{GatewayError, PayrollBook, PayrollGateway, PeriodState, SettleError, Settlement};

/// Hands exports over.
pub struct SendExport {
    /// What was stored.
    pub book: Arc<dyn PayrollBook>,
    /// What businesses are called at payroll.
    pub accounts: Accounts,
    /// Payroll's system.
    pub gateway: Arc<dyn PayrollGateway>,
    /// Business time.
    pub clock: Arc<dyn Clock>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// There was nothing to send: it is done, replaced, or goes by sheet.
    Nothing,
    /// The business is not set up at payroll, or under another name than when it was ordered: nothing left.
    NotSetUp,
    /// Payroll answered, and it is recorded.
    Answered(ExportState),
    /// Payroll wants to be left alone; the job is queued for later.
    Later,
}

impl SendExport {
    /// Sends what payroll does not have yet. Safe to run twice: what an earlier try came to is asked for first, and the
    /// same lines under the same keys are taken once.
    ///
    /// # Errors
    /// [`Outage`] if payroll or the book does not answer; it is not known then whether the batch arrived.
    #[tracing::instrument(name = "payroll.send_export", skip_all, fields(export.id = %id))]
    pub async fn execute(&self, tenant: TenantId, id: ExportId) -> Result<Sent, Outage> {
        let Some(export) = self.book.export(tenant, id).await? else {
            return Ok(Sent::Nothing);
        };
        if export.way != Way::System || export.state != ExportState::Waiting {
            return Ok(Sent::Nothing);
        }
        if self.accounts.of(tenant) != Some(&export.company) {
            return Ok(Sent::NotSetUp);
        }
        let outcome = match self.hand_over(&export).await {
            Ok(outcome) => outcome,
            Err(GatewayError::PeriodLocked) => Outcome::refused(Refused::PeriodNotOpen),
            Err(GatewayError::Unauthorized) => Outcome::refused(Refused::Unauthorized),
            Err(GatewayError::Rejected(rejection)) => Outcome::refused(rejection.into()),
            Err(GatewayError::RateLimited { retry_after }) => {
                let until = self.clock.now() + retry_after;
                self.book.postpone(tenant, id, until).await?;
                return Ok(Sent::Later);
            }
            Err(GatewayError::Unavailable(outage)) => return Err(outage),
        };
        let state = outcome.state;
        let settlement = Settlement {
            export: id,
            seen: export.version,
            state,
            results: outcome.results,
            vendor_period_id: outcome.vendor_period_id,
            confirmation: None,
        };
        match self.book.settle(tenant, settlement).await {
            Ok(()) => Ok(Sent::Answered(state)),
            // Another run of the same job was quicker.
            Err(SettleError::Stale) => Ok(Sent::Nothing),
            Err(SettleError::Unavailable(outage)) => Err(outage),
        }
    }

    async fn hand_over(&self, export: &Export) -> Result<Outcome, GatewayError> {
        // The answer to an earlier try may have been lost. Asked before anything else, so that payroll has nothing of a
        // batch that something later refuses.
        if export.mode == Mode::Real {
            match self.earlier_try(export).await {
                Ok(Some(outcome)) => return Ok(outcome),
                Ok(None) => {}
                Err(GatewayError::Rejected(_)) => return Ok(Outcome::refused(Refused::OutcomeUnknown)),
                Err(
                    error @ (GatewayError::PeriodLocked
                    | GatewayError::Unauthorized
                    | GatewayError::RateLimited { .. }
                    | GatewayError::Unavailable(_)),
                ) => return Err(error),
            }
        }
        let excluded = self.contractors(export).await?;
        match self
            .gateway
            .period_state(&export.company, export.pay_period)
            .await?
        {
            PeriodState::Open => {}
            PeriodState::Processing | PeriodState::Approved | PeriodState::Paid | PeriodState::Locked => {
                return Err(GatewayError::PeriodLocked);
            }
        }
        let Ok(batch) = export.batch(&excluded) else {
            return Ok(Outcome::refused(Refused::NotABatch));
        };
        if batch.lines().is_empty() {
            return Ok(Outcome {
                state: export.state_after(&excluded),
                results: excluded,
                vendor_period_id: None,
            });
        }
        let receipt = self.gateway.push_earnings(&batch).await?;
        Ok(read(export, receipt, excluded))
    }

    /// What an earlier try came to, if payroll had it.
    async fn earlier_try(&self, export: &Export) -> Result<Option<Outcome>, GatewayError> {
        match self.gateway.batch_status(&export.company, export.batch).await? {
            Some(receipt) => Ok(Some(read(export, receipt, self.contractors(export).await?))),
            None => Ok(None),
        }
    }

    /// The lines of those who work on invoice, which are never sent.
    async fn contractors(&self, export: &Export) -> Result<BTreeMap<LineKey, LineResult>, GatewayError> {
        let people = self.gateway.employees(&export.company, None).await?;
        let contractors: BTreeSet<StaffNumber> = people
            .into_iter()
            .filter(|person| person.terms == Terms::Contractor)
            .map(|person| person.number)
            .collect();
        let lines = export.open_lines().into_iter();
        let theirs = lines.filter(|line| contractors.contains(&line.employee));
        Ok(theirs
            .map(|line| (line.key, LineResult::Rejected(Reason::Contractor)))
            .collect())
    }
}

struct Outcome {
    state: ExportState,
    results: BTreeMap<LineKey, LineResult>,
    vendor_period_id: Option<String>,
}

impl Outcome {
    fn refused(why: Refused) -> Self {
        Self {
            state: ExportState::Refused(why),
            results: BTreeMap::new(),
            vendor_period_id: None,
        }
    }
}

/// What an answer means. Results of lines that are not ours count for nothing, and so does an answer whose totals are
/// not those of the lines that it says it took.
fn read(export: &Export, receipt: Receipt, excluded: BTreeMap<LineKey, LineResult>) -> Outcome {
    if export.taken(&receipt.results) != receipt.totals {
        tracing::error!(
            counted = receipt.totals.count,
            sum_minor = receipt.totals.sum_minor,
            "payroll's totals are not those of the lines that it took"
        );
        return Outcome::refused(Refused::TotalsDiffer);
    }
    // A line of which payroll says nothing is not among what it counted: it does not have it.
    let unsaid = export
        .open()
        .map(|line| (line.line.key.clone(), LineResult::Rejected(Reason::Other)));
    let mut results: BTreeMap<LineKey, LineResult> = unsaid.collect();
    results.extend(receipt.results);
    results.extend(excluded);
    Outcome {
        state: export.state_after(&results),
        results,
        vendor_period_id: receipt.vendor_period_id.filter(|_| export.mode == Mode::Real),
    }
}
