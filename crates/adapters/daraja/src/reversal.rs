//! Money that is taken back: the request, the question what became of it, and the results of both.
//!
//! All of it is asynchronous: the answer to a request says only whether it was taken on, and what happened is POSTed to
//! the address that came with it.

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId};
use ratiba_payments::evidence::{Heard, RawAnswer};
use ratiba_payments::failure::ProviderCode;
use ratiba_payments::ports::{AccessToken, Brings, MoneyBack, ResultReader, ReversalOrder, Unreadable};
use ratiba_payments::reference::{CallbackToken, Receipt};
use ratiba_payments::refund::{OriginatorId, ReversalAnswer, ReversalReport, ReversalVerdict};
use serde::Serialize;
use serde_json::Value;

use crate::callback::cents;
use crate::client::{DarajaClient, Line};
use crate::settings::{Account, Operator};
use crate::wire::{Meaning, is_token_error, scalar};

/// Where a reversal is asked for.
pub const REVERSAL_PATH: &str = "/mpesa/reversal/v1/request";
/// Where it is asked what became of a request.
pub const STATUS_PATH: &str = "/mpesa/transactionstatus/v1/query";

/// Shown in the organisation's portal beside the movement; 2 to 100 characters.
const REMARKS: &str = "Refund";

/// The request to take a transaction back.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReversalRequest<'a> {
    /// The operator's name.
    pub initiator: &'a str,
    /// The operator's password, encrypted under the provider's certificate.
    pub security_credential: &'a str,
    /// Always `TransactionReversal`.
    #[serde(rename = "CommandID")]
    pub command_id: &'a str,
    /// The receipt of the transaction.
    #[serde(rename = "TransactionID")]
    pub transaction_id: &'a str,
    /// Whole shillings.
    pub amount: i64,
    /// Our own short code.
    pub receiver_party: &'a str,
    /// Always `11`, and misspelt on the wire.
    #[serde(rename = "RecieverIdentifierType")]
    pub receiver_identifier_type: &'a str,
    /// Where the result goes.
    #[serde(rename = "ResultURL")]
    pub result_url: &'a str,
    /// Where it is told that the request was not delivered in time.
    #[serde(rename = "QueueTimeOutURL")]
    pub queue_time_out_url: &'a str,
    /// 2 to 100 characters.
    pub remarks: &'a str,
}

/// The question what became of a request.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatusRequest<'a> {
    /// The operator's name.
    pub initiator: &'a str,
    /// The operator's password, encrypted under the provider's certificate.
    pub security_credential: &'a str,
    /// Always `TransactionStatusQuery`.
    #[serde(rename = "CommandID")]
    pub command_id: &'a str,
    /// The id that the request was taken on under.
    #[serde(rename = "OriginalConversationID")]
    pub original_conversation_id: &'a str,
    /// Our own short code.
    pub party_a: &'a str,
    /// Always `4`.
    pub identifier_type: &'a str,
    /// Where the answer goes.
    #[serde(rename = "ResultURL")]
    pub result_url: &'a str,
    /// Where it is told that the question was not delivered in time.
    #[serde(rename = "QueueTimeOutURL")]
    pub queue_time_out_url: &'a str,
    /// At most 100 characters.
    pub remarks: &'a str,
    /// Free text.
    pub occasion: &'a str,
}

/// What the answer to a request means. A refusal of Daraja's is certain; what the edge turned away was not asked;
/// everything unclear is unknown.
#[must_use]
pub fn answer_meaning(status: u16, body: &str) -> Meaning<ReversalAnswer> {
    let json: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let rejected = |code: Option<&str>| {
        Meaning::Answer(ReversalAnswer::Rejected {
            code: code.map(ProviderCode::new),
        })
    };
    if let Some(code) = scalar(&json, "errorCode") {
        return match status {
            400..=499 if is_token_error(&code) => Meaning::TokenRefused,
            429 => Meaning::Answer(ReversalAnswer::NotSent),
            400..=499 => rejected(Some(&code)),
            _unclear => Meaning::Answer(ReversalAnswer::Unknown),
        };
    }
    match (status, scalar(&json, "ResponseCode").as_deref()) {
        (200, Some("0")) => {
            let id = scalar(&json, "OriginatorConversationID").unwrap_or_default();
            Meaning::Answer(match OriginatorId::parse(&id) {
                Ok(id) => ReversalAnswer::Accepted(id),
                Err(_malformed) => ReversalAnswer::Unknown,
            })
        }
        (200, Some(code)) => rejected(Some(code)),
        (401, _) => Meaning::TokenRefused,
        // The edge turned the request away before Daraja saw it.
        (400 | 403 | 404 | 405 | 429, _) => Meaning::Answer(ReversalAnswer::NotSent),
        _unclear => Meaning::Answer(ReversalAnswer::Unknown),
    }
}

/// A call that needs the operator, once more if the token was refused.
enum Call<'a> {
    Reverse(&'a ReversalOrder),
    Status(&'a OriginatorId, &'a CallbackToken),
}

impl DarajaClient {
    async fn call(
        &self,
        account: &Account,
        operator: &Operator,
        call: &Call<'_>,
        token: &AccessToken,
    ) -> (Meaning<ReversalAnswer>, Option<RawAnswer>) {
        let settings = &account.settings;
        let (path, secret) = match call {
            Call::Reverse(order) => (REVERSAL_PATH, &order.token),
            Call::Status(_, secret) => (STATUS_PATH, *secret),
        };
        let (result, timeout) = (
            settings.result_url(secret.reveal()),
            settings.timeout_url(secret.reveal()),
        );
        let url = settings.endpoint(path);
        let sent = match call {
            Call::Reverse(order) => {
                let Ok(amount) = order.amount.whole_units() else {
                    return (Meaning::Answer(ReversalAnswer::NotSent), None);
                };
                let request = ReversalRequest {
                    initiator: operator.name(),
                    security_credential: operator.credential().reveal(),
                    command_id: "TransactionReversal",
                    transaction_id: order.original.as_str(),
                    amount,
                    receiver_party: settings.short_code(),
                    receiver_identifier_type: "11",
                    result_url: &result,
                    queue_time_out_url: &timeout,
                    remarks: REMARKS,
                };
                self.post(&url, token, &request, self.timeouts.push).await
            }
            Call::Status(request, _) => {
                let request = StatusRequest {
                    initiator: operator.name(),
                    security_credential: operator.credential().reveal(),
                    command_id: "TransactionStatusQuery",
                    original_conversation_id: request.as_str(),
                    party_a: settings.short_code(),
                    identifier_type: "4",
                    result_url: &result,
                    queue_time_out_url: &timeout,
                    remarks: REMARKS,
                    occasion: "",
                };
                self.post(&url, token, &request, self.timeouts.query).await
            }
        };
        self.note(Line::Reversals, settings, &sent);
        match sent {
            Ok((status, body)) => (answer_meaning(status, &body), Some(RawAnswer::new(&body))),
            // No connection stood, so nothing was asked.
            Err(error) if error.is_connect() || error.is_builder() => {
                (Meaning::Answer(ReversalAnswer::NotSent), None)
            }
            Err(_lost) => (Meaning::Answer(ReversalAnswer::Unknown), None),
        }
    }

    async fn ask_operator(&self, tenant: TenantId, call: Call<'_>) -> Heard<ReversalAnswer> {
        let not_sent = |raw| Heard {
            answer: ReversalAnswer::NotSent,
            raw,
        };
        let account = match self.accounts.account(tenant).await {
            Ok(account) => account,
            Err(outage) => {
                tracing::error!(error = ?outage, "the daraja account cannot be read");
                return not_sent(None);
            }
        };
        let Some(operator) = account.settings.operator() else {
            return not_sent(None);
        };
        // It goes back to waiting, and is sent again.
        if self.is_left_alone(Line::Reversals, &account) {
            return not_sent(None);
        }
        let mut refused = None;
        loop {
            let token = match self.tokens.token(&account, refused.as_ref()).await {
                Ok(token) => token,
                Err(no_token) => {
                    self.note_no_token(Line::Reversals, &account, &no_token);
                    tracing::error!(error = ?no_token, "no reversal was asked for want of an access token");
                    return not_sent(None);
                }
            };
            match self.call(&account, operator, &call, &token).await {
                (Meaning::Answer(answer), raw) => return Heard { answer, raw },
                (Meaning::TokenRefused, raw) if refused.is_some() => return not_sent(raw),
                (Meaning::TokenRefused, _) => refused = Some(token),
            }
        }
    }
}

#[async_trait]
impl MoneyBack for DarajaClient {
    async fn offers_reversal(&self, tenant: TenantId) -> Result<bool, Outage> {
        Ok(self.accounts.account(tenant).await?.settings.operator().is_some())
    }

    async fn reverse(&self, tenant: TenantId, order: ReversalOrder) -> Heard<ReversalAnswer> {
        self.ask_operator(tenant, Call::Reverse(&order)).await
    }

    async fn ask_status(
        &self,
        tenant: TenantId,
        request: &OriginatorId,
        token: &CallbackToken,
    ) -> Heard<bool> {
        let Heard { answer, raw } = self.ask_operator(tenant, Call::Status(request, token)).await;
        Heard {
            answer: matches!(answer, ReversalAnswer::Accepted(_)),
            raw,
        }
    }
}

/// Reads the results of reversals, and of questions about them.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReversalResultReader;

impl ResultReader for ReversalResultReader {
    fn read_result(&self, body: &[u8], brings: Brings) -> Result<ReversalReport, Unreadable> {
        let json: Value = serde_json::from_slice(body).map_err(|_| Unreadable("not json"))?;
        let result = json.get("Result").ok_or(Unreadable("no Result"))?;
        let id =
            scalar(result, "OriginatorConversationID").ok_or(Unreadable("no OriginatorConversationID"))?;
        let originator = OriginatorId::parse(&id).map_err(|_| Unreadable("the id is malformed"))?;
        let code = scalar(result, "ResultCode").ok_or(Unreadable("no ResultCode"))?;
        let verdict = match brings {
            Brings::Result => of_reversal(result, &code)?,
            Brings::Status => of_status(result, &code)?,
        };
        Ok(ReversalReport { originator, verdict })
    }
}

/// What the code of a reversal's own result says. A code that nobody knows proves nothing.
fn of_reversal(result: &Value, code: &str) -> Result<ReversalVerdict, Unreadable> {
    Ok(match code {
        "0" => ReversalVerdict::Done {
            receipt: receipt(scalar(result, "TransactionID"))?,
            amount: amount(result)?,
            original: receipt(parameter(result, "OriginalTransactionID"))?,
        },
        "R000001" => ReversalVerdict::DoneBefore,
        "R000002" | "1" | "11" | "21" | "2001" | "2006" | "2028" | "8006" => ReversalVerdict::Refused {
            code: ProviderCode::new(code),
        },
        _unknown => ReversalVerdict::Unclear,
    })
}

/// What the answer to the question says about the transaction asked about. Only that it was completed is certain; that
/// the question failed, or any other state, proves nothing.
fn of_status(result: &Value, code: &str) -> Result<ReversalVerdict, Unreadable> {
    let completed = parameter(result, "TransactionStatus").is_some_and(|word| word == "Completed");
    if code != "0" || !completed {
        return Ok(ReversalVerdict::Unclear);
    }
    Ok(ReversalVerdict::Done {
        receipt: receipt(parameter(result, "ReceiptNo"))?,
        amount: amount(result)?,
        original: None,
    })
}

fn receipt(text: Option<String>) -> Result<Option<Receipt>, Unreadable> {
    let parsed = text.map(|text| Receipt::parse(&text).map_err(|_| Unreadable("a receipt is malformed")));
    parsed.transpose()
}

fn amount(result: &Value) -> Result<Option<Money>, Unreadable> {
    let Some(text) = parameter(result, "Amount") else {
        return Ok(None);
    };
    let minor = cents(&text).ok_or(Unreadable("the amount is malformed"))?;
    Ok(Some(Money::kes_minor(minor)))
}

/// The value of the parameter of that name: one object or a list, and perhaps without a value.
fn parameter(result: &Value, name: &str) -> Option<String> {
    let parameters = result.pointer("/ResultParameters/ResultParameter")?;
    let named = |item: &&Value| item.get("Key").and_then(Value::as_str) == Some(name);
    match parameters {
        Value::Array(items) => items.iter().filter(named).find_map(|item| scalar(item, "Value")),
        Value::Object(_) if named(&parameters) => scalar(parameters, "Value"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
