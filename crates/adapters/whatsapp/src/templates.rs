//! Templates: submitted one by one, and listed page by page, at the business account.

use std::time::Duration as StdDuration;

use async_trait::async_trait;
use ratiba_conversation::ports::{OfficeError, Submission, TemplateOffice};
use ratiba_conversation::templates::{TemplateReport, TemplateText};
use ratiba_kernel::{Outage, TenantId};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::{Account, WhatsappMessenger, answered};
use crate::webhook::text_or_number;

/// How many templates one page has. A page must stay below what is read of an answer.
const PAGE: u16 = 100;

/// How many pages are read at most: far more than a business may have.
const PAGES_MAX: usize = 60;

/// The subcode of a refusal for a template whose name and language are there already.
const KNOWN_THERE: i64 = 2_388_024;

impl WhatsappMessenger {
    async fn office(&self, tenant: TenantId) -> Result<(Account, String), OfficeError> {
        let account = self.accounts.account(tenant).await?;
        let account = account.ok_or(OfficeError::NoAccount)?;
        let Some(id) = &account.business_account_id else {
            return Err(OfficeError::NoAccount);
        };
        let url = format!(
            "{}/{}/{id}/message_templates",
            self.settings.base_url, self.settings.version
        );
        Ok((account, url))
    }

    fn patience(&self) -> StdDuration {
        StdDuration::from_millis(self.settings.timeout_ms)
    }
}

#[async_trait]
impl TemplateOffice for WhatsappMessenger {
    #[tracing::instrument(name = "whatsapp.submit_template", skip_all, fields(template = text.name.code()))]
    async fn submit(&self, tenant: TenantId, text: &TemplateText) -> Result<Submission, OfficeError> {
        let (account, url) = self.office(tenant).await?;
        let request = self.http.post(url).json(&submission(text));
        let (status, answer) = answered(request, &account, self.patience())
            .await
            .map_err(Outage::new)?;
        let body: Value = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(Submission::Taken(TemplateReport {
                name: text.name.code().to_owned(),
                language: text.language_code().to_owned(),
                provider_id: text_or_number(&body["id"]),
                word: body["status"].as_str().unwrap_or("PENDING").to_owned(),
                reason: None,
            }));
        }
        if body["error"]["error_subcode"].as_i64() == Some(KNOWN_THERE) {
            return Ok(Submission::KnownThere);
        }
        match refusal(status, &body) {
            Some(reason) => Ok(Submission::Refused { reason }),
            None => Err(no_answer(status).into()),
        }
    }

    #[tracing::instrument(name = "whatsapp.list_templates", skip_all)]
    async fn templates(&self, tenant: TenantId) -> Result<Vec<TemplateReport>, OfficeError> {
        let (account, url) = self.office(tenant).await?;
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut query = vec![
                ("fields", "id,name,language,status,rejected_reason".to_owned()),
                ("limit", PAGE.to_string()),
            ];
            query.extend(after.take().map(|after| ("after", after)));
            let request = self.http.get(&url).query(&query);
            let (status, answer) = answered(request, &account, self.patience())
                .await
                .map_err(Outage::new)?;
            if !status.is_success() {
                return Err(no_answer(status).into());
            }
            let page: Value = serde_json::from_slice(&answer).map_err(Outage::new)?;
            let rows = page["data"].as_array();
            let rows = rows.ok_or_else(|| Outage::new("the list of templates is no list"))?;
            found.extend(rows.iter().filter_map(listed));
            after = page["paging"]["next"]
                .as_str()
                .and(page["paging"]["cursors"]["after"].as_str())
                .map(str::to_owned);
            if after.is_none() {
                return Ok(found);
            }
        }
        Err(Outage::new("the list of templates has no end").into())
    }
}

/// A template as it is submitted.
fn submission(text: &TemplateText) -> Value {
    let mut body = json!({ "type": "BODY", "text": text.body });
    if !text.examples.is_empty() {
        body["example"] = json!({ "body_text": [text.examples] });
    }
    let mut components = vec![body];
    if !text.quick_replies.is_empty() {
        let buttons: Vec<Value> = text
            .quick_replies
            .iter()
            .map(|label| json!({ "type": "QUICK_REPLY", "text": label }))
            .collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    json!({
        "name": text.name.code(),
        "language": text.language_code(),
        "category": text.category.code(),
        "components": components,
    })
}

fn listed(row: &Value) -> Option<TemplateReport> {
    let text = |key: &str| row[key].as_str().map(str::to_owned);
    Some(TemplateReport {
        name: text("name")?,
        language: text("language")?,
        provider_id: text_or_number(&row["id"]),
        word: text("status")?,
        reason: text("rejected_reason").filter(|reason| reason != "NONE"),
    })
}

/// Why it was refused for good, in the provider's words; `None` where the same may go well later, or for others too.
fn refusal(status: StatusCode, body: &Value) -> Option<String> {
    let error = &body["error"];
    let about_the_template = status == StatusCode::BAD_REQUEST && error["code"].as_i64() == Some(100);
    let said = ["error_user_msg", "message"]
        .into_iter()
        .find_map(|key| error[key].as_str());
    about_the_template.then(|| said.unwrap_or("refused without a reason").to_owned())
}

fn no_answer(status: StatusCode) -> Outage {
    tracing::error!(
        status = status.as_u16(),
        "WhatsApp does not talk about templates; see the runbook"
    );
    Outage::new(format!("WhatsApp answered {} about templates", status.as_u16()))
}
