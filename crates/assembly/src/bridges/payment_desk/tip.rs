//! A tip, given in the chat.

use ratiba_booking::appointment::{Appointment, State};
use ratiba_booking::visit::Visit;
use ratiba_conversation::desk::{TipAnswer, TipOrder as Given};
use ratiba_kernel::{Id, Money, MoneyError, Outage, TenantId};
use ratiba_payments::CustomerId;
use ratiba_payments::actor::Actor;
use ratiba_payments::payment::PaymentState;
use ratiba_payments::reference::RequestKey;
use ratiba_payments::tip::{Renderer, TipRecord, TipShare, divided};
use ratiba_payments::use_cases::{RequestPaymentError, TakeCashError, TipOrder, TipTender};

use super::{CHAT, PaymentDeskBridge};

impl PaymentDeskBridge {
    /// Sends a prompt for a tip for all that was rendered of a visit. Of several parts each has its portion by what it was
    /// charged, which its own team shares as it shares its commission.
    pub(super) async fn order_tip(&self, tenant: TenantId, order: Given) -> Result<TipAnswer, Outage> {
        let visit = Id::from_uuid(order.visit.as_uuid());
        let found = self.book.visit(tenant, visit).await?;
        // The visit was named by a phone.
        let Some(found) = found.filter(|found| found.head.customer.as_uuid() == order.customer.as_uuid())
        else {
            return Ok(TipAnswer::NotPossible);
        };
        let key =
            RequestKey::parse(&format!("tip:{}", RequestKey::of(order.key).as_str())).map_err(Outage::new)?;
        let tips = self
            .tips
            .tips
            .tips_of_visit(tenant, Id::from_uuid(visit.as_uuid()))
            .await?;
        if given_before(&tips, &key) {
            return Ok(TipAnswer::Given);
        }
        let currency = self.tips.house.house_currency(tenant).await?;
        let amount = Money::new(i64::from(order.units) * 100, currency);
        let Some((appointment, team, shares)) = self.team(tenant, &found, amount).await? else {
            return Ok(TipAnswer::NotPossible);
        };
        let tip = TipOrder {
            key,
            visit: Id::from_uuid(visit.as_uuid()),
            customer: CustomerId::from_uuid(order.customer.as_uuid()),
            appointment,
            team,
            shares,
            amount,
            tender: TipTender::Prompt(order.payer),
            by: Actor::parse(CHAT).map_err(Outage::new)?,
        };
        match self.tips.take(tenant, tip).await {
            // The same message can order nothing else: its team changed since.
            Ok(_) | Err(TakeCashError::Refused(RequestPaymentError::KeyReused)) => {
                Ok(TipAnswer::Asked { amount })
            }
            Err(TakeCashError::Refused(RequestPaymentError::NotNow(_))) => Ok(TipAnswer::NotNow),
            Err(TakeCashError::Refused(RequestPaymentError::Busy)) => Err(Outage::new("the tip is busy")),
            Err(TakeCashError::Refused(RequestPaymentError::Unavailable(outage))) => Err(outage),
            Err(refused) => {
                tracing::info!(visit.id = %visit, reason = %refused, "no tip is asked for in the chat");
                Ok(TipAnswer::NotPossible)
            }
        }
    }

    /// For which part a tip is put on record, who rendered anything, and, where that were several parts, who gets how much.
    /// `None` if nothing was rendered.
    async fn team(
        &self,
        tenant: TenantId,
        visit: &Visit,
        amount: Money,
    ) -> Result<
        Option<(
            ratiba_payments::AppointmentId,
            Vec<Renderer>,
            Option<Vec<TipShare>>,
        )>,
        Outage,
    > {
        let rendered = |part: &&Appointment| matches!(part.state(), State::Completed { .. });
        let mut parts = Vec::new();
        for part in visit.appointments.iter().filter(rendered) {
            let team = self
                .teams
                .team(tenant, Id::from_uuid(part.id().as_uuid()))
                .await?;
            let Some(team) = team else { continue };
            let shares = team.staff().iter().zip(team.fractions());
            let renderers: Vec<Renderer> = shares
                .map(|(staff, share)| Renderer {
                    staff: Id::from_uuid(staff.as_uuid()),
                    weight: share.numerator,
                })
                .collect();
            parts.push((part, renderers));
        }
        let Some(first) = parts.first().map(|(part, _)| Id::from_uuid(part.id().as_uuid())) else {
            return Ok(None);
        };
        if let [(_, team)] = parts.as_slice() {
            return Ok(Some((first, team.clone(), None)));
        }
        let charged: Vec<(Money, Vec<Renderer>)> = parts
            .into_iter()
            .map(|(part, team)| (part.booking().price.charged(), team))
            .collect();
        let shares = across(amount, &charged).map_err(Outage::new)?;
        let team = shares.iter().map(|share| Renderer {
            staff: share.staff,
            weight: 1,
        });
        Ok(Some((first, team.collect(), Some(shares))))
    }
}

/// Whether a tip of this visit came, or comes by another order than this.
fn given_before(tips: &[TipRecord], key: &RequestKey) -> bool {
    tips.iter().any(|tip| {
        let own = tip
            .record
            .attempts
            .iter()
            .any(|attempt| attempt.terms().key == *key);
        let came = match tip.record.payment.state() {
            PaymentState::Settled | PaymentState::Credited => true,
            PaymentState::Open | PaymentState::Cancelled => tip.record.payment.paid().is_positive(),
        };
        came && !own
    })
}

/// Divides a tip among the teams of several parts by what each part was charged, and alike where nothing was.
fn across(amount: Money, parts: &[(Money, Vec<Renderer>)]) -> Result<Vec<TipShare>, MoneyError> {
    let mut weights: Vec<u64> = parts
        .iter()
        .map(|(charged, _)| u64::try_from(charged.amount_minor()).unwrap_or(0))
        .collect();
    if weights.iter().all(|weight| *weight == 0) {
        weights.fill(1);
    }
    let mut shares: Vec<TipShare> = Vec::new();
    for (portion, (_, team)) in amount.split(&weights)?.into_iter().zip(parts) {
        if !portion.is_positive() {
            continue;
        }
        for share in divided(portion, team)? {
            match shares.iter_mut().find(|known| known.staff == share.staff) {
                Some(known) => known.amount = known.amount.checked_add(share.amount)?,
                None => shares.push(share),
            }
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests;
