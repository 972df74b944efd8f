//! Reads what Daraja tells of payments that customers make by hand (C2B). Validation and confirmation have one form.

use ratiba_kernel::Money;
use ratiba_payments::by_hand::Confirmation;
use ratiba_payments::ports::{ConfirmationReader, Unreadable};
use ratiba_payments::reference::{AccountReference, Receipt};
use serde_json::Value;

use crate::callback::cents;
use crate::wire::{parse_timestamp, scalar};

/// Lets a payment by hand come.
pub const VALID: &str = r#"{"ResultCode":"0","ResultDesc":"Accepted"}"#;
/// Refuses one whose account is nobody's.
pub const WRONG_ACCOUNT: &str = r#"{"ResultCode":"C2B00012","ResultDesc":"Rejected"}"#;
/// The answer to every confirmation, whatever it said.
pub const CONFIRMED: &str = r#"{"ResultCode":0,"ResultDesc":"Success"}"#;

/// Reads payments by hand. The payer is masked or hashed by Daraja, and not read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByHandReader;

impl ConfirmationReader for ByHandReader {
    fn read(&self, body: &[u8]) -> Result<Confirmation, Unreadable> {
        let json: Value = serde_json::from_slice(body).map_err(|_| Unreadable("not json"))?;
        let receipt = scalar(&json, "TransID").ok_or(Unreadable("no TransID"))?;
        let receipt = Receipt::parse(&receipt).map_err(|_| Unreadable("the receipt is malformed"))?;
        let amount = scalar(&json, "TransAmount").ok_or(Unreadable("no TransAmount"))?;
        let amount = cents(&amount).ok_or(Unreadable("the amount is malformed"))?;
        let typed = scalar(&json, "BillRefNumber").unwrap_or_default();
        Ok(Confirmation {
            receipt,
            amount: Money::kes_minor(amount),
            account: AccountReference::typed(&typed),
            short_code: scalar(&json, "BusinessShortCode"),
            moved_at: scalar(&json, "TransTime").and_then(|text| parse_timestamp(&text)),
        })
    }
}

#[cfg(test)]
mod tests;
