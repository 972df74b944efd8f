//! Reads the callback of a prompt.

use ratiba_kernel::{Money, PhoneNumber};
use ratiba_payments::evidence::{CallbackReport, CallbackVerdict};
use ratiba_payments::failure::ProviderCode;
use ratiba_payments::ports::{CallbackReader, Unreadable};
use ratiba_payments::reference::{ProviderIds, Receipt};
use serde_json::Value;

use crate::wire::{ResultMeaning, parse_timestamp, result_meaning, scalar};

/// The answer that Daraja gets to every callback, whatever it said.
pub const ACCEPTED: &str = r#"{"ResultCode":0,"ResultDesc":"Accepted"}"#;

/// Reads the callbacks of STK pushes.
#[derive(Clone, Copy, Debug, Default)]
pub struct StkCallbackReader;

impl CallbackReader for StkCallbackReader {
    fn read(&self, body: &[u8]) -> Result<CallbackReport, Unreadable> {
        let json: Value = serde_json::from_slice(body).map_err(|_| Unreadable("not json"))?;
        let callback = json
            .pointer("/Body/stkCallback")
            .ok_or(Unreadable("no stkCallback"))?;
        let tracking = scalar(callback, "CheckoutRequestID").ok_or(Unreadable("no CheckoutRequestID"))?;
        let request = scalar(callback, "MerchantRequestID");
        let ids = ProviderIds::new(&tracking, request.as_deref());
        let ids = ids.map_err(|_| Unreadable("the ids are malformed"))?;
        let code = scalar(callback, "ResultCode").ok_or(Unreadable("no ResultCode"))?;
        let named = ProviderCode::new(&code);
        let verdict = match result_meaning(&code) {
            ResultMeaning::Paid => success(callback)?,
            ResultMeaning::Failed(reason) => CallbackVerdict::Failed { reason, code: named },
            // "Still in process" is an answer to queries; in a callback it proves nothing.
            ResultMeaning::Pending | ResultMeaning::Unrecognised => {
                CallbackVerdict::Unrecognised { code: named }
            }
        };
        Ok(CallbackReport { ids, verdict })
    }
}

fn success(callback: &Value) -> Result<CallbackVerdict, Unreadable> {
    let amount = item(callback, "Amount").ok_or(Unreadable("a success without amount"))?;
    let amount = cents(&amount).ok_or(Unreadable("the amount is malformed"))?;
    let receipt = item(callback, "MpesaReceiptNumber").ok_or(Unreadable("a success without receipt"))?;
    let receipt = Receipt::parse(&receipt).map_err(|_| Unreadable("the receipt is malformed"))?;
    Ok(CallbackVerdict::Paid {
        amount: Money::kes_minor(amount),
        receipt,
        payer: item(callback, "PhoneNumber").and_then(|digits| payer(&digits)),
        at: item(callback, "TransactionDate").and_then(|text| parse_timestamp(&text)),
    })
}

/// The value of the item of that name, wherever it stands. Items without a value, and unknown ones, are
/// passed over.
fn item(callback: &Value, name: &str) -> Option<String> {
    let items = callback.pointer("/CallbackMetadata/Item")?;
    let named = |item: &&Value| item.get("Name").and_then(Value::as_str) == Some(name);
    match items {
        Value::Array(items) => items.iter().filter(named).find_map(|item| scalar(item, "Value")),
        Value::Object(_) if named(&items) => scalar(items, "Value"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    }
}

/// A decimal amount in cents, without ever being a float; `None` if it has fractions of a cent, a sign or an
/// exponent.
pub(crate) fn cents(text: &str) -> Option<i64> {
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

/// The payer, if the number is given in full: masked ones say nothing.
fn payer(digits: &str) -> Option<PhoneNumber> {
    let full = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
    full.then(|| PhoneNumber::parse(digits).ok()).flatten()
}

#[cfg(test)]
mod tests;
