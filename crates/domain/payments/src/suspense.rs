//! What lies in suspense, and a person's word for what it was.
//!
//! Each journal that left something there and is not followed by another of itself is cleared on its own, in parts or as
//! a whole, and never by more than it left: the books then have it on the account that it belonged to. What a chargeback
//! or a reversal keeps in suspense until somebody knows how it ends is cleared by that end, and by nobody's word.

mod undoing;

use ratiba_kernel::{Fingerprint, Id, IdSource, Money, MoneyError};
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::ledger::{Account, Cause, Journal, JournalId, Place, Transfer};
use crate::payment::PaymentId;
use crate::reference::RequestKey;
use crate::remark::Remark;

pub use undoing::{NotUndone, UndoOrder, Undoing};

/// The identity of a clearing.
pub type ClearingId = Id<Clearing>;

/// What a person can say that something in suspense was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClearedAs {
    /// It was spent for the business.
    Expenses,
    /// It is income of the business.
    OtherIncome,
    /// It is between the business and its owner.
    Owner,
    /// A provider took it.
    Fees,
}

impl ClearedAs {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Expenses, Self::OtherIncome, Self::Owner, Self::Fees];

    /// The account that has it then.
    #[must_use]
    pub const fn account(self) -> Account {
        match self {
            Self::Expenses => Account::Expenses,
            Self::OtherIncome => Account::OtherIncome,
            Self::Owner => Account::Owner,
            Self::Fees => Account::Fees,
        }
    }

    /// Whether money that is gone can be that, or money that came: nobody earns by a shortage, and nothing is spent by a
    /// surplus.
    #[must_use]
    pub const fn fits(self, gone: bool) -> bool {
        match self {
            Self::Expenses | Self::Fees => gone,
            Self::OtherIncome => !gone,
            Self::Owner => true,
        }
    }

    /// Reads the account's word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|to| to.account().as_str() == word)
    }
}

/// What a journal left in suspense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InSuspense {
    /// Which journal.
    pub journal: JournalId,
    /// What posted it.
    pub cause: String,
    /// What whoever caused it said of it, if they had to say anything.
    pub reason: Option<String>,
    /// The payment that it is about, if one.
    pub payment: Option<PaymentId>,
    /// When, in business time.
    pub at: OffsetDateTime,
    /// What it left there: a debit, above nothing, is money that is gone; a credit is money that came.
    pub amount: Money,
    /// How much of it was cleared; not negative.
    pub cleared: Money,
}

impl InSuspense {
    /// How much of it waits for somebody's word; not negative.
    ///
    /// # Errors
    /// [`MoneyError`] if the amounts are beyond all measure or of several currencies.
    pub fn left(&self) -> Result<Money, MoneyError> {
        self.size()?.checked_sub(self.cleared)
    }

    /// Why it lies there, in words for whoever says what it was; [`Self::reason`] is what was said about this one.
    #[must_use]
    pub fn why(&self) -> &'static str {
        let gone = self.amount.is_positive();
        let (kind, _) = self.cause.split_once(':').unwrap_or((&self.cause, ""));
        match (kind, gone) {
            ("till-float", true) => "the drawer was opened with less than its last close had left",
            ("till-float", false) => "the drawer was opened with more than the books knew to lie in it",
            ("till-move", true) => "cash was taken out of the drawer",
            ("till-move", false) => "cash was put into the drawer",
            ("till-count", true) => "the drawer was short when it was counted",
            ("till-count", false) => "there was more in the drawer than expected when it was counted",
            ("refunded", _) => "money was refunded by a way that is not seen from here",
            ("paid-out", _) => "credit was paid out by a way that is not seen from here",
            ("stated" | "stated-again", true) => {
                "a statement tells of money that left, and of nothing that it was for"
            }
            ("stated" | "stated-again", false) => {
                "a statement tells of money that came, and of no payment that it was for"
            }
            ("never-moved", _) => "money in the books turned out never to have moved",
            (_other, true) => "money left, and nobody has said what for",
            (_other, false) => "money came, and nobody has said from where",
        }
    }

    fn size(&self) -> Result<Money, MoneyError> {
        let nothing = Money::zero(self.amount.currency());
        if self.amount < nothing {
            nothing.checked_sub(self.amount)
        } else {
            Ok(self.amount)
        }
    }
}

/// A person's word for what something in suspense was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearing {
    /// Which.
    pub id: ClearingId,
    /// The journal that left it there.
    pub journal: JournalId,
    /// The journal that cleared it.
    pub posted: JournalId,
    /// What it was.
    pub to: ClearedAs,
    /// How much; above nothing.
    pub amount: Money,
    /// How that is known.
    pub reason: Remark,
    /// The order that it answers; unique within the tenant.
    pub key: RequestKey,
    /// What was ordered under that key.
    pub fingerprint: Fingerprint,
    /// Who said so.
    pub by: Actor,
    /// When, in business time.
    pub at: OffsetDateTime,
    /// That it was taken back, if it was.
    pub undone: Option<Undoing>,
}

/// An order to clear something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearOrder {
    /// Makes it repeatable: the same key is the same clearing.
    pub key: RequestKey,
    /// The journal that left it there.
    pub journal: JournalId,
    /// What it was.
    pub to: ClearedAs,
    /// How much of it; all that is left if nothing is said.
    pub amount: Option<Money>,
    /// How that is known.
    pub reason: Remark,
    /// Who says so.
    pub by: Actor,
}

impl ClearOrder {
    /// Tells the order from others under the same key.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let amount = self.amount.map_or_else(String::new, |amount| {
            format!("{} {}", amount.amount_minor(), amount.currency().code())
        });
        Fingerprint::of(&format!(
            "{}\n{}\n{amount}\n{}",
            self.journal,
            self.to.account().as_str(),
            self.reason
        ))
    }
}

/// Why nothing is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCleared {
    /// No journal of that id left anything in suspense that a person clears.
    #[error("no such journal left anything in suspense that a person can clear")]
    Unknown,
    /// The amount is nothing or less.
    #[error("the amount must be above nothing")]
    BadAmount,
    /// The amount is in another currency.
    #[error("the books are kept in {}", .house.code())]
    Currency {
        /// That of the books.
        house: ratiba_kernel::Currency,
    },
    /// More than waits there.
    #[error("no more than {left} of it waits in suspense")]
    MoreThanLeft {
        /// How much waits.
        left: Money,
    },
    /// Money that is gone is no income, and money that came is no expense and no fee.
    #[error("{}", against(*gone))]
    Direction {
        /// Whether it is money that is gone.
        gone: bool,
    },
    /// All of it was cleared before.
    #[error("all of it was cleared before")]
    NothingLeft,
    /// The key stands for another order.
    #[error("this key named another order")]
    KeyUsed,
    /// The amounts are beyond all measure.
    #[error("the amounts cannot be added up")]
    Sum(#[from] MoneyError),
}

const fn against(gone: bool) -> &'static str {
    if gone {
        "that money is gone: it is an expense, a fee or the owner's, and no income"
    } else {
        "that money came: it is other income or the owner's, and no expense or fee"
    }
}

impl InSuspense {
    /// What an order to clear it means: the clearing and the journal that posts it.
    ///
    /// # Errors
    /// [`NotCleared`].
    pub fn clear(
        &self,
        order: &ClearOrder,
        at: OffsetDateTime,
        ids: &dyn IdSource,
    ) -> Result<(Clearing, Journal), NotCleared> {
        let left = self.left()?;
        let amount = order.amount.unwrap_or(left);
        if amount.currency() != left.currency() {
            return Err(NotCleared::Currency {
                house: left.currency(),
            });
        }
        if left.is_zero() {
            return Err(NotCleared::NothingLeft);
        }
        if !amount.is_positive() {
            return Err(NotCleared::BadAmount);
        }
        if amount > left {
            return Err(NotCleared::MoreThanLeft { left });
        }
        let gone = self.amount.is_positive();
        if !order.to.fits(gone) {
            return Err(NotCleared::Direction { gone });
        }
        let (there, here) = (Place::plain(order.to.account()), Place::plain(Account::Suspense));
        let (debit, credit) = if gone { (there, here) } else { (here, there) };
        let (id, posted): (ClearingId, JournalId) = (ids.fresh(), ids.fresh());
        let transfer = Transfer {
            debit,
            credit,
            amount,
        };
        let journal = Journal::of_house(posted, Cause::Cleared(id), at, &[transfer])?;
        let clearing = Clearing {
            id,
            journal: self.journal,
            posted,
            to: order.to,
            amount,
            reason: order.reason.clone(),
            key: order.key.clone(),
            fingerprint: order.fingerprint(),
            by: order.by.clone(),
            at,
            undone: None,
        };
        Ok((clearing, journal))
    }
}

#[cfg(test)]
mod tests;
