//! PesaPal's documented formats: what an order must look like, and what a status says.

use serde_json::{Map, Number, Value, json};
use time::OffsetDateTime;

use crate::answer::Answer;
use crate::cards::{Address, Means, NoticeMethod, Order, OrderState};
use crate::clock::in_nairobi;

/// A request that cannot be taken: PesaPal's code, or a word of ours where it has none, and the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    fn field(name: &str) -> Self {
        Self::new("invalid_request", format!("{name} is missing or not valid"))
    }
}

/// An order that may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Submission {
    pub(super) id: String,
    pub(super) currency: String,
    pub(super) cents: u64,
    pub(super) description: String,
    pub(super) callback_url: String,
    pub(super) cancellation_url: Option<String>,
    pub(super) notification_id: String,
    pub(super) phone: String,
}

/// A refund that may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refund {
    pub(super) confirmation_code: String,
    pub(super) cents: u64,
    pub(super) username: String,
    pub(super) remarks: String,
}

/// The answer to what cannot be done. Its HTTP status is 200: only the body says that it is an error.
pub(super) fn error(code: &str, message: &str) -> Answer {
    Answer::json(
        200,
        &json!({
            "error": { "error_type": "api_error", "code": code, "message": message },
            "status": "500",
            "message": message,
        }),
    )
}

/// Reads a new order.
pub(super) fn submission(body: &[u8]) -> Result<Submission, Refusal> {
    let object = object(body)?;
    let text = |name: &str| text(&object, name).ok_or_else(|| Refusal::field(name));
    let id = text("id")?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    if id.len() > 50 || !id.bytes().all(allowed) {
        return Err(Refusal::field("id"));
    }
    let currency = text("currency")?;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Refusal::field("currency"));
    }
    // A number here, and text in a refund.
    let cents = match object.get("amount") {
        Some(Value::Number(number)) => cents(number),
        Some(Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) | None => {
            None
        }
    };
    let cents = cents
        .filter(|cents| *cents > 0)
        .ok_or_else(|| Refusal::field("amount"))?;
    let description = text("description")?;
    if description.chars().count() > 100 {
        return Err(Refusal::field("description"));
    }
    let callback_url = text("callback_url")?;
    if !is_url(&callback_url) {
        return Err(Refusal::field("callback_url"));
    }
    let cancellation_url = self::text(&object, "cancellation_url");
    if cancellation_url.as_deref().is_some_and(|url| !is_url(url)) {
        return Err(Refusal::field("cancellation_url"));
    }
    if let Some(mode) = self::text(&object, "redirect_mode")
        && !matches!(mode.as_str(), "TOP_WINDOW" | "PARENT_WINDOW")
    {
        return Err(Refusal::field("redirect_mode"));
    }
    Ok(Submission {
        id,
        currency,
        cents,
        description,
        callback_url,
        cancellation_url,
        notification_id: text("notification_id")?,
        phone: payer(&object)?,
    })
}

/// The phone of the billing address, which needs that or an e-mail address.
fn payer(order: &Map<String, Value>) -> Result<String, Refusal> {
    let Some(Value::Object(address)) = order.get("billing_address") else {
        return Err(Refusal::field("billing_address"));
    };
    let known = [
        "phone_number",
        "email_address",
        "country_code",
        "first_name",
        "middle_name",
        "last_name",
        "line_1",
        "line_2",
        "city",
        "state",
        "postal_code",
        "zip_code",
    ];
    for name in known {
        // All of it is text, the phone too.
        if !matches!(address.get(name), None | Some(Value::Null | Value::String(_))) {
            return Err(Refusal::field(&format!("billing_address.{name}")));
        }
    }
    let long = |name: &str, max: usize| text(address, name).is_some_and(|it| it.chars().count() > max);
    if long("country_code", 2) || long("state", 3) {
        return Err(Refusal::field("billing_address"));
    }
    match (text(address, "phone_number"), text(address, "email_address")) {
        (None, None) => Err(Refusal::field("billing_address.email_address or phone_number")),
        (phone, _) => Ok(phone.unwrap_or_default().trim_start_matches('+').to_owned()),
    }
}

/// Reads a request for a refund; its amount is text in the documentation and a number in some clients.
pub(super) fn refund(body: &[u8]) -> Result<Refund, Refusal> {
    let object = object(body)?;
    let text = |name: &str| text(&object, name).ok_or_else(|| Refusal::field(name));
    let cents = match object.get("amount") {
        Some(Value::Number(number)) => cents(number),
        Some(Value::String(amount)) => decimal(amount),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    };
    Ok(Refund {
        confirmation_code: text("confirmation_code")?,
        cents: cents.ok_or_else(|| Refusal::field("amount"))?,
        username: text("username")?,
        remarks: text("remarks")?,
    })
}

/// Reads a registration: the address, and how it wants its notices.
pub(super) fn registration(body: &[u8]) -> Result<(String, NoticeMethod), Refusal> {
    let object = object(body)?;
    let url = text(&object, "url")
        .filter(|url| is_url(url))
        .ok_or_else(|| Refusal::field("url"))?;
    match text(&object, "ipn_notification_type").as_deref() {
        Some("GET") => Ok((url, NoticeMethod::Get)),
        Some("POST") => Ok((url, NoticeMethod::Post)),
        Some(_) | None => Err(Refusal::field("ipn_notification_type")),
    }
}

/// One field of a body, as text.
pub(super) fn field(body: &[u8], name: &str) -> Option<String> {
    text(&object(body).ok()?, name)
}

/// A registered address, as it goes out.
pub(super) fn address(address: &Address) -> Value {
    let (number, word) = match address.method {
        NoticeMethod::Get => (0, "GET"),
        NoticeMethod::Post => (1, "POST"),
    };
    json!({
        "url": address.url,
        "created_date": format!("{}Z", moment(address.created_at, 2)),
        "ipn_id": address.ipn_id,
        "notification_type": number,
        "ipn_notification_type_description": word,
        "ipn_status": 1,
        // Misspelt on the wire.
        "ipn_status_decription": "Active",
        "error": null,
        "status": "200",
    })
}

/// The status of an order, which a fault may have lied about.
pub(super) fn status(order: &Order, status_code: Option<u8>) -> String {
    let truth = match order.state {
        OrderState::Untouched => 0,
        OrderState::Paid => 1,
        OrderState::Failed => 2,
        OrderState::Reversed => 3,
    };
    let code = status_code.unwrap_or(truth);
    let description = match code {
        0 => "INVALID",
        1 => "COMPLETED",
        2 => "FAILED",
        3 => "REVERSED",
        _ => "PENDING",
    };
    let (method, account) = match order.means {
        None => ("", ""),
        Some(Means::Card) => ("Visa", "476173**0010"),
        Some(Means::Mobile) => ("MpesaKE", "2547xxx00123"),
    };
    let (message, error, status) = if code == 0 {
        let error =
            r#"{"error_type":"api_error","code":"payment_details_not_found","message":"Pending Payment"}"#;
        ("Pending Payment", error, "500")
    } else {
        let nulls = r#"{"error_type":null,"code":null,"message":null}"#;
        ("Request processed successfully", nulls, "200")
    };
    // Written by hand: the amount is a decimal with two places, which a JSON library would not keep.
    format!(
        r#"{{"payment_method":{},"amount":{},"created_date":{},"confirmation_code":{},"order_tracking_id":{},"payment_status_description":"{description}","description":null,"message":"{message}","payment_account":{},"call_back_url":{},"status_code":{code},"merchant_reference":{},"account_number":null,"payment_status_code":"","currency":{},"error":{error},"status":"{status}"}}"#,
        json!(method),
        money(order.paid_cents.unwrap_or(order.amount_cents)),
        // It has no zone, and is Nairobi's.
        json!(moment(in_nairobi(order.created_at), 2)),
        json!(order.confirmation_code.as_deref().unwrap_or_default()),
        json!(order.order_tracking_id),
        json!(account),
        json!(order.callback_url),
        json!(order.merchant_reference),
        json!(order.currency),
    )
}

/// `at` on its own clock, with `digits` of a second's fraction, seven at most.
pub(super) fn moment(at: OffsetDateTime, digits: usize) -> String {
    let fraction = format!("{:07}", at.nanosecond() / 100);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        fraction.get(..digits).unwrap_or(&fraction)
    )
}

/// Cents as a decimal with two places.
pub(super) fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn cents(number: &Number) -> Option<u64> {
    decimal(&number.to_string())
}

fn decimal(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let fraction: u64 = format!("{fraction:0<2}").parse().ok()?;
    whole.checked_mul(100)?.checked_add(fraction)
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Refusal::new("invalid_request", "The request cannot be read")),
    }
}

/// A field that has to be text and not empty.
fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = object.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_url(text: &str) -> bool {
    reqwest::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests;
