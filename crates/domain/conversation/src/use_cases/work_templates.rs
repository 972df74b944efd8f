//! The message templates: where each stands, submitting those that are missing, asking what became of them.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use crate::ports::{OfficeError, Submission, TemplateBook, TemplateOffice};
use crate::templates::{RegisteredTemplate, TemplateReport, register};

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

    /// Submits every template that is not with the channel's owner, or was rejected. What is looked at or approved is left
    /// alone: safe to repeat.
    ///
    /// # Errors
    /// [`OfficeError`]; what was submitted by then is on record.
    #[tracing::instrument(name = "conversation.submit_templates", skip_all)]
    pub async fn submit(&self, tenant: TenantId) -> Result<Vec<RegisteredTemplate>, OfficeError> {
        for template in self.list(tenant).await? {
            if !template.state.wants_submitting() {
                continue;
            }
            let answer = self.office.submit(tenant, &template.text).await?;
            let now = self.clock.now();
            let name = template.text.name.code();
            let kept = match answer {
                Submission::Taken(report) => template.told(&report, now),
                Submission::Refused { reason } => {
                    tracing::error!(template = name, "a template was refused");
                    template.refused(&reason, now)
                }
            };
            self.book.keep_templates(tenant, vec![kept], now).await?;
        }
        Ok(self.list(tenant).await?)
    }

    /// Asks the channel's owner where every template stands. One that was submitted and is not there any more is gone. Safe to
    /// repeat.
    ///
    /// # Errors
    /// [`OfficeError`]; nothing is changed then.
    #[tracing::instrument(name = "conversation.sync_templates", skip_all)]
    pub async fn sync(&self, tenant: TenantId) -> Result<Vec<RegisteredTemplate>, OfficeError> {
        let reports = self.office.templates(tenant).await?;
        let now = self.clock.now();
        let known = self.list(tenant).await?;
        let mut changed = Vec::new();
        for template in &known {
            let report = reports
                .iter()
                .find(|report| template.is(&report.name, &report.language));
            let told = match report {
                Some(report) => template.clone().told(report, now),
                None if template.provider_id.is_some() && !template.state.wants_submitting() => {
                    template.clone().gone(now)
                }
                None => continue,
            };
            if told != *template {
                changed.push(told);
            }
        }
        self.book.keep_templates(tenant, changed, now).await?;
        Ok(self.list(tenant).await?)
    }

    /// Takes in what the channel's owner tells of one template by itself. One that is none of ours is left alone.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    pub async fn told(&self, tenant: TenantId, report: &TemplateReport) -> Result<(), Outage> {
        let known = self.list(tenant).await?;
        let Some(template) = known.iter().find(|it| it.is(&report.name, &report.language)) else {
            tracing::info!("a report is about no template of ours");
            return Ok(());
        };
        let now = self.clock.now();
        let told = template.clone().told(report, now);
        if told == *template {
            return Ok(());
        }
        self.book.keep_templates(tenant, vec![told], now).await
    }
}

#[cfg(test)]
mod tests;
