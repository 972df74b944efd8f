//! Refunds and credit.

use std::sync::Arc;

use ratiba_daraja::ReversalResultReader;
use ratiba_kernel::Outage;
use ratiba_payments::ports::{MoneyBack as Provider, RefundBook, TokenSource};
use ratiba_payments::use_cases as payments;

use super::Ground;
use crate::accounts::RandomTokens;
use crate::settings::SharedSettings;
use crate::use_cases::MoneyBack;

impl Ground {
    /// Gives back what visits do not ask for any more.
    pub(super) fn give_back(&self, settings: &SharedSettings) -> Result<payments::GiveBack, Outage> {
        let refunds: Arc<dyn RefundBook> = self.payments.clone();
        Ok(payments::GiveBack {
            book: self.payments.clone(),
            rules: self.payments.clone(),
            order: payments::RequestRefund {
                book: refunds.clone(),
                back: Arc::new(self.daraja(settings)?),
                cards: settings.pesapal.is_some(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            credit: payments::CreditVisit {
                book: self.payments.clone(),
                refunds,
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
        })
    }

    pub(super) fn money_back(&self, settings: &SharedSettings) -> Result<MoneyBack, Outage> {
        let (clock, ids) = (&self.clock, &self.ids);
        let book: Arc<dyn RefundBook> = self.payments.clone();
        let back: Arc<dyn Provider> = Arc::new(self.daraja(settings)?);
        let tokens: Arc<dyn TokenSource> = Arc::new(RandomTokens);
        Ok(MoneyBack {
            order: payments::RequestRefund {
                book: book.clone(),
                back: back.clone(),
                cards: settings.pesapal.is_some(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            give: self.give_back(settings)?,
            send: payments::SendRefund {
                book: book.clone(),
                back: back.clone(),
                tokens: tokens.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            ask: payments::AskRefund {
                book: book.clone(),
                back: back.clone(),
                tokens: tokens.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            cancel: payments::CancelRefund {
                book: book.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            apply_result: payments::ApplyResult {
                book: book.clone(),
                inbox: self.payments.clone(),
                reader: Arc::new(ReversalResultReader),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            resolve: payments::ResolveRefund {
                book: book.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            spend: self.spend_credit(),
            pay_out: payments::PayOutCredit {
                book: self.payments.clone(),
                back: back.clone(),
                house: self.payments.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            ledger: self.payments.clone(),
            house: self.payments.clone(),
            rules: self.payments.clone(),
            book,
        })
    }

    pub(super) fn spend_credit(&self) -> payments::SpendCredit {
        payments::SpendCredit {
            credit: self.payments.clone(),
            book: self.payments.clone(),
            house: self.payments.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }
}
