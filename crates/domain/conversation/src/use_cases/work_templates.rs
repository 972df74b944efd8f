//! The message templates: where each stands, submitting those that are missing, asking what became of them.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};
use time::OffsetDateTime;

use crate::event::ConversationEvent;
use crate::ports::{OfficeError, Submission, TemplateBook, TemplateOffice};
use crate::templates::{RegisteredTemplate, TemplateReport, TemplateState, as_of, register};

/// Works on the register of templates.
pub struct WorkTemplates {
    /// The record of what became of them.
    pub book: Arc<dyn TemplateBook>,
    /// Who approves them.
    pub office: Arc<dyn TemplateOffice>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
}

impl WorkTemplates {
    /// The whole catalogue, each template where it stands as far as we were told.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    pub async fn list(&self, tenant: TenantId) -> Result<Vec<RegisteredTemplate>, Outage> {
        Ok(register(&self.book.registered(tenant).await?))
    }

    /// Submits every template that is not with the channel's owner, or was rejected. What is there is asked first, so what was
    /// submitted by a call whose answer was lost is found. What is looked at or approved is left alone: safe to repeat.
    ///
    /// # Errors
    /// [`OfficeError`]; what was submitted by then is on record, or is found by the next call.
    #[tracing::instrument(name = "conversation.submit_templates", skip_all)]
    pub async fn submit(&self, tenant: TenantId) -> Result<Vec<RegisteredTemplate>, OfficeError> {
        for template in self.sync(tenant).await? {
            if !template.state.wants_submitting() {
                continue;
            }
            let asked_at = self.clock.now();
            let answer = self.office.submit(tenant, &template.text).await?;
            let (now, at) = (self.clock.now(), as_of(asked_at));
            let name = template.text.name.code();
            let kept = match answer {
                Submission::Taken(report) => template.told(&report, at),
                Submission::KnownThere => template.known_there(at),
                Submission::Refused { reason } => {
                    tracing::error!(template = name, "a template was refused");
                    template.refused(&reason, at)
                }
            };
            // Whoever submits sees in the answer what was refused.
            self.book
                .keep_templates(tenant, vec![kept], Vec::new(), now)
                .await?;
        }
        Ok(self.list(tenant).await?)
    }

    /// Asks the channel's owner where every template stands. One that was submitted and is not there any more is gone; of those
    /// that were rejected the business is told. Safe to repeat.
    ///
    /// # Errors
    /// [`OfficeError`]; nothing is changed then.
    #[tracing::instrument(name = "conversation.sync_templates", skip_all)]
    pub async fn sync(&self, tenant: TenantId) -> Result<Vec<RegisteredTemplate>, OfficeError> {
        let asked_at = self.clock.now();
        let reports = self.office.templates(tenant).await?;
        let (now, at) = (self.clock.now(), as_of(asked_at));
        let known = self.list(tenant).await?;
        let mut changed = Vec::new();
        for template in &known {
            let report = reports
                .iter()
                .find(|report| template.is(&report.name, &report.language));
            let told = match report {
                Some(report) => template.clone().told(report, at),
                None if template.provider_id.is_some() && !template.state.wants_submitting() => {
                    template.clone().gone(at)
                }
                None => continue,
            };
            if told != *template {
                changed.push(told);
            }
        }
        let news = rejected_now(&known, &changed);
        self.book.keep_templates(tenant, changed, news, now).await?;
        Ok(self.list(tenant).await?)
    }

    /// Takes in what the channel's owner told of one template by itself at `at`, by their clock; what is older than what is known
    /// changes nothing. One that is none of ours is left alone.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    pub async fn told(
        &self,
        tenant: TenantId,
        report: &TemplateReport,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        let known = self.list(tenant).await?;
        let Some(template) = known.iter().find(|it| it.is(&report.name, &report.language)) else {
            tracing::info!("a report is about no template of ours");
            return Ok(());
        };
        let told = template.clone().told(report, at);
        if told == *template {
            return Ok(());
        }
        let now = self.clock.now();
        let told = vec![told];
        let news = rejected_now(&known, &told);
        self.book.keep_templates(tenant, told, news, now).await
    }
}

/// That templates were rejected, where some were that stood elsewhere before.
fn rejected_now(before: &[RegisteredTemplate], told: &[RegisteredTemplate]) -> Vec<ConversationEvent> {
    let was = |template: &&RegisteredTemplate| {
        let same = before.iter().find(|known| known.text == template.text);
        same.is_some_and(|known| known.state == TemplateState::Rejected)
    };
    let rejected = told.iter().filter(|it| it.state == TemplateState::Rejected);
    let templates: Vec<String> = rejected
        .filter(|it| !was(it))
        .map(RegisteredTemplate::label)
        .collect();
    if templates.is_empty() {
        Vec::new()
    } else {
        vec![ConversationEvent::TemplatesRejected { templates }]
    }
}

#[cfg(test)]
mod tests;
