//! Cards: the provider's page, and what looks after its orders.

use std::sync::Arc;

use ratiba_kernel::Outage;
use ratiba_payments::ports::{CardPage, NoticeAddresses, NoticeInbox, PaymentBook, TokenStore};
use ratiba_payments::use_cases as payments;
use ratiba_pesapal::client::Ground as Needs;
use ratiba_pesapal::{PesapalClient, Timeouts};

use super::Ground;
use crate::accounts::{InstancePesapal, RandomTokens};
use crate::settings::SharedSettings;
use crate::use_cases::Cards;

impl Ground {
    /// What card payments need; `None` if no account is set up, and then no card is offered.
    pub(super) fn cards(&self, settings: &SharedSettings) -> Result<Option<Cards>, Outage> {
        let Some(account) = &settings.pesapal else {
            return Ok(None);
        };
        let book: Arc<dyn PaymentBook> = self.payments.clone();
        let store: Arc<dyn TokenStore> = self.payments.clone();
        let addresses: Arc<dyn NoticeAddresses> = self.payments.clone();
        let inbox: Arc<dyn NoticeInbox> = self.payments.clone();
        let needs = Needs {
            accounts: Arc::new(InstancePesapal::new(
                self.database.clone(),
                account.clone(),
                self.credentials.clone(),
            )),
            addresses,
            secrets: Arc::new(RandomTokens),
            store,
            clock: self.clock.clone(),
        };
        let client = PesapalClient::new(needs, Timeouts::default())?;
        let cards: Arc<dyn CardPage> = Arc::new(client.with_breaker(self.breakers.cards.clone()));
        let look = || payments::LookAtCard {
            book: book.clone(),
            finder: self.payments.clone(),
            watch: self.payments.clone(),
            cards: cards.clone(),
            reversals: payments::Reversals {
                book: self.payments.clone(),
                ids: self.ids.clone(),
            },
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        Ok(Some(Cards {
            sandbox: account.is_sandbox(),
            request: payments::RequestCardLink {
                book: book.clone(),
                house: self.payments.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            open: payments::OpenCard {
                book: book.clone(),
                visits: self.visits(),
                cards: cards.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            look: look(),
            send_refund: payments::SendCardRefund {
                book: self.payments.clone(),
                cards: cards.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            look_at_refund: payments::LookAtCardRefund {
                book: self.payments.clone(),
                look: look(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            nudge: payments::NudgeCard {
                book: book.clone(),
                watch: self.payments.clone(),
                visits: self.visits(),
                clock: self.clock.clone(),
            },
            abandon: payments::AbandonCard { look: look() },
            withdraw: payments::WithdrawCard {
                book: book.clone(),
                watch: self.payments.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            apply_notice: payments::ApplyNotice {
                inbox,
                look: look(),
                clock: self.clock.clone(),
            },
        }))
    }
}
