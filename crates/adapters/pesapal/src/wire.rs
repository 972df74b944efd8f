//! PesaPal's words: what is sent, what comes back, and what it means.
//!
//! The HTTP status is often 200 even for an error, the answer's own status may be a string or a number, and an
//! order that nobody has touched looks like an error. Whatever is not certain is unknown.

use ratiba_kernel::{Currency, Money};
use ratiba_payments::card::{CancelAnswer, CardRefundAnswer, CardReport, CardStatus, OpenAnswer, PageUrl};
use ratiba_payments::failure::{FailureReason, ProviderCode};
use ratiba_payments::ports::{CardOrder, CardRefundOrder};
use ratiba_payments::reference::{ProviderIds, Receipt};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// Where a token is asked for.
pub const TOKEN_PATH: &str = "/api/Auth/RequestToken";
/// Where an address for notices is registered.
pub const REGISTER_PATH: &str = "/api/URLSetup/RegisterIPN";
/// Where an order is opened.
pub const ORDER_PATH: &str = "/api/Transactions/SubmitOrderRequest";
/// Where it is asked how an order stands; the tracking id follows.
pub const STATUS_PATH: &str = "/api/Transactions/GetTransactionStatus?orderTrackingId=";
/// Where money is asked back.
pub const REFUND_PATH: &str = "/api/Transactions/RefundRequest";
/// Where an order is cancelled.
pub const CANCEL_PATH: &str = "/api/Transactions/CancelOrder";

/// How long a token lives.
const TOKEN_LIFE: Duration = Duration::minutes(5);
/// A life that is told and shorter than this is a clock that goes wrong.
const TOKEN_LIFE_LEAST: Duration = Duration::seconds(60);

/// The longest id that is taken from PesaPal.
const ID_MAX: usize = 64;

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

/// Whether a text is made of what ids may have, so that it can stand in an address as it is.
#[must_use]
pub fn is_plain_id(text: &str, most: usize) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    (1..=most).contains(&text.len()) && text.bytes().all(plain) && text.bytes().any(|b| b != b'.')
}

/// An answer, with what every answer has.
struct Answer {
    http: u16,
    json: Value,
}

impl Answer {
    fn new(http: u16, body: &str) -> Self {
        Self {
            http,
            json: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    /// The code of the error, if it has one. An error may be `null`, absent, or an object of nulls.
    fn error_code(&self) -> Option<String> {
        self.json.get("error").and_then(|error| scalar(error, "code"))
    }

    /// The one rule of success, which is more than the HTTP status.
    fn is_success(&self) -> bool {
        (200..300).contains(&self.http)
            && scalar(&self.json, "status").as_deref() == Some("200")
            && self.error_code().is_none()
    }

    fn text(&self, name: &str) -> Option<String> {
        scalar(&self.json, name)
    }
}

/// Whether the token was refused, so that the call itself was not looked at.
#[must_use]
pub fn is_token_refusal(http: u16, body: &str) -> bool {
    http == 401 || Answer::new(http, body).error_code().as_deref() == Some("invalid_api_credentials_provided")
}

/// Whether an answer is a sign of trouble at PesaPal: too many calls, or an error of its gateway. An error that PesaPal
/// names is an answer, whatever its status.
#[must_use]
pub fn is_trouble(http: u16, body: &str) -> bool {
    http == 429 || (http >= 500 && Answer::new(http, body).error_code().is_none())
}

/// The body that asks for a token.
#[must_use]
pub fn token_request(consumer_key: &str, consumer_secret: &str) -> String {
    json!({ "consumer_key": consumer_key, "consumer_secret": consumer_secret }).to_string()
}

/// What the token endpoint said.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenMeaning {
    /// A token.
    Token {
        /// The token itself.
        secret: String,
        /// Until when it is good.
        expires_at: OffsetDateTime,
    },
    /// The key or the secret is wrong; often with HTTP status 200.
    Refused,
    /// Neither.
    Unclear,
}

/// What the token endpoint said to a request of `asked_at`.
///
/// The end that it tells is taken if it lies within the five minutes that tokens live; a clock that goes
/// wrong is not believed, since a token that is refused is renewed anyway.
#[must_use]
pub fn token_meaning(http: u16, body: &str, asked_at: OffsetDateTime) -> TokenMeaning {
    let answer = Answer::new(http, body);
    // Only the documented code says so: the edge in front of it may turn anything away for a while.
    if answer.error_code().as_deref() == Some("invalid_consumer_key_or_secret_provided") {
        return TokenMeaning::Refused;
    }
    let secret = answer
        .text("token")
        .filter(|token| token.len() <= 8_192 && token.bytes().all(|b| b.is_ascii_graphic()));
    let Some(secret) = secret.filter(|_| answer.is_success()) else {
        return TokenMeaning::Unclear;
    };
    let latest = asked_at + TOKEN_LIFE;
    let told = answer.text("expiryDate").and_then(|text| instant(&text));
    let expires_at = told
        .filter(|end| *end > asked_at + TOKEN_LIFE_LEAST && *end <= latest)
        .unwrap_or(latest);
    TokenMeaning::Token { secret, expires_at }
}

/// An instant in UTC with any number of fractional digits, of which the seventh and the zone may be missing.
fn instant(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339))
        .ok()
}

/// The body that registers an address for notices.
#[must_use]
pub fn register_request(url: &str) -> String {
    json!({ "url": url, "ipn_notification_type": "POST" }).to_string()
}

/// The id of an address that was registered; `None` if it was not.
#[must_use]
pub fn register_meaning(http: u16, body: &str) -> Option<String> {
    let answer = Answer::new(http, body);
    let id = answer.text("ipn_id").filter(|id| is_plain_id(id, ID_MAX));
    id.filter(|_| answer.is_success())
}

/// The body that opens an order.
#[must_use]
pub fn order_request(order: &CardOrder, notice_id: &str, return_url: &str) -> String {
    let rest = json!({
        "id": order.reference.as_str(),
        "currency": order.amount.currency().code(),
        "description": order.description,
        "callback_url": return_url,
        "cancellation_url": return_url,
        "notification_id": notice_id,
        "billing_address": { "phone_number": order.payer.e164() },
    })
    .to_string();
    // The amount is a JSON number that must keep its cents, so it is written as decimal text and never is a
    // binary fraction on our side.
    let amount = decimal(order.amount);
    format!("{{\"amount\":{amount},{}", rest.trim_start_matches('{'))
}

/// An amount with two decimals, as PesaPal writes amounts.
#[must_use]
pub fn decimal(amount: Money) -> String {
    let minor = amount.amount_minor();
    let sign = if minor < 0 { "-" } else { "" };
    let cents = minor.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// A decimal amount in cents, without ever being a float; `None` if it has fractions of a cent, a sign or an
/// exponent.
#[must_use]
pub fn cents(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let (hundredths, beyond) = fraction.split_at(fraction.len().min(2));
    if beyond.bytes().any(|b| b != b'0') {
        return None;
    }
    let hundredths: i64 = format!("{hundredths:0<2}").parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(hundredths)
}

/// What the answer to an order means. An error with a code is certainly no order; what does not say clearly
/// what it is, is unknown.
#[must_use]
pub fn open_meaning(http: u16, body: &str, reference: &str) -> OpenAnswer {
    let answer = Answer::new(http, body);
    if answer.is_success() {
        let about_it = answer
            .text("merchant_reference")
            .is_none_or(|told| told == reference);
        let tracking = answer.text("order_tracking_id").unwrap_or_default();
        let page = PageUrl::parse(&answer.text("redirect_url").unwrap_or_default());
        return match (tracking_ids(&tracking).filter(|_| about_it), page) {
            (Some(ids), Ok(page)) => OpenAnswer::Created { ids, page },
            (Some(ids), Err(_)) => OpenAnswer::NoPage { ids },
            (None, Ok(_) | Err(_)) => OpenAnswer::Unknown,
        };
    }
    let rejected = |reason, code: Option<&str>| OpenAnswer::Rejected {
        reason,
        code: code.map(ProviderCode::new),
    };
    match (http, answer.error_code()) {
        // Behind a status of 5xx anything may have happened, whatever the body says.
        (500.., _) => OpenAnswer::Unknown,
        (_, Some(code)) => rejected(refusal(&code), Some(&code)),
        // The edge turned the request away before PesaPal saw it.
        (400 | 403 | 404 | 405, None) => rejected(FailureReason::ProviderUnavailable, None),
        (429, None) => rejected(FailureReason::SystemBusy, None),
        (_unclear, None) => OpenAnswer::Unknown,
    }
}

/// Whether an order was refused because of the address for notices that it names: then another address is registered.
/// No document has the code, so the words are looked at as well.
#[must_use]
pub fn refuses_notice_id(http: u16, body: &str) -> bool {
    let answer = Answer::new(http, body);
    let error = answer.json.get("error");
    let said = |name| error.and_then(|error| scalar(error, name)).unwrap_or_default();
    let words = format!("{} {}", said("code"), said("message")).to_ascii_lowercase();
    http < 500
        && ["notification_id", "notification id", "notificationid", "ipn"]
            .iter()
            .any(|word| words.contains(word))
}

fn refusal(code: &str) -> FailureReason {
    match code {
        "maximum_amount_limit_exceeded" => FailureReason::AmountOutsideLimits,
        "invalid_consumer_key_or_secret_provided" | "invalid_api_credentials_provided" => {
            FailureReason::Misconfigured
        }
        // Unknown codes are permanent for what we send.
        _other => FailureReason::RequestRefused,
    }
}

fn tracking_ids(tracking: &str) -> Option<ProviderIds> {
    let plain = is_plain_id(tracking, ID_MAX);
    ProviderIds::new(tracking, None).ok().filter(|_| plain)
}

/// What the answer to a question about `tracking` means. An error is no answer, never a failure; an order
/// that nobody has touched looks like an error and is pending.
#[must_use]
pub fn status_meaning(http: u16, body: &str, tracking: &str) -> CardStatus {
    let answer = Answer::new(http, body);
    if answer.error_code().as_deref() == Some("payment_details_not_found") {
        return CardStatus::Pending;
    }
    let about_it = answer
        .text("order_tracking_id")
        .is_none_or(|told| told == tracking);
    let Some(ids) = tracking_ids(tracking).filter(|_| answer.is_success() && about_it) else {
        return CardStatus::NoAnswer;
    };
    let said = answer.text("payment_status_description").unwrap_or_default();
    let agrees = |word: &str| said.is_empty() || said.eq_ignore_ascii_case(word);
    let report = || report(&answer, ids.clone());
    match answer.text("status_code").as_deref() {
        Some("1") if agrees("COMPLETED") => CardStatus::Paid(report()),
        Some("2") if agrees("FAILED") => {
            let code = answer
                .text("payment_status_code")
                .or_else(|| answer.text("description"))
                .map(|code| ProviderCode::new(&code));
            CardStatus::Failed {
                report: report(),
                code,
            }
        }
        Some("3") if agrees("REVERSED") => CardStatus::Reversed(report()),
        // A code and a description that contradict each other prove nothing.
        Some("1" | "2" | "3") | None => CardStatus::NoAnswer,
        Some("0") => CardStatus::Pending,
        Some(other) => {
            let code = ProviderCode::new(other);
            tracing::error!(code = %code, "pesapal told a status that no document lists: taken for pending");
            CardStatus::Pending
        }
    }
}

fn report(answer: &Answer, ids: ProviderIds) -> CardReport {
    let currency = answer
        .text("currency")
        .and_then(|code| Currency::parse(&code).ok());
    let amount = answer.text("amount").and_then(|text| cents(&text));
    CardReport {
        ids,
        reference: answer.text("merchant_reference"),
        amount: amount
            .zip(currency)
            .map(|(minor, currency)| Money::new(minor, currency)),
        receipt: answer
            .text("confirmation_code")
            .and_then(|code| Receipt::parse(&code).ok()),
    }
}

/// The body that cancels an order.
#[must_use]
pub fn cancel_request(tracking: &str) -> String {
    json!({ "order_tracking_id": tracking }).to_string()
}

/// What the answer to a cancellation means.
#[must_use]
pub fn cancel_meaning(http: u16, body: &str) -> CancelAnswer {
    let answer = Answer::new(http, body);
    if answer.is_success() {
        return CancelAnswer::Cancelled;
    }
    let told = answer.text("status").is_some() || answer.error_code().is_some();
    match http {
        429 => CancelAnswer::NotMade,
        ..500 if told => CancelAnswer::Refused,
        // The edge turned the request away before PesaPal saw it.
        400 | 403 | 404 | 405 => CancelAnswer::NotMade,
        _unclear => CancelAnswer::Unknown,
    }
}

/// The longest text for people that is sent.
const REMARKS_MAX: usize = 100;

/// The body that asks for money back. The amount is a string in the documentation's sample.
#[must_use]
pub fn refund_request(order: &CardRefundOrder) -> String {
    let remarks: String = order.reason.chars().take(REMARKS_MAX).collect();
    json!({
        "confirmation_code": order.original.as_str(),
        "amount": decimal(order.amount),
        "username": order.by.as_str(),
        "remarks": remarks,
    })
    .to_string()
}

/// What the answer to a request for money back means. That it was received is no promise.
#[must_use]
pub fn refund_meaning(http: u16, body: &str) -> CardRefundAnswer {
    let answer = Answer::new(http, body);
    if answer.is_success() {
        return CardRefundAnswer::Received;
    }
    let code = answer.error_code();
    let told = answer.text("status").is_some() || code.is_some();
    match http {
        429 => CardRefundAnswer::NotMade,
        ..500 if told => {
            let error = answer
                .json
                .get("error")
                .and_then(|error| scalar(error, "message"));
            let words = answer.text("message").or(error).or(code);
            CardRefundAnswer::Rejected {
                // A code has no blanks; the answer itself is kept as well.
                code: words.map(|words| ProviderCode::new(&words.replace(' ', "_"))),
            }
        }
        // The edge turned the request away before PesaPal saw it.
        400 | 403 | 404 | 405 => CardRefundAnswer::NotMade,
        _unclear => CardRefundAnswer::Unknown,
    }
}

#[cfg(test)]
mod tests;
