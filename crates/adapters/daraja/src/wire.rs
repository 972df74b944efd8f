//! Daraja's words: what is sent, what comes back, and what the codes mean.
//!
//! Every scalar may come as a number or as a string, answers may be HTML or empty, and one error code means
//! half a dozen things. Whatever is not certain is unknown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ratiba_payments::evidence::{PushAnswer, QueryAnswer};
use ratiba_payments::failure::{FailureReason, ProviderCode};
use ratiba_payments::reference::ProviderIds;
use serde::Serialize;
use serde_json::Value;
use time::macros::{format_description, offset};
use time::{OffsetDateTime, PrimitiveDateTime};

/// Where a token is asked for.
pub const TOKEN_PATH: &str = "/oauth/v1/generate?grant_type=client_credentials";
/// Where a prompt is asked for.
pub const PUSH_PATH: &str = "/mpesa/stkpush/v1/processrequest";
/// Where it is asked what became of a prompt.
pub const QUERY_PATH: &str = "/mpesa/stkpushquery/v1/query";
/// What of a request nobody but Daraja may know, by the names of its members.
pub const SENT_IN_CONFIDENCE: [&str; 5] = [
    "Password",
    "SecurityCredential",
    "CallBackURL",
    "ResultURL",
    "QueueTimeOutURL",
];

/// The request for a prompt.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PushRequest<'a> {
    /// The paybill number, or for a till the head office's.
    pub business_short_code: &'a str,
    /// See [`password`].
    pub password: &'a str,
    /// The same 14 characters as in the password.
    pub timestamp: &'a str,
    /// Paybill or till.
    pub transaction_type: &'a str,
    /// Whole shillings.
    pub amount: i64,
    /// The payer, 12 digits.
    pub party_a: &'a str,
    /// The receiver.
    pub party_b: &'a str,
    /// Whose handset gets the prompt.
    pub phone_number: &'a str,
    /// Where the callback goes.
    #[serde(rename = "CallBackURL")]
    pub callback_url: &'a str,
    /// At most 12 characters.
    pub account_reference: &'a str,
    /// At most 13 characters.
    pub transaction_desc: &'a str,
}

/// The question what became of a prompt.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryRequest<'a> {
    /// As in the request for the prompt.
    pub business_short_code: &'a str,
    /// See [`password`].
    pub password: &'a str,
    /// The same 14 characters as in the password.
    pub timestamp: &'a str,
    /// Which prompt.
    #[serde(rename = "CheckoutRequestID")]
    pub checkout_request_id: &'a str,
}

/// `YYYYMMDDHHmmss` in Nairobi, which knows no daylight saving.
#[must_use]
pub fn timestamp(at: OffsetDateTime) -> String {
    let format = format_description!("[year][month][day][hour][minute][second]");
    // A date has all the parts that the format names.
    at.to_offset(offset!(+3)).format(&format).unwrap_or_default()
}

/// Reads what [`timestamp`] writes; `None` for anything else.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<OffsetDateTime> {
    let format = format_description!("[year][month][day][hour][minute][second]");
    let local = PrimitiveDateTime::parse(text, &format).ok()?;
    Some(local.assume_offset(offset!(+3)).to_offset(time::UtcOffset::UTC))
}

/// What Daraja calls a password: the short code, the passkey and the timestamp in base64.
#[must_use]
pub fn password(short_code: &str, passkey: &str, timestamp: &str) -> String {
    STANDARD.encode(format!("{short_code}{passkey}{timestamp}"))
}

/// The value of the header that asks for a token.
#[must_use]
pub fn basic(consumer_key: &str, consumer_secret: &str) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{consumer_key}:{consumer_secret}"))
    )
}

/// A scalar that may have come as a number or as a string; `None` if it is missing, empty or no scalar.
#[must_use]
pub fn scalar(object: &Value, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// What a result code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultMeaning {
    /// Money moved.
    Paid,
    /// Over, without money.
    Failed(FailureReason),
    /// Not over yet; a query says so.
    Pending,
    /// Nobody knows.
    Unrecognised,
}

/// What a result code means, in a callback or in the answer to a query.
#[must_use]
pub fn result_meaning(code: &str) -> ResultMeaning {
    let reason = match code {
        "0" => return ResultMeaning::Paid,
        "4999" => return ResultMeaning::Pending,
        "1" => FailureReason::InsufficientFunds,
        "2" | "3" => FailureReason::AmountOutsideLimits,
        "4" => FailureReason::DailyLimit,
        "8" => FailureReason::ReceiverFull,
        "17" => FailureReason::RepeatedTooSoon,
        "26" => FailureReason::SystemBusy,
        "1001" => FailureReason::PayerBusy,
        "1019" => FailureReason::Expired,
        "1025" | "9999" => FailureReason::PromptNotDelivered,
        "1031" | "1032" => FailureReason::DeclinedByPayer,
        "1037" => FailureReason::Unreachable,
        "2001" => FailureReason::WrongPin,
        "8006" => FailureReason::PinBlocked,
        "2028" | "SFC_IC0003" => FailureReason::Misconfigured,
        _other => return ResultMeaning::Unrecognised,
    };
    ResultMeaning::Failed(reason)
}

/// What an HTTP answer means, or that the token was refused and a new one may help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning<T> {
    /// This.
    Answer(T),
    /// The token is invalid or has expired; the call itself was not looked at.
    TokenRefused,
}

/// What the answer to a submission means. 4xx is certainly not accepted; 5xx, and anything that does not
/// say clearly what it is, is unknown.
#[must_use]
pub fn push_meaning(status: u16, body: &str) -> Meaning<PushAnswer> {
    let rejected = |reason, code: Option<&str>| {
        Meaning::Answer(PushAnswer::Rejected {
            reason,
            code: code.map(ProviderCode::new),
        })
    };
    let json: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    if let Some(code) = scalar(&json, "errorCode") {
        if (400..500).contains(&status) && is_token_error(&code) {
            return Meaning::TokenRefused;
        }
        let message = scalar(&json, "errorMessage").unwrap_or_default().to_lowercase();
        return match refusal(status, &code, &message) {
            Some(reason) => rejected(reason, Some(&code)),
            None => Meaning::Answer(PushAnswer::Unknown),
        };
    }
    if status == 200 && scalar(&json, "ResponseCode").as_deref() == Some("0") {
        let tracking = scalar(&json, "CheckoutRequestID").unwrap_or_default();
        let request = scalar(&json, "MerchantRequestID");
        return Meaning::Answer(match ProviderIds::new(&tracking, request.as_deref()) {
            Ok(ids) => PushAnswer::Accepted(ids),
            Err(_malformed) => PushAnswer::Unknown,
        });
    }
    match status {
        401 => Meaning::TokenRefused,
        // The edge turned the request away before Daraja saw it.
        400 | 403 | 404 | 405 => rejected(FailureReason::ProviderUnavailable, None),
        429 => rejected(FailureReason::SystemBusy, None),
        _unclear => Meaning::Answer(PushAnswer::Unknown),
    }
}

pub(crate) fn is_token_error(code: &str) -> bool {
    matches!(code, "400.003.01" | "401.002.01" | "401.003.01" | "404.001.03")
}

/// Why a submission with this error was certainly not accepted; `None` if it is not certain.
fn refusal(status: u16, code: &str, message: &str) -> Option<FailureReason> {
    const OUR_SETUP: [&str; 3] = [
        "merchant does not exist",
        "wrong credentials",
        "no apiproduct match found",
    ];
    const OTHER_SESSION: [&str; 2] = ["unable to lock subscriber", "transaction is already in process"];
    if OUR_SETUP.iter().any(|fragment| message.contains(fragment)) {
        return Some(FailureReason::Misconfigured);
    }
    if OTHER_SESSION.iter().any(|fragment| message.contains(fragment)) {
        return Some(FailureReason::PayerBusy);
    }
    match status {
        400 | 401 | 403 | 404 | 405 if code.starts_with("400.002.") => Some(invalid_field(message)),
        400 | 401 | 403 | 404 | 405 => Some(FailureReason::Misconfigured),
        429 => Some(FailureReason::SystemBusy),
        _unclear => None,
    }
}

/// Which field is invalid says who can do something about it.
fn invalid_field(message: &str) -> FailureReason {
    if message.contains("phone") || message.contains("partya") {
        FailureReason::RequestRefused
    } else if message.contains("amount") {
        FailureReason::AmountOutsideLimits
    } else {
        FailureReason::Misconfigured
    }
}

/// What the answer to a query about `tracking` means. An error is no answer, never a failure.
#[must_use]
pub fn query_meaning(status: u16, body: &str, tracking: &str) -> Meaning<QueryAnswer> {
    let json: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    if let Some(code) = scalar(&json, "errorCode") {
        if (400..500).contains(&status) && is_token_error(&code) {
            return Meaning::TokenRefused;
        }
        let message = scalar(&json, "errorMessage").unwrap_or_default().to_lowercase();
        let pending = message.contains("being processed");
        return Meaning::Answer(if pending {
            QueryAnswer::Pending
        } else {
            QueryAnswer::NoAnswer
        });
    }
    if status == 401 {
        return Meaning::TokenRefused;
    }
    let worked = status == 200 && scalar(&json, "ResponseCode").as_deref() == Some("0");
    let about_it = scalar(&json, "CheckoutRequestID").is_none_or(|told| told == tracking);
    let code = scalar(&json, "ResultCode");
    Meaning::Answer(match code {
        Some(code) if worked && about_it => {
            let named = ProviderCode::new(&code);
            match result_meaning(&code) {
                ResultMeaning::Paid => QueryAnswer::Paid,
                ResultMeaning::Failed(reason) => QueryAnswer::Failed { reason, code: named },
                ResultMeaning::Pending => QueryAnswer::Pending,
                ResultMeaning::Unrecognised => QueryAnswer::Unrecognised { code: named },
            }
        }
        Some(_) | None => QueryAnswer::NoAnswer,
    })
}

/// A token and its life in seconds, as the token endpoint gives them.
///
/// A life that is missing or absurd is taken for five minutes: too short costs a request, too long breaks
/// payments.
#[must_use]
pub fn token_meaning(body: &str) -> Option<(String, i64)> {
    let json: Value = serde_json::from_str(body).ok()?;
    let token = scalar(&json, "access_token")?;
    let sound = token.len() <= 4_096 && token.bytes().all(|b| b.is_ascii_graphic());
    let life = scalar(&json, "expires_in").and_then(|life| life.parse().ok());
    let life = life.filter(|life| (60..=86_400).contains(life)).unwrap_or(300);
    sound.then_some((token, life))
}

/// Whether an answer is a sign of trouble at the provider: too many calls, or an error of its own that says nothing about
/// what was asked. `500.001.1001` is about what was asked, whatever it means.
#[must_use]
pub fn is_trouble(status: u16, body: &str) -> bool {
    status == 429 || (status >= 500 && !body.contains("500.001.1001"))
}

#[cfg(test)]
mod tests;
