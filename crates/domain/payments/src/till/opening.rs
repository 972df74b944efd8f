//! Opening the drawer: what lies in it must be what the last close left, or somebody says why not.

use ratiba_kernel::{IdSource, Money};
use time::OffsetDateTime;

use super::{Drawer, Ordered, TillRefused, TillSession, TillStep, adjustment, countable, done};
use crate::actor::Actor;
use crate::event::PaymentEvent;
use crate::ledger::Cause;
use crate::remark::Remark;

/// An order to open the drawer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// The key and the fingerprint.
    pub ordered: Ordered,
    /// What was counted into it.
    pub float: Money,
    /// Why that differs from what the last close left, if it does.
    pub reason: Option<Remark>,
    /// By whom.
    pub by: Actor,
}

/// What opening the drawer means while it is closed; `carried` is what the books know to lie in it, and `first` whether
/// it was never opened before, so that no close left anything. The owners are told of a float that differs.
///
/// # Errors
/// [`TillRefused`]; of a float that differs from what the last close left, unless it is said why.
pub fn open(
    (carried, first): (Money, bool),
    order: &OpenOrder,
    at: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<TillStep, TillRefused> {
    countable(order.float, carried)?;
    let difference = order.float.checked_sub(carried)?;
    let odd = !first && !difference.is_zero();
    if odd && order.reason.is_none() {
        return Err(TillRefused::FloatUnexplained { carried, difference });
    }
    let session = TillSession {
        id: ids.fresh(),
        ordered: order.ordered.clone(),
        opened_at: at,
        opened_by: order.by.clone(),
        float: order.float,
        carried,
        reason: order.reason.clone(),
        closing: None,
    };
    let journal = adjustment(Cause::TillOpened(session.id), difference, at, ids)?;
    let event = odd.then_some(PaymentEvent::FloatDiffered {
        till: session.id,
        carried,
        float: order.float,
    });
    Ok(TillStep::Open(Box::new(session), journal, event))
}

impl Drawer {
    /// What an order to open means where this session was opened by its key, or is open already.
    ///
    /// # Errors
    /// [`TillRefused`].
    pub fn open_again(&self, order: &OpenOrder) -> Result<TillStep, TillRefused> {
        if done(&self.session.ordered, &order.ordered)? {
            Ok(TillStep::Done)
        } else {
            Err(TillRefused::Open(self.session.id))
        }
    }
}
