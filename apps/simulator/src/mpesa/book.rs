//! The book of the short code: every shilling that came, went back, was charged or was moved to the bank.
//!
//! Whatever the product was told, this is the truth. Payments and reversals are whole shillings; charges and
//! the balance have cents.

use serde::Serialize;
use time::OffsetDateTime;

/// How a payment was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    /// With a prompt.
    Prompt,
    /// By the customer alone, from the menu of the phone.
    ByHand,
}

/// A payment to the short code.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Movement {
    pub(crate) receipt: String,
    pub(crate) channel: Channel,
    /// Of the prompt; `None` for a payment by hand.
    pub(crate) checkout_request_id: Option<String>,
    pub(crate) phone: String,
    /// Name of the payer, in capitals.
    pub(crate) name: String,
    /// Whole shillings.
    pub(crate) amount: u64,
    pub(crate) account_reference: String,
    pub(crate) short_code: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    /// Receipt of the reversal, if it was taken back.
    pub(crate) reversed_by: Option<String>,
}

/// Money that went back to its payer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reversal {
    /// The reversal's own receipt.
    pub(crate) receipt: String,
    pub(crate) original_receipt: String,
    /// Whole shillings.
    pub(crate) amount: u64,
    pub(crate) phone: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// What the provider kept for a payment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Charge {
    /// Receipt of the payment; a charge has none of its own.
    pub(crate) receipt: String,
    pub(crate) cents: u64,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// Money that the business moved to its bank.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Withdrawal {
    pub(crate) receipt: String,
    /// Whole shillings.
    pub(crate) amount: u64,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// What a line of the book is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineKind {
    Received,
    Reversed,
    Charged,
    Withdrawn,
}

/// One line, as a statement prints it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) kind: LineKind,
    pub(crate) receipt: String,
    /// The receipt that this one is about, if it is about another.
    pub(crate) linked: Option<String>,
    pub(crate) at: OffsetDateTime,
    /// Always positive; the kind says which way.
    pub(crate) cents: u64,
    /// Of the account after this line.
    pub(crate) balance_cents: u64,
    /// Phone and name of the other side; empty for the bank and the provider.
    pub(crate) party: Option<(String, String)>,
    pub(crate) account_reference: String,
}

/// Why a payment could not be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Irreversible {
    /// No payment has this receipt.
    Unknown,
    /// It was taken back before.
    Already,
    /// More than was paid.
    TooMuch,
    /// The account has less than that.
    BalanceTooLow,
}

/// All of it, in the order it happened.
#[derive(Debug, Default)]
pub(crate) struct Book {
    movements: Vec<Movement>,
    reversals: Vec<Reversal>,
    charges: Vec<Charge>,
    withdrawals: Vec<Withdrawal>,
    lines: Vec<Line>,
    balance_cents: u64,
    /// Thousandths of each payment that the provider keeps.
    pub(crate) charge_per_mille: u64,
}

impl Book {
    pub(crate) fn movements(&self) -> &[Movement] {
        &self.movements
    }

    pub(crate) fn reversals(&self) -> &[Reversal] {
        &self.reversals
    }

    pub(crate) fn charges(&self) -> &[Charge] {
        &self.charges
    }

    pub(crate) fn withdrawals(&self) -> &[Withdrawal] {
        &self.withdrawals
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(crate) fn balance_cents(&self) -> u64 {
        self.balance_cents
    }

    /// What was ever received, in whole shillings.
    pub(crate) fn received(&self) -> u64 {
        self.movements.iter().map(|movement| movement.amount).sum()
    }

    /// What was ever given back, in whole shillings.
    pub(crate) fn given_back(&self) -> u64 {
        self.reversals.iter().map(|reversal| reversal.amount).sum()
    }

    pub(crate) fn movement(&self, receipt: &str) -> Option<&Movement> {
        self.movements.iter().find(|movement| movement.receipt == receipt)
    }

    pub(crate) fn reversal(&self, receipt: &str) -> Option<&Reversal> {
        self.reversals.iter().find(|reversal| reversal.receipt == receipt)
    }

    /// Takes a payment in, and the charge for it out.
    pub(crate) fn receive(&mut self, movement: Movement) {
        let at = movement.at;
        self.write(Line {
            kind: LineKind::Received,
            receipt: movement.receipt.clone(),
            linked: None,
            at,
            cents: movement.amount * 100,
            balance_cents: 0,
            party: Some((movement.phone.clone(), movement.name.clone())),
            account_reference: movement.account_reference.clone(),
        });
        let cents = movement.amount * self.charge_per_mille / 10;
        if cents > 0 {
            self.charges.push(Charge {
                receipt: movement.receipt.clone(),
                cents,
                at,
            });
            self.write(Line {
                kind: LineKind::Charged,
                receipt: movement.receipt.clone(),
                linked: Some(movement.receipt.clone()),
                at,
                cents,
                balance_cents: 0,
                party: None,
                account_reference: String::new(),
            });
        }
        self.movements.push(movement);
    }

    /// Gives `amount` whole shillings of a payment back, once.
    pub(crate) fn reverse(
        &mut self,
        original_receipt: &str,
        amount: u64,
        receipt: String,
        at: OffsetDateTime,
    ) -> Result<Reversal, Irreversible> {
        let original = self
            .movements
            .iter_mut()
            .find(|movement| movement.receipt == original_receipt)
            .ok_or(Irreversible::Unknown)?;
        if original.reversed_by.is_some() {
            return Err(Irreversible::Already);
        }
        if amount > original.amount {
            return Err(Irreversible::TooMuch);
        }
        if amount * 100 > self.balance_cents {
            return Err(Irreversible::BalanceTooLow);
        }
        original.reversed_by = Some(receipt.clone());
        let party = (original.phone.clone(), original.name.clone());
        let reversal = Reversal {
            receipt: receipt.clone(),
            original_receipt: original_receipt.to_owned(),
            amount,
            phone: original.phone.clone(),
            at,
        };
        self.write(Line {
            kind: LineKind::Reversed,
            receipt,
            linked: Some(original_receipt.to_owned()),
            at,
            cents: amount * 100,
            balance_cents: 0,
            party: Some(party),
            account_reference: String::new(),
        });
        self.reversals.push(reversal.clone());
        Ok(reversal)
    }

    /// Moves whole shillings to the bank; `None` if there is less than that.
    pub(crate) fn withdraw(
        &mut self,
        amount: u64,
        receipt: String,
        at: OffsetDateTime,
    ) -> Option<Withdrawal> {
        let cents = amount
            .checked_mul(100)
            .filter(|cents| *cents <= self.balance_cents)?;
        let withdrawal = Withdrawal {
            receipt: receipt.clone(),
            amount,
            at,
        };
        self.write(Line {
            kind: LineKind::Withdrawn,
            receipt,
            linked: None,
            at,
            cents,
            balance_cents: 0,
            party: None,
            account_reference: String::new(),
        });
        self.withdrawals.push(withdrawal.clone());
        Some(withdrawal)
    }

    fn write(&mut self, mut line: Line) {
        self.balance_cents = match line.kind {
            LineKind::Received => self.balance_cents + line.cents,
            LineKind::Reversed | LineKind::Charged | LineKind::Withdrawn => {
                self.balance_cents.saturating_sub(line.cents)
            }
        };
        line.balance_cents = self.balance_cents;
        self.lines.push(line);
    }
}
