//! What people work through: dead letters, and disputes about attempts.

use std::sync::Arc;

use ratiba_daraja::{ByHandReader, StkCallbackReader};
use ratiba_payments::use_cases as payments;

use super::Ground;

impl Ground {
    pub(super) fn letters(&self) -> payments::WorkLetter {
        payments::WorkLetter {
            book: self.payments.clone(),
            letters: self.payments.clone(),
            finder: self.payments.clone(),
            callbacks: Arc::new(StkCallbackReader),
            confirmations: Arc::new(ByHandReader),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn clear_suspense(&self) -> payments::ClearSuspense {
        payments::ClearSuspense {
            book: self.payments.clone(),
            house: self.payments.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn settle_dispute(&self) -> payments::SettleDispute {
        payments::SettleDispute {
            book: self.payments.clone(),
            clock: self.clock.clone(),
        }
    }
}
