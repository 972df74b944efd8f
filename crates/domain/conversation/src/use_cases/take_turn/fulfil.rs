//! Fulfils what the machine wishes, by the desks.

use ratiba_kernel::{Outage, PhoneNumber, TenantId};

use super::{TakeTurn, Turn};
use crate::desk::{
    CardOrder, ComplementRequest, Each, HoldOrder, MoveOrder, MoveRequest, OfferRequest, PaymentOrder,
    ResendAnswer, ResendOrder, TipOrder,
};
use crate::knowledge;
use crate::machine::{CHOICES_MAX, Owed, Step, Wish, booking, inquiry, moving, payment, tip, visit};
use crate::texts::Tongue;

impl TakeTurn {
    pub(super) async fn fulfil(
        &self,
        tenant: TenantId,
        turn: &Turn,
        wish: Wish,
        stale: bool,
    ) -> Result<Step, Outage> {
        let key = turn.key();
        match wish {
            Wish::Offer { draft } => {
                let services = draft.decided().unwrap_or_default();
                let (Some((service, also)), Some(wanted)) = (services.split_first(), draft.wanted.clone())
                else {
                    return Ok(Step::misunderstood());
                };
                let request = OfferRequest {
                    customer: turn.customer(),
                    service: *service,
                    also: also.to_vec(),
                    staff: draft.staff,
                    wanted,
                    people: draft.people.unwrap_or(1).max(1),
                    each: draft.each.unwrap_or_default(),
                    slots_max: CHOICES_MAX,
                };
                let offer = self.desk.offer(tenant, request).await?;
                Ok(booking::offered(draft, offer))
            }
            Wish::LookForStaff { draft, staff } => {
                let (Some(service), Some(wanted)) = (draft.service(), draft.wanted.clone()) else {
                    return Ok(Step::misunderstood());
                };
                let request = OfferRequest {
                    customer: turn.customer(),
                    service,
                    also: Vec::new(),
                    staff: Some(staff),
                    wanted,
                    people: 1,
                    each: Each::All,
                    slots_max: 1,
                };
                let offer = self.desk.offer(tenant, request).await?;
                let facts = turn.facts(stale);
                Ok(inquiry::staff_looked_up(draft, staff, &offer, &facts))
            }
            Wish::Promotions => {
                let promotions = self.desk.promotions(tenant).await?;
                Ok(inquiry::promotions_known(promotions))
            }
            Wish::Knowledge { words } => {
                let hits = self.knowledge.about(tenant, &words.asked).await?;
                let facts = turn.facts(stale);
                let found = knowledge::choose(&words.asked, &hits, Tongue::from(facts.language));
                Ok(booking::looked_up(turn.stage(), words, found, &facts))
            }
            Wish::Complement { draft, slot, payer } => {
                let request = ComplementRequest {
                    customer: turn.customer(),
                    slot: slot.clone(),
                    asked_for: draft.staff,
                };
                let pair = self.desk.complement(tenant, request).await?;
                let facts = turn.facts(stale);
                Ok(booking::complement_known(draft, slot, payer, pair, &facts))
            }
            Wish::Hold { draft, slot, payer } => {
                let order = HoldOrder {
                    key,
                    customer: turn.customer(),
                    slot: slot.clone(),
                    asked_for: draft.staff,
                };
                let answer = self.desk.hold(tenant, order).await?;
                Ok(booking::held(draft, &slot, payer, answer))
            }
            Wish::AskMoney { owed, payer } => self.ask_money(tenant, turn, owed, payer).await,
            Wish::LookUpPayment { owed, claimed } => {
                let standing = self.payments.standing(tenant, owed.visit).await?;
                Ok(payment::looked_up(owed, claimed, standing, &turn.facts(stale)))
            }
            Wish::Resend { owed, payer } => {
                let order = ResendOrder {
                    key,
                    visit: owed.visit,
                    payer: payer.clone(),
                };
                let answer = self.payments.resend(tenant, order).await?;
                match payer.or_else(|| turn.payer()) {
                    // The first order came while the phone was busy with something else.
                    Some(payer) if answer == ResendAnswer::NeverAsked => {
                        self.ask_money(tenant, turn, owed, payer).await
                    }
                    Some(_) | None => Ok(payment::resent(owed, answer)),
                }
            }
            Wish::AskCard { owed } => {
                let order = CardOrder {
                    key,
                    visit: owed.visit,
                    customer: turn.customer(),
                    contact: turn.contact(),
                };
                let answer = self.payments.ask_card(tenant, order).await?;
                Ok(payment::card_asked(owed, answer))
            }
            Wish::Tip { visit, units, payer } => {
                let order = TipOrder {
                    key,
                    visit,
                    customer: turn.customer(),
                    payer,
                    units,
                };
                let answer = self.payments.ask_tip(tenant, order).await?;
                Ok(tip::asked(turn.stage(), answer))
            }
            Wish::Upcoming { then } => {
                let visits = self.visits.upcoming(tenant, turn.customer(), turn.now()).await?;
                Ok(visit::upcoming(turn.stage(), then, visits, &turn.facts(stale)))
            }
            Wish::Terms { visit, slot, then } => {
                let terms = self.visits.terms(tenant, visit).await?;
                Ok(visit::terms_known(turn.stage(), (visit, slot), then, terms))
            }
            Wish::Cancel { visit, slot, told } => {
                let answer = self.visits.cancel(tenant, visit, told).await?;
                let facts = turn.facts(stale);
                Ok(visit::cancelled(turn.stage(), (visit, slot), answer, &facts))
            }
            Wish::OfferMove { moving, back } => {
                let Some(wanted) = moving.draft.wanted.clone() else {
                    return Ok(Step::misunderstood());
                };
                let request = MoveRequest {
                    visit: moving.visit,
                    staff: moving.draft.staff,
                    wanted,
                    slots_max: CHOICES_MAX,
                };
                let offer = self.visits.offer_move(tenant, request).await?;
                Ok(moving::offered(*moving, back, offer))
            }
            Wish::Move { moving, to, back } => {
                let order = MoveOrder {
                    visit: moving.visit,
                    to: to.clone(),
                    staff: moving.draft.staff,
                };
                let answer = self.visits.move_visit(tenant, order).await?;
                Ok(moving::moved(*moving, to, back, answer))
            }
            Wish::Accept { visit, .. } => {
                let answer = self.visits.accept(tenant, visit).await?;
                Ok(visit::accepted(visit, turn.payer(), answer))
            }
            Wish::Pass { visit } => {
                self.visits.pass(tenant, visit).await?;
                Ok(visit::passed())
            }
            Wish::LetGo { visit } => {
                self.visits.let_go(tenant, visit).await?;
                Ok(Step::silence())
            }
        }
    }

    /// Asks for what is owed, on this phone.
    async fn ask_money(
        &self,
        tenant: TenantId,
        turn: &Turn,
        owed: Owed,
        payer: PhoneNumber,
    ) -> Result<Step, Outage> {
        let order = PaymentOrder {
            key: turn.key(),
            visit: owed.visit,
            customer: turn.customer(),
            payer,
            amount: owed.amount,
        };
        let answer = self.payments.ask(tenant, order).await?;
        Ok(payment::asked(owed, answer))
    }
}
