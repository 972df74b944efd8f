//! The cash drawer: opened with a float, moved by what customers pay and get back and by what is put in or taken
//! out, and closed by a count.
//!
//! The books know what lies in the drawer at any time: opening and closing post what a person counted otherwise, so
//! that the account is the drawer. What is not explained goes to suspense and stays visible there.

mod opening;
mod tips;

use ratiba_kernel::{Currency, Fingerprint, Id, IdSource, Money, MoneyError};
use time::OffsetDateTime;

use crate::StaffId;
use crate::actor::Actor;
use crate::event::PaymentEvent;
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::reference::RequestKey;
use crate::remark::Remark;

pub use opening::{OpenOrder, open};
pub use tips::TipPayout;

/// The identity of a stretch between opening and closing the drawer.
pub type TillId = Id<TillSession>;

/// The identity of cash that was put in or taken out.
pub type MovementId = Id<Movement>;

/// The most that may be counted into, put into or taken out of the drawer at once, in minor units: ten million
/// whole units. What is more is a slip of the finger.
pub const COUNT_MINOR_MAX: i64 = 1_000_000_000;

/// How often cash may be put in or taken out between opening and closing.
pub const MOVEMENTS_MAX: usize = 500;

/// The key and the fingerprint of an order, so that the same order twice is done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The caller's key.
    pub key: RequestKey,
    /// What was ordered with it.
    pub print: Fingerprint,
}

/// A stretch between opening and closing the drawer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillSession {
    /// Which.
    pub id: TillId,
    /// What opened it.
    pub ordered: Ordered,
    /// When, in business time.
    pub opened_at: OffsetDateTime,
    /// By whom.
    pub opened_by: Actor,
    /// What was counted into it.
    pub float: Money,
    /// What the books knew to lie in it before. Where that differs from the float, something was brought or taken
    /// while it was closed.
    pub carried: Money,
    /// Why the float differs, where somebody said so.
    pub reason: Option<Remark>,
    /// How it was closed; frozen.
    pub closing: Option<TillClosing>,
}

/// How the drawer was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillClosing {
    /// What closed it.
    pub ordered: Ordered,
    /// When, in business time.
    pub at: OffsetDateTime,
    /// By whom.
    pub by: Actor,
    /// What was counted.
    pub counted: Money,
    /// By how much that is more than expected; negative if less.
    pub difference: Money,
    /// Why, where there is a difference.
    pub reason: Option<Remark>,
}

/// Which way cash went that is no customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MovementKind {
    /// Put in, such as change from the bank.
    PayIn,
    /// Taken out, such as for milk or to the bank.
    PayOut,
    /// Tips that were paid out to whom they are owed.
    TipPayout,
}

impl MovementKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PayIn, Self::PayOut, Self::TipPayout];

    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PayIn => "pay_in",
            Self::PayOut => "pay_out",
            Self::TipPayout => "tip_payout",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Cash that was put in or taken out and is no customer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Which.
    pub id: MovementId,
    /// What ordered it.
    pub ordered: Ordered,
    /// Which way.
    pub kind: MovementKind,
    /// How much; above nothing.
    pub amount: Money,
    /// What for.
    pub reason: Remark,
    /// Who got it, where it is a tip.
    pub staff: Option<StaffId>,
    /// By whom.
    pub by: Actor,
    /// When, in business time.
    pub at: OffsetDateTime,
}

/// What customers moved while the drawer was open, as the books have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomersCash {
    /// What they paid.
    pub taken: Money,
    /// What they got back.
    pub given_back: Money,
}

/// The drawer between opening and closing, with everything that moved in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawer {
    /// How it was opened, and closed.
    pub session: TillSession,
    /// What was put in and taken out, oldest first.
    pub movements: Vec<Movement>,
    /// What customers moved.
    pub customers: CustomersCash,
}

/// What moved in the drawer, added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawerSum {
    /// What was counted into it.
    pub float: Money,
    /// What customers paid.
    pub taken: Money,
    /// What customers got back.
    pub given_back: Money,
    /// What was put in.
    pub paid_in: Money,
    /// What was taken out.
    pub paid_out: Money,
    /// What of tips was paid out to whom they are owed.
    pub tips_out: Money,
    /// What must lie in it before it is counted: the float and what came in, less what went out.
    pub expected: Money,
}

/// What is to be done with the drawer. One transaction makes it durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TillStep {
    /// It was done before: nothing.
    Done,
    /// It is opened; the journal says by how much the float differs from the books, the event tells the owners of it.
    Open(Box<TillSession>, Option<Journal>, Option<PaymentEvent>),
    /// Cash is put in or taken out.
    Move(Movement, Journal),
    /// It is closed; the journal says by how much the count differs from what was expected.
    Close(TillClosing, Option<Journal>),
}

/// Why nothing is done with the drawer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TillRefused {
    /// It is open already.
    #[error("the drawer is open already")]
    Open(TillId),
    /// There never was such a session.
    #[error("there is no such session of the drawer")]
    Unknown,
    /// It was closed; what was counted stands.
    #[error("the drawer was closed")]
    Closed,
    /// The key stands for another order.
    #[error("this key named another order")]
    KeyUsed,
    /// A negative amount, nothing at all, or more than any drawer holds.
    #[error("the amount must be above nothing and at most {limit}")]
    Amount {
        /// The most that is taken at once.
        limit: Money,
    },
    /// Another currency than the house's.
    #[error("the drawer holds {}", .house.code())]
    Currency {
        /// The house's currency.
        house: Currency,
    },
    /// More is to be taken out than lies in it.
    #[error("the drawer holds {holds} only")]
    NotEnough {
        /// What lies in it.
        holds: Money,
    },
    /// More tips are to be paid out than are owed.
    #[error("no more than {owed} of tips is owed")]
    MoreThanOwed {
        /// What is owed.
        owed: Money,
    },
    /// The count differs from what was expected, and nobody said why.
    #[error("the count differs from what is expected; say why")]
    Unexplained {
        /// What must lie in it.
        expected: Money,
        /// By how much the count is more; negative if less.
        difference: Money,
    },
    /// The float differs from what was counted at the last close, and nobody said why.
    #[error("the float differs from what the last close left; say why")]
    FloatUnexplained {
        /// What the last close left.
        carried: Money,
        /// By how much the float is more; negative if less.
        difference: Money,
    },
    /// Too many movements.
    #[error("at most 500 pay-ins and pay-outs fit between opening and closing")]
    TooMany,
    /// The amounts are beyond all measure or of several currencies.
    #[error("the amounts cannot be added up")]
    Sum(#[from] MoneyError),
}

/// An order to put cash in or take it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveOrder {
    /// The key and the fingerprint.
    pub ordered: Ordered,
    /// Which way.
    pub kind: MovementKind,
    /// How much.
    pub amount: Money,
    /// What for.
    pub reason: Remark,
    /// By whom.
    pub by: Actor,
}

/// An order to close the drawer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseOrder {
    /// The key and the fingerprint.
    pub ordered: Ordered,
    /// What was counted.
    pub counted: Money,
    /// Why that differs from what was expected, if it does.
    pub reason: Option<Remark>,
    /// By whom.
    pub by: Actor,
}

impl Drawer {
    /// What moved in it, added up.
    ///
    /// # Errors
    /// [`MoneyError`] if the amounts are beyond all measure or of several currencies.
    pub fn sum(&self) -> Result<DrawerSum, MoneyError> {
        let float = self.session.float;
        let CustomersCash { taken, given_back } = self.customers;
        let of = |kind: MovementKind| {
            let these = self
                .movements
                .iter()
                .filter(move |movement| movement.kind == kind);
            Money::sum(float.currency(), these.map(|movement| movement.amount))
        };
        let (paid_in, paid_out) = (of(MovementKind::PayIn)?, of(MovementKind::PayOut)?);
        let tips_out = of(MovementKind::TipPayout)?;
        let came = float.checked_add(taken)?.checked_add(paid_in)?;
        let went = given_back.checked_add(paid_out)?.checked_add(tips_out)?;
        let expected = came.checked_sub(went)?;
        Ok(DrawerSum {
            float,
            taken,
            given_back,
            paid_in,
            paid_out,
            tips_out,
            expected,
        })
    }

    /// What putting cash in or taking it out means.
    ///
    /// # Errors
    /// [`TillRefused`].
    pub fn pay(
        &self,
        order: &MoveOrder,
        at: OffsetDateTime,
        ids: &dyn IdSource,
    ) -> Result<TillStep, TillRefused> {
        if self.moved_before(&order.ordered)? {
            return Ok(TillStep::Done);
        }
        self.may_move(order.amount)?;
        let holds = self.sum()?.expected;
        let more = match order.kind {
            MovementKind::PayIn => order.amount,
            MovementKind::PayOut if order.amount > holds => return Err(TillRefused::NotEnough { holds }),
            MovementKind::PayOut => negated(order.amount)?,
            // Tips have an order of their own, which says to whom.
            MovementKind::TipPayout => return Err(TillRefused::Unknown),
        };
        let movement = Movement {
            id: ids.fresh(),
            ordered: order.ordered.clone(),
            kind: order.kind,
            amount: order.amount,
            reason: order.reason.clone(),
            staff: None,
            by: order.by.clone(),
            at,
        };
        let journal = post(Cause::TillMoved(movement.id), more, at, ids)?;
        Ok(TillStep::Move(movement, journal))
    }

    /// Whether this very order was carried out before.
    fn moved_before(&self, ordered: &Ordered) -> Result<bool, TillRefused> {
        for movement in &self.movements {
            if done(&movement.ordered, ordered)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Refuses what no drawer can take or give.
    fn may_move(&self, amount: Money) -> Result<(), TillRefused> {
        self.must_be_open()?;
        if self.movements.len() >= MOVEMENTS_MAX {
            return Err(TillRefused::TooMany);
        }
        countable(amount, self.session.float)?;
        if amount.is_zero() {
            return Err(TillRefused::too_much_or_nothing(amount));
        }
        Ok(())
    }

    /// What closing it means. What was counted is frozen with it.
    ///
    /// # Errors
    /// [`TillRefused`].
    pub fn close(
        &self,
        order: &CloseOrder,
        at: OffsetDateTime,
        ids: &dyn IdSource,
    ) -> Result<TillStep, TillRefused> {
        if let Some(closing) = &self.session.closing
            && done(&closing.ordered, &order.ordered)?
        {
            return Ok(TillStep::Done);
        }
        self.must_be_open()?;
        countable(order.counted, self.session.float)?;
        let expected = self.sum()?.expected;
        let difference = order.counted.checked_sub(expected)?;
        if !difference.is_zero() && order.reason.is_none() {
            return Err(TillRefused::Unexplained { expected, difference });
        }
        let closing = TillClosing {
            ordered: order.ordered.clone(),
            at,
            by: order.by.clone(),
            counted: order.counted,
            difference,
            reason: order.reason.clone(),
        };
        let journal = adjustment(Cause::TillClosed(self.session.id), difference, at, ids)?;
        Ok(TillStep::Close(closing, journal))
    }

    const fn must_be_open(&self) -> Result<(), TillRefused> {
        match self.session.closing {
            None => Ok(()),
            Some(_) => Err(TillRefused::Closed),
        }
    }
}

/// Whether this very order was carried out before.
fn done(before: &Ordered, now: &Ordered) -> Result<bool, TillRefused> {
    if before.key != now.key {
        return Ok(false);
    }
    if before.print == now.print {
        Ok(true)
    } else {
        Err(TillRefused::KeyUsed)
    }
}

impl TillRefused {
    const fn too_much_or_nothing(amount: Money) -> Self {
        Self::Amount {
            limit: Money::new(COUNT_MINOR_MAX, amount.currency()),
        }
    }
}

/// Refuses what no drawer of the house can hold.
fn countable(amount: Money, house: Money) -> Result<(), TillRefused> {
    if amount.currency() != house.currency() {
        return Err(TillRefused::Currency {
            house: house.currency(),
        });
    }
    if (0..=COUNT_MINOR_MAX).contains(&amount.amount_minor()) {
        Ok(())
    } else {
        Err(TillRefused::too_much_or_nothing(amount))
    }
}

/// The journal by which the drawer holds so much more, or less, than before; `None` if neither.
fn adjustment(
    cause: Cause,
    more: Money,
    at: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Option<Journal>, MoneyError> {
    if more.is_zero() {
        return Ok(None);
    }
    post(cause, more, at, ids).map(Some)
}

fn negated(amount: Money) -> Result<Money, MoneyError> {
    Money::zero(amount.currency()).checked_sub(amount)
}

fn post(cause: Cause, more: Money, at: OffsetDateTime, ids: &dyn IdSource) -> Result<Journal, MoneyError> {
    let (drawer, elsewhere) = (Place::plain(Account::CashDrawer), Place::plain(Account::Suspense));
    let transfer = if more.is_positive() {
        Transfer {
            debit: drawer,
            credit: elsewhere,
            amount: more,
        }
    } else {
        Transfer {
            debit: elsewhere,
            credit: drawer,
            amount: negated(more)?,
        }
    };
    Journal::of_house(ids.fresh(), cause, at, &[transfer])
}

#[cfg(test)]
mod tests;
