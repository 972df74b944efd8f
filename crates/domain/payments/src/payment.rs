//! What is owed for a visit, and how much of it was paid.

mod taking_back;

use ratiba_kernel::{Currency, Id, Money, MoneyError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::reference::AccountReference;
use crate::{CustomerId, VisitId};

mod record;

pub use record::{NotNow, PaymentRecord, nothing_out};

/// The identity of a payment.
pub type PaymentId = Id<Payment>;

/// What the money is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A part of the price, ahead.
    Deposit,
    /// The whole price, ahead.
    Full,
    /// What is left of the price.
    Balance,
    /// Something on top for those who render the service; apart from everything that is paid for the visit.
    Tip,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Deposit, Self::Full, Self::Balance, Self::Tip];

    /// The word for it in rows and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Full => "full",
            Self::Balance => "balance",
            Self::Tip => "tip",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// What a provider may show beside the amount: at most 13 characters.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Deposit => "Deposit",
            Self::Full => "Full payment",
            Self::Balance => "Balance",
            Self::Tip => "Tip",
        }
    }
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentState {
    /// Owed.
    Open,
    /// Paid in full.
    Settled,
    /// Paid, and since nothing of the visit asks for it any more all of it waits as the customer's credit.
    Credited,
    /// Closed before it was paid in full: the visit is over and nothing is asked for it any more. All of it that comes
    /// late at once still settles it.
    Cancelled,
}

impl PaymentState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Settled, Self::Credited, Self::Cancelled];

    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settled => "settled",
            Self::Credited => "credited",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What is owed for a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    id: PaymentId,
    visit: VisitId,
    customer: CustomerId,
    purpose: Purpose,
    due: Money,
    paid: Money,
    credited: Money,
    state: PaymentState,
    state_at: OffsetDateTime,
    created_at: OffsetDateTime,
    version: i32,
}

/// What a payment is read from and written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentParts {
    /// Which payment.
    pub id: PaymentId,
    /// The visit that owes it.
    pub visit: VisitId,
    /// Whose visit it is.
    pub customer: CustomerId,
    /// What it is for.
    pub purpose: Purpose,
    /// How much is owed; above nothing.
    pub due: Money,
    /// How much of it was received; never above what is owed.
    pub paid: Money,
    /// How much of that became the customer's credit; never above what was received.
    pub credited: Money,
    /// Where it stands.
    pub state: PaymentState,
    /// Since when.
    pub state_at: OffsetDateTime,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
    /// The version it was read at; 0 if it was never recorded.
    pub version: i32,
}

/// A row that no sequence of transitions leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payment's amounts and its state contradict each other")]
pub struct ImpossiblePayment;

/// Money that came in, divided by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// What goes towards the amount due.
    pub applied: Money,
    /// What is more than was due: the customer's credit.
    pub excess: Money,
}

impl Payment {
    /// A new one, owed from `at` on.
    #[must_use]
    pub const fn owe(
        id: PaymentId,
        visit: VisitId,
        customer: CustomerId,
        purpose: Purpose,
        due: Money,
        at: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            visit,
            customer,
            purpose,
            due,
            paid: Money::zero(due.currency()),
            credited: Money::zero(due.currency()),
            state: PaymentState::Open,
            state_at: at,
            created_at: at,
            version: 0,
        }
    }

    /// Puts a payment together from its row.
    ///
    /// # Errors
    /// [`ImpossiblePayment`] if no sequence of transitions leads to it.
    pub fn restore(parts: PaymentParts) -> Result<Self, ImpossiblePayment> {
        let PaymentParts {
            id,
            visit,
            customer,
            purpose,
            due,
            paid,
            credited,
            state,
            state_at,
            created_at,
            version,
        } = parts;
        let one_currency = due.currency() == paid.currency() && paid.currency() == credited.currency();
        let within = paid.amount_minor() >= 0 && paid.amount_minor() <= due.amount_minor();
        let fits = match state {
            PaymentState::Open => paid != due && credited.is_zero(),
            PaymentState::Settled => {
                paid == due && credited.amount_minor() >= 0 && credited.amount_minor() < paid.amount_minor()
            }
            PaymentState::Credited => paid.is_positive() && credited == paid,
            PaymentState::Cancelled => {
                let some_left = credited.is_zero() || credited.amount_minor() < paid.amount_minor();
                paid != due && credited.amount_minor() >= 0 && some_left
            }
        };
        if one_currency && within && due.is_positive() && fits {
            Ok(Self {
                id,
                visit,
                customer,
                purpose,
                due,
                paid,
                credited,
                state,
                state_at,
                created_at,
                version,
            })
        } else {
            Err(ImpossiblePayment)
        }
    }

    /// What a row holds.
    #[must_use]
    pub const fn parts(&self) -> PaymentParts {
        PaymentParts {
            id: self.id,
            visit: self.visit,
            customer: self.customer,
            purpose: self.purpose,
            due: self.due,
            paid: self.paid,
            credited: self.credited,
            state: self.state,
            state_at: self.state_at,
            created_at: self.created_at,
            version: self.version,
        }
    }

    /// Its identity.
    #[must_use]
    pub const fn id(&self) -> PaymentId {
        self.id
    }

    /// The visit that owes it.
    #[must_use]
    pub const fn visit(&self) -> VisitId {
        self.visit
    }

    /// Whose visit it is.
    #[must_use]
    pub const fn customer(&self) -> CustomerId {
        self.customer
    }

    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// How much is owed.
    #[must_use]
    pub const fn due(&self) -> Money {
        self.due
    }

    /// How much of it was received.
    #[must_use]
    pub const fn paid(&self) -> Money {
        self.paid
    }

    /// How much of what was received became the customer's credit.
    #[must_use]
    pub const fn credited(&self) -> Money {
        self.credited
    }

    /// How much of what was received still goes towards the visit.
    ///
    /// # Errors
    /// [`MoneyError`] only if the amounts are beyond all measure.
    pub fn kept(&self) -> Result<Money, MoneyError> {
        self.paid.checked_sub(self.credited)
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> PaymentState {
        self.state
    }

    /// Since when.
    #[must_use]
    pub const fn state_at(&self) -> OffsetDateTime {
        self.state_at
    }

    /// When it was asked for.
    #[must_use]
    pub const fn created_at(&self) -> OffsetDateTime {
        self.created_at
    }

    /// The version it was read at; 0 if it was never recorded.
    #[must_use]
    pub const fn version(&self) -> i32 {
        self.version
    }

    /// In which currency it is owed.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.due.currency()
    }

    /// What the customer sees on a prompt, or types when paying by hand.
    #[must_use]
    pub fn account_reference(&self) -> AccountReference {
        AccountReference::of(self.id)
    }

    /// What is still owed.
    ///
    /// # Errors
    /// [`MoneyError`] only if the amounts are beyond all measure.
    pub fn outstanding(&self) -> Result<Money, MoneyError> {
        self.due.checked_sub(self.paid)
    }

    /// Follows what the visit asks for by now: so much is still to come. Only an open payment follows; for any other, and
    /// if nothing is to come, nothing changes.
    ///
    /// # Errors
    /// [`MoneyError`] if the currency is another.
    pub fn restate(mut self, outstanding: Money) -> Result<Self, MoneyError> {
        let due = self.paid.checked_add(outstanding)?;
        if self.state == PaymentState::Open && outstanding.is_positive() {
            self.due = due;
        }
        Ok(self)
    }

    /// Closes it, since the visit is over; `None` unless it is open. What was received of it stays until it is credited.
    #[must_use]
    pub fn close(mut self, at: OffsetDateTime) -> Option<Self> {
        (self.state == PaymentState::Open).then(|| {
            self.state = PaymentState::Cancelled;
            self.state_at = at;
            self
        })
    }

    /// Contents itself with what was received, since nothing more is asked for: an open payment of which something was
    /// paid is settled with that. Any other stays as it is.
    #[must_use]
    pub fn content(mut self, at: OffsetDateTime) -> Self {
        if self.state == PaymentState::Open && self.paid.is_positive() {
            self.due = self.paid;
            self.state = PaymentState::Settled;
            self.state_at = at;
        }
        self
    }

    /// Takes in money. What is more than was owed is told apart, and belongs to the customer; so does whatever comes for
    /// a closed payment, unless it is all of what was owed.
    ///
    /// # Errors
    /// [`MoneyError`] if the currency is another.
    pub fn receive(mut self, amount: Money, at: OffsetDateTime) -> Result<(Self, Received), MoneyError> {
        let all_of_it = !self.outstanding()?.checked_sub(amount)?.is_positive();
        let outstanding = match self.state {
            PaymentState::Cancelled if all_of_it => self.outstanding()?,
            PaymentState::Credited | PaymentState::Cancelled => Money::zero(self.due.currency()),
            PaymentState::Open | PaymentState::Settled => self.outstanding()?,
        };
        let rest = outstanding.checked_sub(amount)?;
        let received = if rest.amount_minor() >= 0 {
            Received {
                applied: amount,
                excess: Money::zero(amount.currency()),
            }
        } else {
            Received {
                applied: outstanding,
                excess: amount.checked_sub(outstanding)?,
            }
        };
        self.paid = self.paid.checked_add(received.applied)?;
        match self.state {
            PaymentState::Open | PaymentState::Cancelled if self.paid == self.due => {
                self.state = PaymentState::Settled;
                self.state_at = at;
            }
            PaymentState::Open | PaymentState::Cancelled | PaymentState::Settled | PaymentState::Credited => {
            }
        }
        Ok((self, received))
    }

    /// Turns as much of what was paid into the customer's credit, or all that is left of it if that is less;
    /// answers how much. `None` unless it is settled or closed and something is to be credited: there is nothing to
    /// credit, or it was credited before.
    ///
    /// # Errors
    /// [`MoneyError`] if the currency is another.
    pub fn credit(mut self, most: Money, at: OffsetDateTime) -> Result<Option<(Self, Money)>, MoneyError> {
        match self.state {
            PaymentState::Settled | PaymentState::Cancelled => {
                let left = self.kept()?;
                let rest = left.checked_sub(most)?;
                let amount = if rest.is_positive() { most } else { left };
                if !amount.is_positive() {
                    return Ok(None);
                }
                self.credited = self.credited.checked_add(amount)?;
                if self.credited == self.paid {
                    self.state = PaymentState::Credited;
                    self.state_at = at;
                }
                Ok(Some((self, amount)))
            }
            PaymentState::Open | PaymentState::Credited => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
