//! What jobs do: each kind is parsed and handed to its use case.

use anyhow::anyhow;
use async_trait::async_trait;
use ratiba_assembly::Parts;
use ratiba_assembly::queue::Job;
use ratiba_assembly::use_cases::Cards;
use ratiba_booking::event::BookingTask;
use ratiba_conversation::event::ConversationTask;
use ratiba_integrations::task::IntegrationTask;
use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::task::PaymentTask;
use ratiba_payroll::export::PayrollTask;
use ratiba_payroll::use_cases::Sent;
use uuid::Uuid;

use crate::runner::{JobError, RunJob};
use crate::schedules;
use crate::work::{Need, Work};

mod lost;

use lost::judged;

/// Runs every kind of job that there is.
pub struct Jobs {
    /// The use cases.
    pub parts: Parts,
}

#[async_trait]
impl RunJob for Jobs {
    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let work = Work::of(job)?;
        match self.standing(job, work.need()).await? {
            Standing::Runs => {}
            Standing::Waits => return Err(JobError::NotYet),
            Standing::LeftOut => {
                if let Work::Tick(_) = work {
                    schedules::leave_out(&self.parts, job).await?;
                }
                return Ok(());
            }
        }
        let tenant = || {
            job.tenant
                .ok_or_else(|| JobError::Hopeless(anyhow!("a job without a tenant")))
        };
        match work {
            Work::Tick(tick) => schedules::run(&self.parts, tick, job).await,
            Work::Sweep => schedules::sweep_tenant(&self.parts, tenant()?, job.is_open).await,
            Work::Retention => schedules::let_go(&self.parts, tenant()?).await,
            Work::Event => self.event(tenant()?, job).await,
            Work::Booking(task) => self.booking(tenant()?, task).await,
            Work::Payments(task) => self.payments(tenant()?, task).await,
            Work::Payroll(task) => self.payroll(tenant()?, task).await,
            Work::Conversation(task) => self.conversation(tenant()?, task).await,
            Work::Access(task) => Ok(self.parts.access_task(tenant()?, task).await?),
            Work::Integrations(task) => self.integrations(tenant()?, task).await,
        }
    }

    async fn gave_up(&self, job: &Job) -> anyhow::Result<()> {
        let Some(tenant) = job.tenant else {
            return Ok(());
        };
        let Ok(Work::Conversation(ConversationTask::Turn { inbound })) = Work::of(job) else {
            return Ok(());
        };
        // The customer must not wait for a machine that cannot answer: a person takes the thread.
        self.parts.conversation.hand_over.execute(tenant, inbound).await?;
        Ok(())
    }
}

/// What becomes of a job as its business stands.
enum Standing {
    /// It runs.
    Runs,
    /// It waits until the business stands otherwise.
    Waits,
    /// It is done with, since there is nothing to do.
    LeftOut,
}

impl Jobs {
    async fn standing(&self, job: &Job, need: Need) -> Result<Standing, JobError> {
        let has = async |feature| match job.tenant {
            Some(tenant) => self.parts.access.features.is_on(tenant, feature).await,
            None => Ok(true),
        };
        Ok(match (need, job.is_open) {
            (Need::Nothing, _) | (Need::Open | Need::OpenToday, true) => Standing::Runs,
            (Need::OpenToday, false) => Standing::LeftOut,
            (Need::Open | Need::Has(_) | Need::Wants(_), false) => Standing::Waits,
            (Need::Has(feature), true) if !has(feature).await? => Standing::Waits,
            (Need::Wants(feature), true) if !has(feature).await? => Standing::LeftOut,
            (Need::Has(_) | Need::Wants(_), true) => Standing::Runs,
        })
    }

    async fn booking(&self, tenant: TenantId, task: BookingTask) -> Result<(), JobError> {
        match task {
            BookingTask::ExpireHold { visit } => self.parts.booking.expire.execute(tenant, visit).await?,
            BookingTask::Remind { visit, reminder } => {
                self.parts.booking.remind.execute(tenant, visit, reminder).await?;
            }
            BookingTask::OfferFreedTime { freed } => {
                let offer = &self.parts.desk.offer_freed_time;
                offer.execute(tenant, Some(freed)).await?;
            }
            BookingTask::WatchWaitlist => {
                self.parts.desk.watch_waitlist.execute(tenant).await?;
            }
            BookingTask::EndWaitlistOffer { entry, number } => {
                self.parts.desk.end_offer.execute(tenant, entry, number).await?;
            }
        }
        Ok(())
    }

    async fn payments(&self, tenant: TenantId, task: PaymentTask) -> Result<(), JobError> {
        match task {
            PaymentTask::Push { attempt } => {
                let push = &self.parts.payments.push;
                push.execute(tenant, attempt).await.map_err(judged)?;
            }
            PaymentTask::Query { attempt, step } => {
                let query = &self.parts.payments.query;
                query.execute(tenant, attempt, step).await.map_err(judged)?;
            }
            PaymentTask::ApplyCallback { callback } => {
                let apply = &self.parts.payments.apply_callback;
                apply.execute(tenant, callback).await.map_err(judged)?;
            }
            PaymentTask::SendRefund { refund, tries } => {
                self.parts.money_back.send.execute(tenant, refund, tries).await?;
            }
            PaymentTask::AskRefund { refund, step, .. } => {
                self.parts.money_back.ask.execute(tenant, refund, step).await?;
            }
            PaymentTask::ApplyResult { message } => {
                let apply = &self.parts.money_back.apply_result;
                apply.execute(tenant, message).await?;
            }
            PaymentTask::SendCardRefund { refund, tries } => {
                self.cards()?.send_refund.execute(tenant, refund, tries).await?;
            }
            PaymentTask::LookAtCardRefund { refund, step, .. } => {
                self.cards()?.look_at_refund.execute(tenant, refund, step).await?;
            }
            PaymentTask::OpenCard { attempt } => {
                let open = &self.cards()?.open;
                open.execute(tenant, attempt).await.map_err(judged)?;
            }
            PaymentTask::LookAtCard { attempt, step } => {
                let look = &self.cards()?.look;
                look.execute(tenant, attempt, step).await.map_err(judged)?;
            }
            PaymentTask::NudgeCard { attempt } => {
                let nudge = &self.cards()?.nudge;
                nudge.execute(tenant, attempt).await.map_err(judged)?;
            }
            PaymentTask::AbandonCard { attempt, .. } => {
                let abandon = &self.cards()?.abandon;
                abandon.execute(tenant, attempt).await.map_err(judged)?;
            }
            PaymentTask::ApplyConfirmation { confirmation, step } => {
                let apply = &self.parts.payments.by_hand.apply;
                apply.execute(tenant, confirmation, step, &self.parts).await?;
            }
            PaymentTask::ApplyNotice { notice } => {
                let apply_notice = &self.cards()?.apply_notice;
                apply_notice.execute(tenant, notice).await.map_err(judged)?;
            }
        }
        Ok(())
    }

    /// What card payments need. Orders that are open when the settings are taken away wait for them.
    fn cards(&self) -> Result<&Cards, JobError> {
        let cards = self.parts.payments.cards.as_ref();
        cards.ok_or_else(|| JobError::from(Outage::new("cards are not set up in this process")))
    }

    async fn conversation(&self, tenant: TenantId, task: ConversationTask) -> Result<(), JobError> {
        match task {
            ConversationTask::Turn { inbound } => {
                self.parts.conversation.take_turn.execute(tenant, inbound).await?;
            }
            ConversationTask::Send { message } => {
                self.parts.conversation.send.execute(tenant, message).await?;
            }
            ConversationTask::Status { status } => {
                self.parts
                    .conversation
                    .apply_status
                    .execute(tenant, status)
                    .await?;
            }
            ConversationTask::Handoff {
                thread,
                handoff,
                step,
            } => {
                let work = &self.parts.conversation.work_handoff;
                work.step(tenant, thread, handoff, step).await?;
            }
        }
        Ok(())
    }

    async fn payroll(&self, tenant: TenantId, task: PayrollTask) -> Result<(), JobError> {
        match task {
            PayrollTask::Send { export } => {
                let system = self.parts.payroll.system.as_ref();
                // What is ordered when the settings are taken away waits for them.
                let system =
                    system.ok_or_else(|| Outage::new("payroll's system is not set up in this process"))?;
                let sent = system.send.execute(tenant, export).await?;
                if sent == Sent::NotSetUp {
                    return Err(Outage::new("payroll's system is not set up for this business").into());
                }
                tracing::info!(export.id = %export, ?sent, "an export was looked after");
            }
        }
        Ok(())
    }

    async fn integrations(&self, tenant: TenantId, task: IntegrationTask) -> Result<(), JobError> {
        match task {
            IntegrationTask::Publish { event } => self.parts.publish(tenant, event.as_uuid()).await?,
            IntegrationTask::Ring { delivery } => {
                let now = self.parts.clock.now();
                self.parts.integrations.book.ring(tenant, delivery, now).await?;
            }
            IntegrationTask::Deliver { delivery } => {
                self.parts.integrations.deliver.execute(tenant, delivery).await?;
            }
        }
        Ok(())
    }

    async fn event(&self, tenant: TenantId, job: &Job) -> Result<(), JobError> {
        let id: Uuid = job
            .payload
            .get("event_id")
            .and_then(serde_json::Value::as_str)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| JobError::Hopeless(anyhow!("an event's job without its id")))?;
        let stored = self.parts.event(tenant, id).await?;
        let stored = stored.ok_or_else(|| JobError::Hopeless(anyhow!("there is no event {id}")))?;
        if stored.is_heard {
            // A job of its own: what other programs are told must not wait for what the event brings here, nor hold it up.
            self.parts.queue_publishing(tenant, id).await?;
        }
        self.parts.react(tenant, id, &stored).await?;
        self.parts.event_handled(tenant, id).await?;
        Ok(())
    }
}
