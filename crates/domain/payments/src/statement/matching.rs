//! What a line of a statement is, seen from what is on record. Nothing is guessed: what fits nothing exactly stays
//! unmatched until a person decides.

use ratiba_kernel::{Id, Money};
use time::{Duration, OffsetDateTime};

use super::{LineKind, StatementLine};
use crate::attempt::AttemptId;
use crate::payment::PaymentId;
use crate::reference::{AccountReference, Receipt};
use crate::refund::RefundId;

/// How far apart the statement's time and ours may be for money that only a query knows of.
const NEAR: Duration = Duration::minutes(90);

/// M-Pesa money in the books: what an attempt brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMoney {
    /// The attempt that brought it.
    pub attempt: AttemptId,
    /// Its payment.
    pub payment: PaymentId,
    /// The receipt; `None` as long as only a query knows of the money.
    pub receipt: Option<Receipt>,
    /// How much.
    pub amount: Money,
    /// What the customer saw or typed as the account.
    pub account: AccountReference,
    /// When the attempt was paid, as far as we know.
    pub at: OffsetDateTime,
}

/// M-Pesa money in the books: what went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRefund {
    /// The refund.
    pub refund: RefundId,
    /// Whose payment's.
    pub payment: PaymentId,
    /// M-Pesa's number for it, as far as it is known.
    pub receipt: Option<Receipt>,
    /// The receipt of what was taken back.
    pub original: Receipt,
    /// How much.
    pub amount: Money,
}

/// What the books have to lay beside some lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownBooks {
    /// What came.
    pub money: Vec<KnownMoney>,
    /// What went back.
    pub refunds: Vec<KnownRefund>,
}

/// The identity of money in the books that no line tells of: that of its attempt or its refund.
pub type AbsenceId = Id<Absent>;

/// What moved by the books, and by no statement although statements cover its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Which.
    pub id: AbsenceId,
    /// What it is.
    pub what: AbsentMoney,
    /// Whose payment's.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// The number that we know it by.
    pub receipt: Option<Receipt>,
    /// When it moved, by the books.
    pub at: OffsetDateTime,
}

/// What money in the books is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentMoney {
    /// It came by an attempt.
    Came(AttemptId),
    /// It went back by a refund.
    WentBack(RefundId),
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// An attempt's money.
    Money(AttemptId),
    /// A refund.
    Refund(RefundId),
    /// What M-Pesa took for a payment's money.
    Fee(PaymentId),
}

/// What a line is by its receipt: the money or the refund with that receipt, if the amount is the same. A charge has the
/// receipt of what it is charged for. A reversal whose own number nobody knows is told by what it takes back. Anything
/// else is for a person.
#[must_use]
pub fn by_receipt(line: &StatementLine, books: &KnownBooks) -> Option<Fit> {
    let mut money = books
        .money
        .iter()
        .filter(|money| money.receipt.as_ref() == Some(&line.receipt));
    let mut refunds = books
        .refunds
        .iter()
        .filter(|refund| refund.receipt.as_ref() == Some(&line.receipt));
    match line.kind {
        LineKind::Received => {
            let money = money.find(|money| money.amount == line.amount)?;
            Some(Fit::Money(money.attempt))
        }
        LineKind::Charge => {
            let of_money = money.next().map(|money| money.payment);
            let payment = of_money.or_else(|| refunds.next().map(|refund| refund.payment));
            payment.map(Fit::Fee)
        }
        LineKind::Reversal => {
            let linked = line.linked.as_ref();
            let of_original = |refund: &&KnownRefund| {
                refund.receipt.is_none() && Some(&refund.original) == linked && refund.amount == line.amount
            };
            let refund = refunds
                .find(|refund| refund.amount == line.amount)
                .or_else(|| books.refunds.iter().find(of_original))?;
            Some(Fit::Refund(refund.refund))
        }
        LineKind::Withdrawal => None,
    }
}

/// Which of these lines is which of this money that has no receipt: each by its amount, its account and its time, and
/// only where one line fits one money and no other.
#[must_use]
pub fn by_looks<'k, K: Copy>(
    lines: &[(K, &StatementLine)],
    unnumbered: &'k [KnownMoney],
) -> Vec<(K, &'k KnownMoney)> {
    let mut pairs = Vec::new();
    for money in unnumbered {
        let mut own = lines.iter().filter(|(_, line)| looks_like(line, money));
        let (Some((key, line)), None) = (own.next(), own.next()) else {
            continue;
        };
        if unnumbered.iter().filter(|other| looks_like(line, other)).count() == 1 {
            pairs.push((*key, money));
        }
    }
    pairs
}

fn looks_like(line: &StatementLine, money: &KnownMoney) -> bool {
    let typed = line.account.as_deref().unwrap_or_default();
    let typed: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    line.kind == LineKind::Received
        && money.receipt.is_none()
        && money.amount == line.amount
        && money.account.as_str().eq_ignore_ascii_case(&typed)
        && (money.at - line.at).abs() <= NEAR
}
