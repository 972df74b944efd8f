//! Fakes that hold state. Each gives others a chance once before it does anything.

mod book;
mod by_hand;
mod cards;
mod money;
mod notices;
mod owing;
mod payouts;
mod refunds;
mod reversal;
mod tokens;
mod visits;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use book::{DeadLetter, InMemoryBook, UNROUTED_PER_HOUR_MAX};
pub use by_hand::PlainConfirmations;
pub use cards::ScriptedCards;
pub use money::{PlainReader, ScriptedMoney, SeededTokens};
pub use owing::{AlwaysAsks, LeftOfPrice};
pub use reversal::{PlainResults, ScriptedBack};
pub use tokens::InMemoryTokens;
pub use visits::InMemoryVisits;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
