//! The waitlist: joining, being offered time, taking or passing it.

mod answer;
mod join;
mod offer;

pub use answer::{
    AcceptWaitlistOffer, EndWaitlistOffer, PassWaitlistOffer, WaitlistEntryError, WithdrawFromWaitlist,
};
pub use join::{JoinWaitlist, JoinWaitlistError, WaitlistOrder};
pub use offer::{OfferFreedTime, OffersMade, WatchWaitlist};

#[cfg(test)]
mod tests;
