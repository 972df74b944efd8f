//! Confirmations in plain words.

use ratiba_kernel::Money;

use crate::by_hand::Confirmation;
use crate::ports::{ConfirmationReader, Unreadable};
use crate::reference::{AccountReference, Receipt};

/// Reads `receipt|cents|account|salt`, and `|number` behind it; without, the number is [`PlainConfirmations::SHORT_CODE`].
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainConfirmations;

impl PlainConfirmations {
    /// The business's number.
    pub const SHORT_CODE: &'static str = "654321";

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
        let (receipt, amount, account, short_code) = match parts.as_slice() {
            [receipt, amount, account, _salt] => (receipt, amount, account, Self::SHORT_CODE),
            [receipt, amount, account, _salt, short_code] => (receipt, amount, account, *short_code),
            _other => return Err(Unreadable("not four parts")),
        };
        let amount = amount.parse().map_err(|_| Unreadable("no amount"))?;
        Ok(Confirmation {
            receipt: Receipt::parse(receipt).map_err(|_| Unreadable("no receipt"))?,
            amount: Money::kes_minor(amount),
            account: AccountReference::typed(account),
            short_code: Some(short_code.to_owned()),
            moved_at: None,
        })
    }
}
