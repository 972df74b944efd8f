//! Money that customers send by hand.

use std::sync::Arc;

use ratiba_daraja::ByHandReader;
use ratiba_payments::ports::{ConfirmationInbox, ConfirmationReader, MoneyFinder};
use ratiba_payments::use_cases as payments;

use super::Ground;
use crate::use_cases::ByHand;

impl Ground {
    pub(super) fn by_hand(&self) -> ByHand {
        let inbox: Arc<dyn ConfirmationInbox> = self.payments.clone();
        let finder: Arc<dyn MoneyFinder> = self.payments.clone();
        let reader: Arc<dyn ConfirmationReader> = Arc::new(ByHandReader);
        ByHand {
            validate: payments::ValidateByHand {
                inbox: inbox.clone(),
                finder: finder.clone(),
                reader: reader.clone(),
            },
            apply: payments::ApplyConfirmation {
                book: self.payments.clone(),
                finder,
                inbox: inbox.clone(),
                reader,
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            inbox,
        }
    }
}
