//! A prompt that somebody of the business sends: the first for what a visit owes, or one more.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, PhoneNumber, TenantId};

use super::ask_at_desk::{Desk, DeskOrder};
use super::asking::Means;
use super::{PaymentAsked, RequestPaymentError};
use crate::actor::Actor;
use crate::ports::{HouseCurrency, Owing, PaymentBook};
use crate::reference::RequestKey;
use crate::tip::{Renderer, TipShare, shared, shares_text};
use crate::{AppointmentId, VisitId};

/// A prompt as it is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPrompt {
    /// Makes it repeatable: the same key is the same prompt.
    pub key: RequestKey,
    /// The visit that is to be paid for.
    pub visit: VisitId,
    /// Whose handset gets it; `None`: the one that was asked last, else the customer's.
    pub payer: Option<PhoneNumber>,
    /// How much, at most what is owed; `None`: all of it.
    pub amount: Option<Money>,
    /// A tip that the same prompt takes along, on top of the amount.
    pub tip: Option<TipAlong>,
    /// Who orders it.
    pub by: Actor,
}

/// A tip that is asked for together with the balance of its visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipAlong {
    /// For which part of the visit.
    pub appointment: AppointmentId,
    /// Who rendered that part, and how they share it; nobody if nobody renders it any more.
    pub team: Vec<Renderer>,
    /// How much.
    pub amount: Money,
    /// Who gets how much of it; like their shares of that part if nobody says.
    pub shares: Option<Vec<TipShare>>,
}

impl TipAlong {
    pub(super) fn text(&self) -> String {
        let (minor, code) = (self.amount.amount_minor(), self.amount.currency().code());
        let shares = shares_text(self.shares.as_deref());
        format!("|tip|{}|{minor} {code}{shares}", self.appointment)
    }

    /// Who gets how much.
    pub(super) fn divided(&self) -> Result<Vec<TipShare>, RequestPaymentError> {
        if !self.amount.is_positive() {
            return Err(RequestPaymentError::AmountNotPositive);
        }
        Ok(shared(self.amount, &self.team, self.shares.as_deref())?)
    }
}

impl DeskPrompt {
    /// The same for every order that asks for the same.
    fn fingerprint(&self) -> Fingerprint {
        let payer = self.payer.as_ref().map(PhoneNumber::e164).unwrap_or_default();
        let amount = self.amount.map_or_else(String::new, |amount| {
            format!("{} {}", amount.amount_minor(), amount.currency().code())
        });
        let tip = self.tip.as_ref().map(TipAlong::text).unwrap_or_default();
        Fingerprint::of(&format!("prompt|{}|{payer}|{amount}{tip}", self.visit))
    }
}

/// Sends a prompt that the desk orders.
pub struct PromptFromDesk {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl PromptFromDesk {
    /// Makes an attempt at what the visit owes, for all of it or a part. What an open payment asks for follows what the
    /// visit owes by now, which `owing` says. Nothing is sent while another attempt of the visit is open or in doubt, or
    /// too soon after the last push; what would fail again for the same reason is sent only to another handset or for
    /// another amount. Ordering again under the same key gives the same attempt, whatever is owed and whoever renders it by
    /// then. A tip goes with the balance only: it becomes a payment of its own when the money comes, in the same transaction.
    ///
    /// # Errors
    /// [`RequestPaymentError`]; then nothing was sent.
    #[tracing::instrument(name = "payments.prompt_from_desk", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: DeskPrompt,
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
            means: Means::Prompt,
            number: order.payer,
            amount: order.amount,
            tip: order.tip,
            by: order.by,
            ordered,
        };
        desk.ask(tenant, &order).await
    }
}
