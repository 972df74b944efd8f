//! The desks, the messenger and the rest of the world, in memory and obedient.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{IdSource, Money, Outage, PhoneNumber, TenantId};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::builders::{a_menu, a_profile, wanjiru};
use crate::channel::{Address, SenderKey};
use crate::desk::{
    AskAnswer, CardAnswer, CardOrder, Complement, ComplementRequest, Each, HoldAnswer, HoldOrder, Menu,
    NotFree, Offer, OfferRequest, Part, Party, PayWays, PaymentOrder, PaymentRef, PaymentStanding, Profile,
    PromotionCard, ResendAnswer, ResendOrder, ServiceCard, ServiceRef, Slot, StaffRef, TipAnswer, TipOrder,
    VisitCard, VisitRef, VisitStanding, Wanted,
};
use crate::inbound::{InboundId, Media, Reading, Received};
use crate::outgoing::{Content, MessageId, SendAnswer, StatusReport, TemplateCall};
use crate::personality::Personality;
use crate::ports::{
    BookingDesk, BusinessProfile, ChannelReader, ClientMessenger, PaymentDesk, PersonalityBook,
    PersonalityRefused, TemplateRegister, TemplateStanding,
};

mod visits;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn times(money: Money, people: u32) -> Money {
    Money::kes_minor(money.amount_minor() * i64::from(people))
}

/// What the fake desk knows and was asked.
#[derive(Default)]
struct Desk {
    taken: BTreeSet<OffsetDateTime>,
    visits: BTreeMap<VisitRef, VisitCard>,
    by_key: BTreeMap<InboundId, VisitRef>,
    asked: BTreeMap<InboundId, PaymentOrder>,
    resent: BTreeMap<InboundId, ResendOrder>,
    standings: BTreeMap<VisitRef, PaymentStanding>,
    resend_answer: Option<ResendAnswer>,
    ask_answer: Option<AskAnswer>,
    card_answer: Option<CardAnswer>,
    pages: BTreeMap<InboundId, CardOrder>,
    tips: BTreeMap<InboundId, TipOrder>,
    tip_answer: Option<TipAnswer>,
    takes_cards: bool,
    earnest: bool,
    holds: Vec<HoldOrder>,
    stand_in: Option<StaffRef>,
    away: BTreeSet<StaffRef>,
    goes_well: Option<ServiceRef>,
    pair_gone: bool,
    promotions: Vec<PromotionCard>,
    late_fee: Option<Money>,
    paid: Option<Money>,
}

/// Booking desk, book of visits and till of one business. A service costs what its menu says, 1,000 of it now;
/// nothing is free outside of opening hours.
pub struct FakeDesk {
    state: Mutex<Desk>,
    menu: Mutex<Menu>,
    ids: ratiba_kernel::test_support::SeededIds,
    due_now: ratiba_kernel::Money,
    hold: time::Duration,
    clock: std::sync::Arc<ratiba_kernel::test_support::ManualClock>,
}

impl FakeDesk {
    /// The demo's desk, by this clock.
    #[must_use]
    pub fn new(clock: std::sync::Arc<ratiba_kernel::test_support::ManualClock>) -> Self {
        Self {
            state: Mutex::default(),
            menu: Mutex::new(a_menu()),
            ids: ratiba_kernel::test_support::SeededIds::lane(0xde),
            due_now: ratiba_kernel::Money::kes_minor(100_000),
            hold: time::Duration::minutes(5),
            clock,
        }
    }

    /// The same desk, asking for nothing in advance.
    #[must_use]
    pub fn asking_nothing(mut self) -> Self {
        self.due_now = ratiba_kernel::Money::kes_minor(0);
        self
    }

    /// Takes cards from now on.
    pub fn take_cards(&self) {
        locked(&self.state).takes_cards = true;
    }

    /// Moves real money from now on.
    pub fn go_live(&self) {
        locked(&self.state).earnest = true;
    }

    /// What every order for a page is answered from now on.
    pub fn answer_cards(&self, answer: CardAnswer) {
        locked(&self.state).card_answer = Some(answer);
    }

    /// The tips that were asked for, in whole units.
    #[must_use]
    pub fn tips(&self) -> Vec<u32> {
        locked(&self.state)
            .tips
            .values()
            .map(|order| order.units)
            .collect()
    }

    /// Answers orders of tips like this from now on.
    pub fn answer_tips(&self, answer: TipAnswer) {
        locked(&self.state).tip_answer = Some(answer);
    }

    /// How many pages were ordered.
    #[must_use]
    pub fn pages(&self) -> usize {
        locked(&self.state).pages.len()
    }

    /// The demo's therapist has this number.
    pub fn employ(&self, phone: PhoneNumber) {
        if let Some(member) = locked(&self.menu).staff.first_mut() {
            member.phone = Some(phone);
        }
    }

    /// Changes what is sold, and by whom.
    pub fn amend_menu(&self, amend: impl FnOnce(&mut Menu)) {
        amend(&mut locked(&self.menu));
    }

    /// Somebody else takes this time.
    pub fn take(&self, starts_at: OffsetDateTime) {
        locked(&self.state).taken.insert(starts_at);
    }

    /// How often, and for whom, money was asked: one entry for each prompt that went out.
    #[must_use]
    pub fn prompts(&self) -> Vec<PhoneNumber> {
        let state = locked(&self.state);
        let first = state.asked.values().map(|order| order.payer.clone());
        let again = state.resent.values().filter_map(|order| order.payer.clone());
        first.chain(again).collect()
    }

    /// How many prompts were sent again.
    #[must_use]
    pub fn resends(&self) -> usize {
        locked(&self.state).resent.len()
    }

    /// All visits.
    #[must_use]
    pub fn visits(&self) -> Vec<VisitCard> {
        locked(&self.state).visits.values().cloned().collect()
    }

    /// Says where the payment of a visit stands from now on.
    pub fn set_payment(&self, visit: VisitRef, standing: PaymentStanding) {
        locked(&self.state).standings.insert(visit, standing);
    }

    /// Keeps a visit's time for the customer's word.
    pub fn keep_visit(&self, visit: VisitRef, until: OffsetDateTime) {
        if let Some(card) = locked(&self.state).visits.get_mut(&visit) {
            card.standing = VisitStanding::Held;
            card.deadline = Some(until);
        }
    }

    /// Says where a visit stands from now on.
    pub fn set_visit(&self, visit: VisitRef, standing: VisitStanding) {
        if let Some(card) = locked(&self.state).visits.get_mut(&visit) {
            card.standing = standing;
            card.deadline = card.deadline.filter(|_| standing == VisitStanding::Held);
        }
    }

    /// Says under which account the rest of a visit is paid by hand from now on.
    pub fn ask_under(&self, visit: VisitRef, account: &str) {
        if let Some(card) = locked(&self.state).visits.get_mut(&visit) {
            account.clone_into(&mut card.account);
        }
    }

    /// All orders to hold, in order, repetitions included.
    #[must_use]
    pub fn holds(&self) -> Vec<HoldOrder> {
        locked(&self.state).holds.clone()
    }

    /// Somebody else serves from now on, where nobody was asked for by name.
    pub fn stand_in(&self, staff: StaffRef) {
        locked(&self.state).stand_in = Some(staff);
    }

    /// This person is not there any more; whoever stands in is free.
    pub fn send_away(&self, staff: StaffRef) {
        locked(&self.state).away.insert(staff);
    }

    /// Answers every wish for money like this.
    pub fn answer_asks(&self, answer: AskAnswer) {
        locked(&self.state).ask_answer = Some(answer);
    }

    /// Answers every wish to resend like this.
    pub fn answer_resends(&self, answer: ResendAnswer) {
        locked(&self.state).resend_answer = Some(answer);
    }

    /// This goes well with everything from now on, and is free right after it.
    pub fn offer_after_all(&self, service: ServiceRef) {
        locked(&self.state).goes_well = Some(service);
    }

    /// This promotion runs from now on.
    pub fn run_promotion(&self, promotion: PromotionCard) {
        locked(&self.state).promotions.push(promotion);
    }

    /// Somebody else takes what goes well, as soon as it is wanted.
    pub fn lose_pairs(&self) {
        locked(&self.state).pair_gone = true;
    }

    /// The business moves a visit: it begins then.
    pub fn shift(&self, visit: VisitRef, starts_at: OffsetDateTime) {
        if let Some(card) = locked(&self.state).visits.get_mut(&visit) {
            let lasts = card.slot.ends_at - card.slot.starts_at;
            card.slot.starts_at = starts_at;
            card.slot.ends_at = starts_at + lasts;
        }
    }

    /// Cancelling costs this from now on, and moving is too late.
    pub fn ask_late_fee(&self, fee: Money) {
        locked(&self.state).late_fee = Some(fee);
    }

    /// What was paid for every visit and is held for it, from now on; what cancelling leaves of it becomes credit.
    pub fn count_paid(&self, paid: Money) {
        locked(&self.state).paid = Some(paid);
    }

    fn slot(&self, request: &OfferRequest, starts_at: OffsetDateTime) -> Option<Slot> {
        let menu = locked(&self.menu);
        let all = std::iter::once(&request.service).chain(&request.also);
        let all: Vec<&ServiceCard> = all.map(|service| menu.service(*service)).collect::<Option<_>>()?;
        let staff = request.staff.or(Some(wanjiru()));
        let lengths = all.iter().map(|service| service.minutes);
        let price: i64 = all.iter().map(|service| service.price.amount_minor()).sum();
        let parts = u32::try_from(all.len()).ok()?;
        let (minutes, times_each) = match request.each {
            Each::All => (lengths.sum::<u32>(), request.people),
            Each::Own => (lengths.max()?, 1),
        };
        Some(Slot {
            service: request.service,
            staff,
            starts_at,
            ends_at: starts_at + time::Duration::minutes(i64::from(minutes)),
            price: times(Money::kes_minor(price), times_each),
            due_now: times(self.due_now, times_each * parts),
            party: Party::of(request.people).with_each(request.each),
            complement: None,
            rest: request
                .also
                .iter()
                .map(|service| Part {
                    service: *service,
                    staff,
                })
                .collect(),
        })
    }

    fn is_open(&self, starts_at: OffsetDateTime) -> bool {
        let menu = locked(&self.menu);
        let local = menu.zone.local(starts_at);
        let minute = u16::from(local.hour()) * 60 + u16::from(local.minute());
        menu.opening.is_open(local.weekday(), minute)
    }

    /// Free starts from `from` on, each hour.
    fn near(&self, request: &OfferRequest, from: OffsetDateTime, until: Option<OffsetDateTime>) -> Vec<Slot> {
        let now = ratiba_kernel::Clock::now(self.clock.as_ref());
        let taken = locked(&self.state).taken.clone();
        (0..48i64)
            .map(|hour| from + time::Duration::hours(hour))
            .take_while(|start| until.is_none_or(|until| *start < until))
            .filter(|start| *start > now && self.is_open(*start) && !taken.contains(start))
            .filter_map(|start| self.slot(request, start))
            .take(request.slots_max.min(3))
            .collect()
    }
}

#[async_trait]
impl BookingDesk for FakeDesk {
    async fn menu(&self, _tenant: TenantId) -> Result<Arc<Menu>, Outage> {
        Ok(Arc::new(locked(&self.menu).clone()))
    }

    async fn promotions(&self, _tenant: TenantId) -> Result<Vec<PromotionCard>, Outage> {
        Ok(locked(&self.state).promotions.clone())
    }

    async fn offer(&self, _tenant: TenantId, request: OfferRequest) -> Result<Offer, Outage> {
        let now = ratiba_kernel::Clock::now(self.clock.as_ref());
        let at = match &request.wanted {
            Wanted::At(at) => *at,
            Wanted::Among(ranges) => {
                let slots = ranges
                    .iter()
                    .flat_map(|range| self.near(&request, range.start(), Some(range.end())))
                    .take(request.slots_max)
                    .collect();
                return Ok(Offer::Alternatives {
                    reason: NotFree::Choose,
                    slots,
                });
            }
            Wanted::TimeOfDay(_) => return Err(Outage::new("the machine asked for an hour without a day")),
        };
        let (taken, away, stand_in) = {
            let state = locked(&self.state);
            let away = request.staff.filter(|staff| state.away.contains(staff));
            (state.taken.contains(&at), away, state.stand_in)
        };
        if let Some(staff) = away {
            let anybody = OfferRequest {
                staff: stand_in,
                ..request
            };
            let free = stand_in.and_then(|_| self.slot(&anybody, at));
            return Ok(Offer::Alternatives {
                reason: NotFree::StaffAway { staff },
                slots: free.into_iter().collect(),
            });
        }
        let reason = if at <= now {
            NotFree::Past
        } else if !self.is_open(at) {
            NotFree::Closed
        } else if taken {
            NotFree::Taken
        } else if let Some(slot) = self.slot(&request, at) {
            return Ok(Offer::Free(slot));
        } else {
            NotFree::NotOffered
        };
        Ok(Offer::Alternatives {
            reason,
            slots: self.near(&request, at.max(now), None),
        })
    }

    async fn complement(
        &self,
        _tenant: TenantId,
        request: ComplementRequest,
    ) -> Result<Option<Slot>, Outage> {
        let goes_well = locked(&self.state).goes_well;
        let menu = locked(&self.menu);
        let service = goes_well.and_then(|service| menu.service(service));
        Ok(service.map(|service| Slot {
            ends_at: request.slot.ends_at + time::Duration::minutes(i64::from(service.minutes)),
            price: Money::kes_minor(request.slot.price.amount_minor() + service.price.amount_minor()),
            due_now: times(request.slot.due_now, 2),
            complement: Some(Complement {
                service: service.id,
                staff: wanjiru(),
                starts_at: request.slot.ends_at,
                begins_at: request.slot.ends_at,
            }),
            ..request.slot
        }))
    }

    async fn hold(&self, _tenant: TenantId, order: HoldOrder) -> Result<HoldAnswer, Outage> {
        let now = ratiba_kernel::Clock::now(self.clock.as_ref());
        let known = locked(&self.state).by_key.get(&order.key).copied();
        let request = OfferRequest {
            customer: order.customer,
            service: order.slot.service,
            also: order.slot.rest.iter().map(|part| part.service).collect(),
            staff: order.slot.staff,
            wanted: Wanted::At(order.slot.starts_at),
            people: order.slot.party.people,
            each: order.slot.party.each,
            slots_max: 3,
        };
        if known.is_none() && order.slot.complement.is_some() && locked(&self.state).pair_gone {
            return Ok(HoldAnswer::Taken {
                alternatives: Vec::new(),
            });
        }
        if known.is_none() && locked(&self.state).taken.contains(&order.slot.starts_at) {
            return Ok(HoldAnswer::Taken {
                alternatives: self.near(&request, order.slot.starts_at, None),
            });
        }
        let due_now = order.slot.due_now;
        let mut state = locked(&self.state);
        state.holds.push(order.clone());
        let visit = known.unwrap_or_else(|| self.ids.next_id());
        let slot = Slot {
            staff: order.asked_for.or(state.stand_in).or(order.slot.staff),
            ..order.slot
        };
        let deadline = due_now.is_positive().then_some(now + self.hold);
        state.taken.insert(order.slot.starts_at);
        state.by_key.insert(order.key, visit);
        let standing = if due_now.is_positive() {
            VisitStanding::Held
        } else {
            VisitStanding::Confirmed
        };
        let held = state.visits.entry(visit).or_insert(VisitCard {
            id: visit,
            customer: order.customer,
            slot,
            standing,
            deadline,
            reference: "BK7Q2M".to_owned(),
            account: "BK7Q2M".to_owned(),
        });
        Ok(HoldAnswer::Held {
            visit,
            slot: held.slot.clone(),
            deadline: held.deadline,
            due_now,
        })
    }
}

#[async_trait]
impl PaymentDesk for FakeDesk {
    async fn ask(&self, _tenant: TenantId, order: PaymentOrder) -> Result<AskAnswer, Outage> {
        if !order.payer.is_kenyan_mobile() {
            return Ok(AskAnswer::BadPayer);
        }
        let mut state = locked(&self.state);
        if let Some(answer) = state.ask_answer.clone() {
            return Ok(answer);
        }
        state
            .standings
            .entry(order.visit)
            .or_insert(PaymentStanding::Prompting);
        let payment = PaymentRef::from_uuid(order.visit.as_uuid());
        let amount = order.amount;
        state.asked.insert(order.key, order);
        Ok(AskAnswer::Asked { payment, amount })
    }

    async fn standing(&self, _tenant: TenantId, visit: VisitRef) -> Result<PaymentStanding, Outage> {
        let state = locked(&self.state);
        Ok(state
            .standings
            .get(&visit)
            .cloned()
            .unwrap_or(PaymentStanding::NothingAsked))
    }

    async fn ask_tip(&self, _tenant: TenantId, order: TipOrder) -> Result<TipAnswer, Outage> {
        let mut state = locked(&self.state);
        if let Some(answer) = state.tip_answer.clone() {
            return Ok(answer);
        }
        let own = state
            .visits
            .get(&order.visit)
            .filter(|card| card.customer == order.customer);
        if own.is_none_or(|card| card.standing != VisitStanding::Rendered) {
            return Ok(TipAnswer::NotPossible);
        }
        let amount = Money::kes_minor(i64::from(order.units) * 100);
        state.tips.insert(order.key, order);
        Ok(TipAnswer::Asked { amount })
    }

    fn ways(&self) -> PayWays {
        let state = locked(&self.state);
        PayWays {
            cards: state.takes_cards,
            prompt_trial: !state.earnest,
            card_trial: !state.earnest,
        }
    }

    async fn ask_card(&self, _tenant: TenantId, order: CardOrder) -> Result<CardAnswer, Outage> {
        let mut state = locked(&self.state);
        if !state.takes_cards {
            return Ok(CardAnswer::NotOffered);
        }
        if let Some(answer) = state.card_answer.clone() {
            return Ok(answer);
        }
        let deadline = ratiba_kernel::Clock::now(self.clock.as_ref()) + time::Duration::minutes(30);
        let Some(card) = state.visits.get_mut(&order.visit) else {
            return Ok(CardAnswer::HoldGone);
        };
        card.deadline = Some(deadline);
        let amount = card.slot.due_now;
        state.pages.insert(order.key, order);
        Ok(CardAnswer::Asked { amount, deadline })
    }

    async fn resend(&self, _tenant: TenantId, order: ResendOrder) -> Result<ResendAnswer, Outage> {
        let mut state = locked(&self.state);
        let answer = state.resend_answer.clone().unwrap_or(ResendAnswer::Asked);
        if let ResendAnswer::Asked = answer {
            state.resent.insert(order.key, order);
        }
        Ok(answer)
    }
}

/// A profile that a test may change.
pub struct FakeProfile(Mutex<Profile>, Mutex<BTreeMap<TenantId, (Personality, i32)>>);

impl Default for FakeProfile {
    fn default() -> Self {
        Self(Mutex::new(a_profile()), Mutex::default())
    }
}

impl FakeProfile {
    /// Changes what the business says about itself.
    pub fn amend(&self, amend: impl FnOnce(&mut Profile)) {
        amend(&mut locked(&self.0));
    }
}

#[async_trait]
impl BusinessProfile for FakeProfile {
    async fn profile(&self, _tenant: TenantId) -> Result<Profile, Outage> {
        Ok(locked(&self.0).clone())
    }
}

#[async_trait]
impl PersonalityBook for FakeProfile {
    async fn personality(&self, tenant: TenantId) -> Result<(Personality, i32), Outage> {
        let usual = (Personality::default(), 1);
        Ok(locked(&self.1).get(&tenant).copied().unwrap_or(usual))
    }

    async fn set_personality(
        &self,
        tenant: TenantId,
        personality: Personality,
        version: i32,
    ) -> Result<i32, PersonalityRefused> {
        let mut known = locked(&self.1);
        let recorded = known.get(&tenant).map_or(1, |(_, version)| *version);
        if recorded != version {
            return Err(PersonalityRefused::Stale);
        }
        known.insert(tenant, (personality, version + 1));
        Ok(version + 1)
    }
}

/// Remembers what was handed over, and answers by script; accepts once the script is at its end.
#[derive(Default)]
pub struct FakeMessenger {
    sent: Mutex<Vec<(Address, Content, MessageId)>>,
    script: Mutex<Vec<SendAnswer>>,
    read: Mutex<Vec<String>>,
}

impl FakeMessenger {
    /// Answers the next sends like this, in order.
    pub fn answer(&self, answers: impl IntoIterator<Item = SendAnswer>) {
        let mut script = locked(&self.script);
        script.extend(answers);
    }

    /// What was handed over, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<(Address, Content, MessageId)> {
        locked(&self.sent).clone()
    }

    /// The messages that were marked as read.
    #[must_use]
    pub fn read(&self) -> Vec<String> {
        locked(&self.read).clone()
    }
}

#[async_trait]
impl ClientMessenger for FakeMessenger {
    async fn send(
        &self,
        _tenant: TenantId,
        to: &Address,
        content: &Content,
        reference: MessageId,
    ) -> SendAnswer {
        let mut sent = locked(&self.sent);
        sent.push((to.clone(), content.clone(), reference));
        let mut script = locked(&self.script);
        if script.is_empty() {
            SendAnswer::Accepted {
                provider_id: format!("out.{}", sent.len()),
            }
        } else {
            script.remove(0)
        }
    }

    async fn mark_read(&self, _tenant: TenantId, provider_id: &str) {
        locked(&self.read).push(provider_id.to_owned());
    }
}

/// Every template is approved, or none is.
#[derive(Clone, Copy, Debug)]
pub struct FakeTemplates(pub TemplateStanding);

#[async_trait]
impl TemplateRegister for FakeTemplates {
    async fn standing(&self, _tenant: TenantId, _call: &TemplateCall) -> Result<TemplateStanding, Outage> {
        Ok(self.0)
    }
}

/// A channel of plain JSON: `{"phone"?, "user_id"?, "name"?, "text" | "tap" | "photo" | "voice" | "reaction"}`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainReader;

impl PlainReader {
    /// Words from a number.
    #[must_use]
    pub fn text(phone: &PhoneNumber, body: &str) -> Value {
        json!({ "phone": phone, "name": "Asha Njeri", "text": body })
    }

    /// A tap from a number.
    #[must_use]
    pub fn tap(phone: &PhoneNumber, token: &str) -> Value {
        json!({ "phone": phone, "name": "Asha Njeri", "tap": token })
    }
}

impl ChannelReader for PlainReader {
    fn message(&self, raw: &Value) -> Reading {
        let text = |key: &str| raw[key].as_str().map(str::to_owned);
        let media = Media {
            id: "media".to_owned(),
            mime_type: None,
            caption: None,
        };
        let received = match (
            text("text"),
            text("tap"),
            raw["photo"].is_null(),
            raw["voice"].is_null(),
        ) {
            (Some(body), _, _, _) => Received::Text { body },
            (None, Some(token), _, _) => Received::Tap {
                token,
                title: String::new(),
            },
            (None, None, false, _) => Received::Image(media),
            (None, None, true, false) => Received::Audio { media, voice: true },
            (None, None, true, true) => Received::Reaction {
                emoji: text("reaction"),
            },
        };
        Reading {
            phone: text("phone").and_then(|phone| PhoneNumber::parse(&phone).ok()),
            user_id: text("user_id").and_then(|id| SenderKey::parse(&id).ok()),
            profile_name: text("name"),
            received,
            reply_to: text("reply_to"),
            from_ad: false,
        }
    }

    fn status(&self, raw: &Value) -> Option<StatusReport> {
        let outcome = match raw["failed"].as_i64() {
            Some(131_047) => Err(crate::outgoing::SendRefusal::TemplateInstead { code: 131_047 }),
            Some(code) => Err(crate::outgoing::SendRefusal::Undeliverable { code }),
            None => Ok(crate::outgoing::StatusKind::parse(raw["status"].as_str()?)?),
        };
        Some(StatusReport {
            provider_id: raw["id"].as_str()?.to_owned(),
            message: raw["ours"].as_str().and_then(|id| id.parse().ok()),
            outcome,
            at: ratiba_kernel::test_support::EPOCH,
        })
    }

    fn template(&self, raw: &Value) -> Option<crate::templates::TemplateReport> {
        let text = |key: &str| raw["template"][key].as_str().map(str::to_owned);
        Some(crate::templates::TemplateReport {
            name: text("name")?,
            language: text("language")?,
            provider_id: text("id"),
            word: text("word")?,
            reason: text("reason"),
        })
    }
}
