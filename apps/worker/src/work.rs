//! What jobs ask for, by kind, and what each of them needs of its business.
//!
//! This is the one place that says what goes on while a business is closed or has a feature switched off.

use anyhow::{Context as _, anyhow};
use ratiba_access::feature::Feature;
use ratiba_access::invitation::AccessTask;
use ratiba_assembly::queue::Job;
use ratiba_booking::event::BookingTask;
use ratiba_conversation::event::ConversationTask;
use ratiba_integrations::task::IntegrationTask;
use ratiba_payments::task::PaymentTask;
use ratiba_payroll::export::PayrollTask;
use serde::de::DeserializeOwned;

use crate::runner::JobError;
use crate::schedules::{RETENTION_JOB, SWEEP_JOB};

/// Everything that a job can ask for.
#[derive(Debug)]
pub enum Work {
    /// A tick of a schedule.
    Tick(Tick),
    /// The nightly look for what events of a business missed.
    Sweep,
    /// Letting go of what was kept of a business for its time.
    Retention,
    /// What an event brings with it.
    Event,
    /// Work of appointments.
    Booking(BookingTask),
    /// Work of money.
    Payments(PaymentTask),
    /// Work of payroll.
    Payroll(PayrollTask),
    /// Work of conversations.
    Conversation(ConversationTask),
    /// Work of people and their access.
    Access(AccessTask),
    /// Work for other programs.
    Integrations(IntegrationTask),
}

/// The schedules that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// The nightly sweep of the whole instance.
    Reaper,
    /// The owner's morning.
    Digest,
    /// Verifies the record of changes.
    AuditVerification,
    /// Closes the month of commission.
    CommissionClose,
}

/// What a job needs of its business before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: money that is under way is settled, what is kept is looked after, and the books go on.
    Nothing,
    /// That it is open: otherwise the job waits, and nothing of it is lost.
    Open,
    /// That it is open when it falls due: otherwise this once is left out, since the next tells the same.
    OpenToday,
    /// That it is open and has the feature: otherwise the job waits.
    Has(Feature),
    /// That it is open, or the job waits; and that it has the feature, or there is nothing to do, now or later.
    Wants(Feature),
}

impl Work {
    /// What a job asks for.
    ///
    /// # Errors
    /// [`JobError::Hopeless`] if its kind is nobody's, or its payload cannot be read.
    pub fn of(job: &Job) -> Result<Self, JobError> {
        let nobodys = || JobError::Hopeless(anyhow!("nobody runs jobs of the kind {}", job.kind));
        let (domain, rest) = job.kind.split_once('.').ok_or_else(nobodys)?;
        Ok(match domain {
            "schedule" => Self::Tick(match rest {
                "reaper" => Tick::Reaper,
                "digest" => Tick::Digest,
                "audit_verification" => Tick::AuditVerification,
                "commission_close" => Tick::CommissionClose,
                other => return Err(JobError::Hopeless(anyhow!("there is no schedule {other}"))),
            }),
            "outbox" => Self::Event,
            "booking" => Self::Booking(task(job)?),
            "payments" => Self::Payments(task(job)?),
            "payroll" => Self::Payroll(task(job)?),
            "conversation" => Self::Conversation(task(job)?),
            "access" => Self::Access(task(job)?),
            "integrations" => Self::Integrations(task(job)?),
            _of_the_instance if job.kind == SWEEP_JOB => Self::Sweep,
            _of_the_instance if job.kind == RETENTION_JOB => Self::Retention,
            _nobodys => return Err(nobodys()),
        })
    }

    /// What it needs of its business.
    #[must_use]
    pub const fn need(&self) -> Need {
        match self {
            Self::Tick(tick) => match tick {
                Tick::Digest => Need::OpenToday,
                // The books of a closed business are kept like all others; what they say is told when it opens.
                Tick::Reaper | Tick::AuditVerification | Tick::CommissionClose => Need::Nothing,
            },
            // The sweep itself leaves out what is not money; what an event brings with it waits or not by its own kind.
            Self::Sweep | Self::Retention | Self::Event => Need::Nothing,
            Self::Booking(task) => match task {
                // Time that is held and not paid for is given back.
                BookingTask::ExpireHold { .. } => Need::Nothing,
                BookingTask::Remind { .. }
                | BookingTask::OfferFreedTime { .. }
                | BookingTask::WatchWaitlist
                | BookingTask::EndWaitlistOffer { .. } => Need::Open,
            },
            Self::Payments(task) => match task {
                // Nobody is asked for money by a business that is closed. What waits too long withdraws itself.
                PaymentTask::Push { .. } | PaymentTask::OpenCard { .. } | PaymentTask::NudgeCard { .. } => {
                    Need::Open
                }
                // Money that left a customer, or is to come back to one, is found out about and settled.
                PaymentTask::Query { .. }
                | PaymentTask::ApplyCallback { .. }
                | PaymentTask::SendRefund { .. }
                | PaymentTask::AskRefund { .. }
                | PaymentTask::ApplyResult { .. }
                | PaymentTask::SendCardRefund { .. }
                | PaymentTask::LookAtCardRefund { .. }
                | PaymentTask::LookAtCard { .. }
                | PaymentTask::AbandonCard { .. }
                | PaymentTask::ApplyConfirmation { .. }
                | PaymentTask::ApplyNotice { .. } => Need::Nothing,
            },
            Self::Payroll(task) => match task {
                PayrollTask::Send { .. } => Need::Has(Feature::Payroll),
            },
            Self::Conversation(task) => match task {
                // What became of a message that went out is noted whenever it is known.
                ConversationTask::Status { .. } => Need::Nothing,
                ConversationTask::Turn { .. }
                | ConversationTask::Send { .. }
                | ConversationTask::Handoff { .. } => Need::Open,
            },
            Self::Access(task) => match task {
                AccessTask::TellInvited { .. } => Need::Open,
            },
            Self::Integrations(task) => match task {
                // Who switched it off is told nothing of what happens meanwhile; what was stored before is sent later.
                IntegrationTask::Publish { .. } => Need::Wants(Feature::Webhooks),
                IntegrationTask::Ring { .. } | IntegrationTask::Deliver { .. } => {
                    Need::Has(Feature::Webhooks)
                }
            },
        }
    }
}

fn task<T: DeserializeOwned>(job: &Job) -> Result<T, JobError> {
    serde_json::from_value(job.payload.clone())
        .with_context(|| format!("the payload of a job of the kind {} cannot be read", job.kind))
        .map_err(JobError::Hopeless)
}

#[cfg(test)]
mod tests;
