//! What is done with the books beside taking money and giving it back.

use std::sync::Arc;

use ratiba_payments::ports::Visits;
use ratiba_payments::use_cases as payments;

use super::Ground;
use crate::bridges::visits::VisitsBridge;

impl Ground {
    pub(super) fn earn(&self) -> payments::EarnVisit {
        payments::EarnVisit {
            book: self.payments.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn tips(&self) -> payments::WorkTips {
        payments::WorkTips {
            book: self.payments.clone(),
            tips: self.payments.clone(),
            till: self.payments.clone(),
            house: self.payments.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn return_tips(&self) -> payments::ReturnTips {
        payments::ReturnTips {
            book: self.payments.clone(),
            tips: self.payments.clone(),
            visits: self.visits(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn visits(&self) -> Arc<dyn Visits> {
        Arc::new(VisitsBridge {
            book: self.appointments.clone(),
            clock: self.clock.clone(),
        })
    }

    pub(super) fn statements(&self) -> payments::WorkStatements {
        payments::WorkStatements {
            statements: self.payments.clone(),
            payments: self.payments.clone(),
            refunds: self.payments.clone(),
            finder: self.payments.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }
}
