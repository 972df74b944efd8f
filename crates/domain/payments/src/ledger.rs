//! The books: append-only, double entry. A journal is made of transfers, each of which takes from one
//! account what it brings to another, so that it adds up to nothing by construction. Balances are derived
//! and never stored apart.

use std::collections::BTreeMap;

use ratiba_kernel::{Id, Money, MoneyError};
use time::OffsetDateTime;

use crate::attempt::{AttemptId, Provider};
use crate::credit::SpendId;
use crate::payment::PaymentId;
use crate::payout::PayoutId;
use crate::refund::RefundId;
use crate::statement::LineId;
use crate::statement::matching::AbsenceId;
use crate::suspense::ClearingId;
use crate::till::{MovementId, TillId};
use crate::{CustomerId, StaffId};

/// The identity of a journal.
pub type JournalId = Id<Journal>;

/// The accounts that each tenant has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// Received through M-Pesa.
    MpesaClearing,
    /// Received by card.
    CardClearing,
    /// Cash in the drawer.
    CashDrawer,
    /// Owed to customers: paid ahead, or credit.
    CustomerDeposits,
    /// Earned.
    ServiceRevenue,
    /// Owed to therapists: tips.
    TipsPayable,
    /// Paid back.
    Refunds,
    /// Taken by providers.
    Fees,
    /// Received or gone, and nobody said yet for what.
    Suspense,
    /// Spent for the business, as a person says: milk, a transfer's price.
    Expenses,
    /// Had by the business otherwise than by services, as a person says: cash that was found.
    OtherIncome,
    /// Between the business and its owner, or an account of theirs that these books do not know: the first float, cash
    /// that was taken to the bank, a refund by the owner's own phone. A debit is with the owner.
    Owner,
}

impl Account {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::MpesaClearing,
        Self::CardClearing,
        Self::CashDrawer,
        Self::CustomerDeposits,
        Self::ServiceRevenue,
        Self::TipsPayable,
        Self::Refunds,
        Self::Fees,
        Self::Suspense,
        Self::Expenses,
        Self::OtherIncome,
        Self::Owner,
    ];

    /// The account where a provider's money arrives.
    #[must_use]
    pub const fn clearing(provider: Provider) -> Self {
        match provider {
            Provider::Mpesa => Self::MpesaClearing,
            Provider::Pesapal => Self::CardClearing,
            Provider::Cash => Self::CashDrawer,
        }
    }

    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MpesaClearing => "mpesa_clearing",
            Self::CardClearing => "card_clearing",
            Self::CashDrawer => "cash_drawer",
            Self::CustomerDeposits => "customer_deposits",
            Self::ServiceRevenue => "service_revenue",
            Self::TipsPayable => "tips_payable",
            Self::Refunds => "refunds",
            Self::Fees => "fees",
            Self::Suspense => "suspense",
            Self::Expenses => "expenses",
            Self::OtherIncome => "other_income",
            Self::Owner => "owner",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.as_str() == word)
    }
}

/// A place where money lies: an account, and within it for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The account.
    pub account: Account,
    /// Whose it is, where the account is kept by customer.
    pub customer: Option<CustomerId>,
    /// For which payment; a customer's deposit without one is free credit.
    pub payment: Option<PaymentId>,
    /// Whose it is, where the account is kept by those who render services.
    pub staff: Option<StaffId>,
}

impl Place {
    /// The account as such.
    #[must_use]
    pub const fn plain(account: Account) -> Self {
        Self {
            account,
            customer: None,
            payment: None,
            staff: None,
        }
    }

    /// What a customer paid ahead for one visit.
    #[must_use]
    pub const fn deposit(customer: CustomerId, payment: PaymentId) -> Self {
        Self {
            account: Account::CustomerDeposits,
            customer: Some(customer),
            payment: Some(payment),
            staff: None,
        }
    }

    /// What was earned by one payment.
    #[must_use]
    pub const fn revenue(customer: CustomerId, payment: PaymentId) -> Self {
        Self {
            account: Account::ServiceRevenue,
            customer: Some(customer),
            payment: Some(payment),
            staff: None,
        }
    }

    /// What came for a tip and is not shared out yet.
    #[must_use]
    pub const fn tip(payment: PaymentId) -> Self {
        Self {
            account: Account::TipsPayable,
            customer: None,
            payment: Some(payment),
            staff: None,
        }
    }

    /// What of tips is owed to somebody.
    #[must_use]
    pub const fn tips_of(staff: StaffId) -> Self {
        Self {
            account: Account::TipsPayable,
            customer: None,
            payment: None,
            staff: Some(staff),
        }
    }

    /// What a customer may spend on any visit.
    #[must_use]
    pub const fn credit(customer: CustomerId) -> Self {
        Self {
            account: Account::CustomerDeposits,
            customer: Some(customer),
            payment: None,
            staff: None,
        }
    }
}

/// One line of a journal. Debits are positive, credits negative; never nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where.
    pub place: Place,
    /// How much; a debit if above nothing.
    pub amount: Money,
}

/// An amount that leaves one place for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Where it is debited.
    pub debit: Place,
    /// Where it is credited.
    pub credit: Place,
    /// How much; above nothing, or the transfer leaves no trace.
    pub amount: Money,
}

/// What posts a journal. The same cause posts once, however often it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// An attempt brought money.
    Received(AttemptId),
    /// An attempt brought money after what a person had matched to it was taken back.
    ReceivedAgain {
        /// Which.
        attempt: AttemptId,
        /// How often it was taken back before.
        taken_back: u8,
    },
    /// Money that a person had matched to an attempt was taken back.
    Unmatched {
        /// Which.
        attempt: AttemptId,
        /// The how-manieth time, from 1.
        taken_back: u8,
    },
    /// A payment, or some of it, became the customer's credit.
    Credited {
        /// Which.
        payment: PaymentId,
        /// How much of it is credit with this journal, in minor units.
        in_all_minor: i64,
        /// The payment's version that it was decided on: what was taken back may become credit again.
        version: i32,
    },
    /// Credit that was given instead of a refund was taken back, since the refund was done after all.
    Uncredited {
        /// Which refund.
        refund: RefundId,
        /// The payment's version that it was decided on.
        version: i32,
    },
    /// Money went back to a customer.
    Refunded(RefundId),
    /// Money was taken out of the card provider's account by a card's owner.
    ChargedBack(RefundId),
    /// It came back from there.
    WonBack(RefundId),
    /// A customer's credit was spent on a visit.
    Spent(SpendId),
    /// A customer's credit left the house, or was withdrawn.
    PaidOut(PayoutId),
    /// A customer's credit was set aside for a refund that takes it.
    SetAside(RefundId),
    /// What was set aside for a refund is the customer's credit again.
    SetFree {
        /// Which refund.
        refund: RefundId,
        /// The payment's version that it was decided on.
        version: i32,
    },
    /// The drawer was opened with another amount than the books knew of.
    TillOpened(TillId),
    /// Cash went into or out of the drawer that is no customer's.
    TillMoved(MovementId),
    /// The drawer was counted, and held another amount than the books knew of.
    TillClosed(TillId),
    /// What was paid for a visit was earned, or turned out not to be.
    Earned {
        /// Which payment.
        payment: PaymentId,
        /// The how-manieth time, from 0.
        step: u32,
    },
    /// A tip was shared out, or taken back from those who got it.
    TipShared {
        /// Its payment.
        payment: PaymentId,
        /// The how-manieth time, from 0.
        step: u32,
    },
    /// A line of a provider's statement is a fee, or money that nothing else put into the books.
    Stated(LineId),
    /// The same after what a person had decided about the line before was taken back.
    StatedAgain {
        /// Which line.
        line: LineId,
        /// How often it was taken back before.
        taken_back: u8,
    },
    /// What a person had decided about a line was taken back, and so is what was booked for it.
    Unstated {
        /// Which line.
        line: LineId,
        /// The how-manieth time, from 1.
        taken_back: u8,
    },
    /// A person found that money in the books never moved.
    NeverMoved(AbsenceId),
    /// A person said what something in suspense was.
    Cleared(ClearingId),
    /// That word was taken back.
    Uncleared(ClearingId),
}

impl Cause {
    /// The text that is unique within a tenant.
    #[must_use]
    pub fn key(self) -> String {
        match self {
            Self::Received(attempt) => format!("received:{attempt}"),
            Self::ReceivedAgain { attempt, taken_back } => format!("received-again:{attempt}:{taken_back}"),
            Self::Unmatched { attempt, taken_back } => format!("unmatched:{attempt}:{taken_back}"),
            Self::Credited {
                payment,
                in_all_minor,
                version,
            } => format!("credited:{payment}:{in_all_minor}:{version}"),
            Self::Uncredited { refund, version } => format!("uncredited:{refund}:{version}"),
            Self::Refunded(refund) => format!("refunded:{refund}"),
            Self::ChargedBack(refund) => format!("charged-back:{refund}"),
            Self::WonBack(refund) => format!("won-back:{refund}"),
            Self::Spent(spend) => format!("spent:{spend}"),
            Self::PaidOut(payout) => format!("paid-out:{payout}"),
            Self::SetAside(refund) => format!("set-aside:{refund}"),
            Self::SetFree { refund, version } => format!("set-free:{refund}:{version}"),
            Self::TillOpened(till) => format!("till-float:{till}"),
            Self::TillMoved(movement) => format!("till-move:{movement}"),
            Self::TillClosed(till) => format!("till-count:{till}"),
            Self::Earned { payment, step } => format!("earned:{payment}:{step}"),
            Self::TipShared { payment, step } => format!("tip-shared:{payment}:{step}"),
            Self::Stated(line) => format!("stated:{line}"),
            Self::StatedAgain { line, taken_back } => format!("stated-again:{line}:{taken_back}"),
            Self::Unstated { line, taken_back } => format!("unstated:{line}:{taken_back}"),
            Self::NeverMoved(absent) => format!("never-moved:{absent}"),
            Self::Cleared(clearing) => format!("cleared:{clearing}"),
            Self::Uncleared(clearing) => format!("uncleared:{clearing}"),
        }
    }
}

/// Entries that were posted together and add up to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    id: JournalId,
    cause: Cause,
    payment: Option<PaymentId>,
    at: OffsetDateTime,
    entries: Vec<Entry>,
}

impl Journal {
    /// A journal of transfers, in which each place has one line. Balanced by construction.
    ///
    /// # Errors
    /// [`MoneyError`] if amounts are negative ([`MoneyError::TooLarge`]), beyond all measure, or of several
    /// currencies.
    pub fn post(
        id: JournalId,
        cause: Cause,
        payment: PaymentId,
        at: OffsetDateTime,
        transfers: &[Transfer],
    ) -> Result<Self, MoneyError> {
        let journal = Self::of_house(id, cause, at, transfers)?;
        Ok(Self {
            payment: Some(payment),
            ..journal
        })
    }

    /// A journal that is about no payment, such as change that was fetched for the drawer. Otherwise as
    /// [`Journal::post`].
    ///
    /// # Errors
    /// As [`Journal::post`].
    pub fn of_house(
        id: JournalId,
        cause: Cause,
        at: OffsetDateTime,
        transfers: &[Transfer],
    ) -> Result<Self, MoneyError> {
        let mut lines: BTreeMap<Place, Money> = BTreeMap::new();
        for transfer in transfers {
            let nothing = Money::zero(transfer.amount.currency());
            if transfer.amount < nothing {
                return Err(MoneyError::TooLarge);
            }
            let debit = lines.entry(transfer.debit).or_insert(nothing);
            *debit = debit.checked_add(transfer.amount)?;
            let credit = lines.entry(transfer.credit).or_insert(nothing);
            *credit = credit.checked_sub(transfer.amount)?;
        }
        let entries = lines
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(place, amount)| Entry { place, amount })
            .collect();
        Ok(Self {
            id,
            cause,
            payment: None,
            at,
            entries,
        })
    }

    /// Its identity.
    #[must_use]
    pub const fn id(&self) -> JournalId {
        self.id
    }

    /// What posted it.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.cause
    }

    /// The payment that it is about, if one.
    #[must_use]
    pub const fn payment(&self) -> Option<PaymentId> {
        self.payment
    }

    /// The attempt that it is about, if one.
    #[must_use]
    pub const fn attempt(&self) -> Option<AttemptId> {
        match self.cause {
            Cause::Received(attempt)
            | Cause::ReceivedAgain { attempt, .. }
            | Cause::Unmatched { attempt, .. } => Some(attempt),
            Cause::Credited { .. }
            | Cause::Uncredited { .. }
            | Cause::Refunded(_)
            | Cause::ChargedBack(_)
            | Cause::WonBack(_)
            | Cause::Spent(_)
            | Cause::PaidOut(_)
            | Cause::SetAside(_)
            | Cause::SetFree { .. }
            | Cause::TillOpened(_)
            | Cause::TillMoved(_)
            | Cause::TillClosed(_)
            | Cause::Earned { .. }
            | Cause::TipShared { .. }
            | Cause::Stated(_)
            | Cause::StatedAgain { .. }
            | Cause::Unstated { .. }
            | Cause::NeverMoved(_)
            | Cause::Cleared(_)
            | Cause::Uncleared(_) => None,
        }
    }

    /// When it was posted, in business time.
    #[must_use]
    pub const fn at(&self) -> OffsetDateTime {
        self.at
    }

    /// Its lines, which add up to nothing.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

#[cfg(test)]
mod tests;
