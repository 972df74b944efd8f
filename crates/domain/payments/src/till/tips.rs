//! Tips that are paid out of the drawer to whom they are owed.

use ratiba_kernel::{IdSource, Money};
use time::OffsetDateTime;

use super::{Drawer, Movement, MovementKind, Ordered, TillRefused, TillStep};
use crate::StaffId;
use crate::actor::Actor;
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::remark::Remark;

/// An order to pay tips out of the drawer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipPayout {
    /// The key and the fingerprint.
    pub ordered: Ordered,
    /// To whom.
    pub staff: StaffId,
    /// How much; above nothing.
    pub amount: Money,
    /// What for.
    pub reason: Remark,
    /// By whom.
    pub by: Actor,
}

impl Drawer {
    /// What paying tips out of it means; `owed` is what is owed to the receiver.
    ///
    /// # Errors
    /// [`TillRefused`].
    pub fn pay_tip(
        &self,
        order: &TipPayout,
        owed: Money,
        at: OffsetDateTime,
        ids: &dyn IdSource,
    ) -> Result<TillStep, TillRefused> {
        if self.moved_before(&order.ordered)? {
            return Ok(TillStep::Done);
        }
        self.may_move(order.amount)?;
        if order.amount > owed {
            return Err(TillRefused::MoreThanOwed { owed });
        }
        let holds = self.sum()?.expected;
        if order.amount > holds {
            return Err(TillRefused::NotEnough { holds });
        }
        let movement = Movement {
            id: ids.fresh(),
            ordered: order.ordered.clone(),
            kind: MovementKind::TipPayout,
            amount: order.amount,
            reason: order.reason.clone(),
            staff: Some(order.staff),
            by: order.by.clone(),
            at,
        };
        let transfer = Transfer {
            debit: Place::tips_of(order.staff),
            credit: Place::plain(Account::CashDrawer),
            amount: order.amount,
        };
        let cause = Cause::TillMoved(movement.id);
        let journal = Journal::of_house(ids.fresh(), cause, at, &[transfer])?;
        Ok(TillStep::Move(movement, journal))
    }
}
