//! Asking for a page on which what a visit owes is paid by card.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, PhoneNumber, TenantId};

use super::ask_at_desk::{Desk, DeskOrder};
use super::asking::Means;
use super::{PaymentAsked, RequestPaymentError, TipAlong};
use crate::VisitId;
use crate::actor::Actor;
use crate::ports::{HouseCurrency, Owing, PaymentBook};
use crate::reference::RequestKey;

/// A page as it is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLinkOrder {
    /// Makes it repeatable: the same key is the same page.
    pub key: RequestKey,
    /// The visit that is to be paid for.
    pub visit: VisitId,
    /// Whom the provider may write to about it; `None`: the customer.
    pub contact: Option<PhoneNumber>,
    /// How much, at most what is owed, cents included; `None`: all of it.
    pub amount: Option<Money>,
    /// A tip that the same page takes along, on top of the amount.
    pub tip: Option<TipAlong>,
    /// Who orders it.
    pub by: Actor,
}

impl CardLinkOrder {
    /// The same for every order that asks for the same.
    fn fingerprint(&self) -> Fingerprint {
        let contact = self.contact.as_ref().map(PhoneNumber::e164).unwrap_or_default();
        let amount = self.amount.map_or_else(String::new, |amount| {
            format!("{} {}", amount.amount_minor(), amount.currency().code())
        });
        let tip = self.tip.as_ref().map(TipAlong::text).unwrap_or_default();
        Fingerprint::of(&format!("card|{}|{contact}|{amount}{tip}", self.visit))
    }
}

/// Asks for a page. It is opened by a task of its own.
pub struct RequestCardLink {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl RequestCardLink {
    /// Makes an attempt by card at what the visit owes, which `owing` says, for all of it or a part. Nothing is opened
    /// while another attempt of the visit is open or in doubt, nor what the provider would refuse for the same reason as
    /// the last page. Ordering again under the same key gives the same attempt. A tip goes with the balance only, as with a
    /// prompt.
    ///
    /// # Errors
    /// [`RequestPaymentError`]; then nothing was asked.
    #[tracing::instrument(name = "payments.request_card_link", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: CardLinkOrder,
        owing: &dyn Owing,
    ) -> Result<PaymentAsked, RequestPaymentError> {
        let desk = Desk {
            book: &*self.book,
            house: &*self.house,
            owing,
            clock: &*self.clock,
            ids: &*self.ids,
        };
        let ordered = order.fingerprint();
        let order = DeskOrder {
            key: order.key,
            visit: order.visit,
            means: Means::Page,
            number: order.contact,
            amount: order.amount,
            by: order.by,
            ordered,
            tip: order.tip,
        };
        desk.ask(tenant, &order).await
    }
}
