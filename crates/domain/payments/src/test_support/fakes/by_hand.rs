//! Confirmations in plain words.

use ratiba_kernel::Money;

use crate::by_hand::Confirmation;
use crate::ports::{ConfirmationReader, Unreadable};
use crate::reference::{AccountReference, Receipt};

/// Reads `receipt|cents|account|salt`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainConfirmations;

impl PlainConfirmations {
    /// A body that says so; `salt` tells bodies of the same apart.
    #[must_use]
    pub fn body(receipt: &Receipt, amount: Money, account: &str, salt: u32) -> Vec<u8> {
        format!("{}|{}|{account}|{salt}", receipt.as_str(), amount.amount_minor()).into_bytes()
    }
}

impl ConfirmationReader for PlainConfirmations {
    fn read(&self, body: &[u8]) -> Result<Confirmation, Unreadable> {
        let text = std::str::from_utf8(body).map_err(|_| Unreadable("not text"))?;
        let parts: Vec<&str> = text.split('|').collect();
        let [receipt, amount, account, _salt] = parts.as_slice() else {
            return Err(Unreadable("not four parts"));
        };
        let amount = amount.parse().map_err(|_| Unreadable("no amount"))?;
        Ok(Confirmation {
            receipt: Receipt::parse(receipt).map_err(|_| Unreadable("no receipt"))?,
            amount: Money::kes_minor(amount),
            account: AccountReference::typed(account),
            moved_at: None,
        })
    }
}
