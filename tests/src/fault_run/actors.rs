//! The people of a run: the desk, which works through its acts, and the customers, who react.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::future::join_all;
use ratiba_payments::schedule::PROMPT_LIFE;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::date;
use time::{Date, OffsetDateTime};

use super::dice::Dice;
use super::plan::{Act, Plan, Reaction, Way};
use super::stage::Stage;

mod money;
mod rendering;
mod strangers;

/// The services that are booked, and on which days times are looked for: within the run, and after it.
const SERVICES: [&str; 5] = [
    "Swedish massage 60",
    "Facial 60",
    "Manicure",
    "Pedicure",
    "Haircut",
];
const TODAY: (Date, Date) = (date!(2026 - 05 - 12), date!(2026 - 05 - 12));
const DAYS: (Date, Date) = (date!(2026 - 05 - 19), date!(2026 - 06 - 07));
/// How far [`People::look_again`] goes ahead where all is taken, and how often: so far one may book.
const FURTHER: time::Duration = time::Duration::days(20);
const LOOKS_MOST: usize = 3;

/// What everybody remembers.
pub(super) struct People {
    /// Services by id, with the times that they could be had at when somebody looked.
    offered: Vec<Offered>,
    /// The days of the later ones.
    days: (Date, Date),
    /// The visit of each journey, once it is booked.
    visits: Vec<Option<String>>,
    /// What each phone will do.
    reactions: BTreeMap<String, VecDeque<Reaction>>,
    /// For those whom no plan knows ahead.
    pub(super) dice: Dice,
    /// Journeys whose customers will pay by hand as soon as what is told of it arrives, and whether they mistype.
    by_hand: Vec<(usize, bool)>,
    /// Journeys whose customers will have their bank take money back.
    charging_back: Vec<usize>,
    /// Journeys whose customers will not come.
    absent: Vec<usize>,
    /// Orders that it was taken back of.
    charged_back: BTreeSet<String>,
    /// Prompts and orders that somebody has looked at.
    seen: BTreeSet<String>,
    /// What came of all of it, by act and answer.
    pub(super) tally: BTreeMap<String, u64>,
    /// Answers that no act may have.
    pub(super) complaints: Vec<String>,
}

/// A service, and the times that it could be had at.
struct Offered {
    id: String,
    today: Vec<Value>,
    later: Vec<Value>,
}

/// What the desk asks of the api.
struct Wish {
    path: String,
    body: Value,
    /// What lies in the drawer more than before if it is done, in cents.
    cash: i64,
}

impl Wish {
    fn new(path: String, body: Value) -> Self {
        Self { path, body, cash: 0 }
    }
}

/// What came of an act.
struct Done {
    journey: usize,
    act: Act,
    status: StatusCode,
    answer: Value,
    visit: Option<String>,
    cash: i64,
}

/// The number of a customer's phone, as the provider writes it.
pub(super) fn phone(customer: usize) -> String {
    format!("2547{:08}", 10_000_000 + customer)
}

impl People {
    /// Everybody, before anything happened: the drawer is open and the rules are set.
    pub(super) async fn gather(stage: &Stage, plan: &Plan) -> anyhow::Result<Self> {
        stage.replace("/api/v1/settings/payments", &plan.rules).await?;
        rendering::keep_fees(stage, plan.fees).await?;
        stage
            .tell_simulator(
                "/sim/config",
                &json!({
                    "confirm_prompts": plan.confirms, "second_prompt": plan.second_prompt,
                    "charge_per_mille": plan.charge_per_mille,
                }),
            )
            .await?;
        let (_, services) = stage
            .order(&Method::GET, "/api/v1/services", "", &Value::Null)
            .await?;
        let mut offered = Vec::new();
        for name in SERVICES {
            let found = services["items"].as_array().into_iter().flatten();
            let id = found
                .filter(|service| service["name"] == name)
                .find_map(|service| service["id"].as_str());
            let id = id
                .ok_or_else(|| anyhow::anyhow!("there is no {name}: {services}"))?
                .to_owned();
            let (today, later) = (
                rendering::times(stage, &id, TODAY).await?,
                rendering::times(stage, &id, DAYS).await?,
            );
            offered.push(Offered { id, today, later });
        }
        Ok(Self {
            offered,
            days: DAYS,
            visits: vec![None; plan.journeys.len()],
            reactions: BTreeMap::new(),
            dice: Dice::new(plan.seed.wrapping_add(1)),
            by_hand: Vec::new(),
            charging_back: Vec::new(),
            absent: Vec::new(),
            charged_back: BTreeSet::new(),
            seen: BTreeSet::new(),
            tally: BTreeMap::new(),
            complaints: Vec::new(),
        })
    }

    /// Another journey was planned.
    pub(super) fn expect_one_more(&mut self) {
        self.visits.push(None);
    }

    /// Looks again for times, many of which are taken by now; in the weeks after those that were looked at once there are none
    /// left of some service.
    pub(super) async fn look_again(&mut self, stage: &Stage) -> anyhow::Result<()> {
        for looks in 0..LOOKS_MOST {
            if looks > 0 {
                let (from, to) = self.days;
                self.days = (from + FURTHER, to + FURTHER);
            }
            for offered in &mut self.offered {
                offered.later = rendering::times_left(stage, &offered.id, self.days).await?;
            }
            if self.offered.iter().all(|offered| !offered.later.is_empty()) {
                return Ok(());
            }
        }
        anyhow::bail!("nothing is free as far ahead as one may book: {:?}", self.days)
    }

    /// Whether somebody found a time.
    pub(super) fn has_visit(&self, journey: usize) -> bool {
        self.visits[journey].is_some()
    }

    /// Everything that the desk does in a round, all at once.
    pub(super) async fn act(&mut self, stage: &Stage, plan: &Plan, round: u32) -> anyhow::Result<()> {
        let mut due = Vec::new();
        for (index, journey) in plan.journeys.iter().enumerate() {
            for (place, (_, act)) in journey
                .acts
                .iter()
                .enumerate()
                .filter(|(_, (at, _))| *at == round)
            {
                if let Act::Book(_) = act {
                    let waiting = self.reactions.entry(phone(journey.customer)).or_default();
                    waiting.extend(journey.reactions.iter().copied());
                }
                match act {
                    Act::ByHand { wrong } => self.by_hand.push((index, *wrong)),
                    Act::ChargeBack => self.charging_back.push(index),
                    Act::Absent => self.absent.push(index),
                    Act::Book(_)
                    | Act::Ask(..)
                    | Act::Cancel { .. }
                    | Act::Refund(..)
                    | Act::Tip(..)
                    | Act::AskWithTip(..)
                    | Act::Move { .. }
                    | Act::PayOut(..)
                    | Act::WithdrawPage
                    | Act::Start
                    | Act::Finish => due.push((index, place, *act)),
                }
            }
        }
        let people = &*self;
        let acts = due.into_iter().map(|(journey, place, act)| async move {
            let key = format!("fault-{}-{journey}-{place}", plan.seed);
            people.one(stage, plan, journey, &key, act).await
        });
        for done in join_all(acts).await {
            if let Some(done) = done? {
                self.note(stage, done);
            }
        }
        Ok(())
    }

    fn note(&mut self, stage: &Stage, done: Done) {
        let what = match done.act {
            Act::Book(way) => format!("book, {way:?}"),
            Act::Ask(way, _) => format!("ask, {way:?}"),
            Act::Cancel { by } => format!("cancel by {by}"),
            Act::ByHand { .. } => "by hand".to_owned(),
            Act::Refund(back, _) => format!("give back, {back:?}"),
            Act::Tip(tender, _) => format!("tip, {tender:?}"),
            Act::AskWithTip(along, _) => format!("ask, {along:?} with a tip"),
            Act::Move { by } => format!("move by {by}"),
            Act::PayOut(payout, _) => format!("pay credit out, {payout:?}"),
            Act::WithdrawPage => "withdraw a page".to_owned(),
            Act::ChargeBack => "charge back".to_owned(),
            Act::Start => "start".to_owned(),
            Act::Finish => "finish".to_owned(),
            Act::Absent => "mark as absent".to_owned(),
        };
        self.hear(&what, done.status, &done.answer);
        if done.status.is_success() {
            stage.put_into_drawer(done.cash);
        }
        if done.visit.is_some() {
            self.visits[done.journey] = done.visit;
        }
    }

    /// Notes what the api answered to something; true if it did it.
    pub(super) fn hear(&mut self, what: &str, status: StatusCode, answer: &Value) -> bool {
        let kind = answer["type"].as_str().and_then(|kind| kind.rsplit('/').next());
        let outcome = if status.is_success() {
            "done"
        } else {
            kind.unwrap_or("?")
        };
        self.count(what, outcome);
        if status.is_server_error() || kind.is_none() && !status.is_success() {
            self.complaints
                .push(format!("{what} was answered with {status}: {answer}"));
        }
        status.is_success()
    }

    /// Notes that something was done.
    pub(super) fn count(&mut self, what: &str, outcome: &str) {
        *self.tally.entry(format!("{what}: {outcome}")).or_default() += 1;
    }

    async fn one(
        &self,
        stage: &Stage,
        plan: &Plan,
        journey: usize,
        key: &str,
        act: Act,
    ) -> anyhow::Result<Option<Done>> {
        if let Act::Book(way) = act {
            return self.book(stage, plan, journey, key, way).await.map(Some);
        }
        let Some(visit) = self.visits[journey].as_deref() else {
            return Ok(None);
        };
        let path = format!("/api/v1/visits/{visit}");
        let phone = phone(plan.journeys[journey].customer);
        let wish = match act {
            Act::Book(_) | Act::ByHand { .. } | Act::ChargeBack | Act::Absent => None,
            Act::Ask(way, part) => money::asking(stage, &path, way, part).await?,
            Act::Cancel { by } => Some(Wish::new(format!("{path}/cancel"), json!({ "by": by }))),
            Act::Refund(back, percent) => money::refund(stage, &path, key, back, percent).await?,
            Act::Tip(tender, amount) => money::tip(stage, &path, &phone, tender, amount).await?,
            Act::AskWithTip(along, amount) => money::balance_and_tip(stage, &path, along, amount).await?,
            Act::Move { by } => self.moving(stage, &path, &plan.journeys[journey], by).await?,
            Act::PayOut(payout, percent) => money::pay_out(stage, &path, key, payout, percent).await?,
            Act::WithdrawPage => money::withdraw_page(stage, &path).await?,
            Act::Start => rendering::of_part(stage, &path, "start").await?,
            Act::Finish => rendering::of_part(stage, &path, "finish").await?,
        };
        let Some(wish) = wish else { return Ok(None) };
        let (status, answer) = stage.order(&Method::POST, &wish.path, key, &wish.body).await?;
        Ok(Some(Done {
            journey,
            act,
            status,
            answer,
            visit: None,
            cash: wish.cash,
        }))
    }

    async fn book(
        &self,
        stage: &Stage,
        plan: &Plan,
        journey: usize,
        key: &str,
        way: Way,
    ) -> anyhow::Result<Done> {
        let planned = &plan.journeys[journey];
        let name = format!("Guest {}", planned.customer);
        let body = json!({ "phone": format!("+{}", phone(planned.customer)), "name": name });
        let (status, customer) = stage.order(&Method::POST, "/api/v1/customers", "", &body).await?;
        anyhow::ensure!(status.is_success(), "{status} {customer}");
        let pay_by = if way == Way::Card { "card" } else { "mobile_money" };
        let choice = usize::try_from(planned.choice >> 16).unwrap_or_default();
        let mut last = None;
        for again in 0..6 {
            let offered = &self.offered[(choice + again) % self.offered.len()];
            let (service, starts) = (
                &offered.id,
                if planned.today {
                    &offered.today
                } else {
                    &offered.later
                },
            );
            let start = &starts[(choice / 7 + again * 31) % starts.len()];
            let body = json!({
                "customer_id": customer["id"], "start": start, "pay_by": pay_by,
                "parts": [{ "service_id": service }],
            });
            let (status, answer) = stage
                .order(&Method::POST, "/api/v1/visits", &format!("{key}-{again}"), &body)
                .await?;
            let visit = answer["id"].as_str().filter(|_| status == StatusCode::CREATED);
            let done = Done {
                journey,
                act: Act::Book(way),
                status,
                visit: visit.map(str::to_owned),
                answer,
                cash: 0,
            };
            if done.visit.is_some() {
                return Ok(done);
            }
            last = Some(done);
        }
        last.ok_or_else(|| anyhow::anyhow!("nothing was tried"))
    }

    /// Customers look at their phones.
    pub(super) async fn react(&mut self, stage: &Stage) -> anyhow::Result<()> {
        let prompts = stage.ask_simulator("/sim/prompts?state=pending").await?;
        let mut posts = Vec::new();
        for prompt in prompts["prompts"].as_array().into_iter().flatten() {
            let id = prompt["checkout_request_id"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let path = format!("/sim/prompts/{id}");
            let amount = prompt["amount"].as_i64().unwrap_or_default();
            match self.reaction(&id, &prompt["phone"]) {
                Some(Reaction::Pay) => posts.push((format!("{path}/approve"), json!({}))),
                Some(Reaction::PayAnother(more)) => {
                    posts.push((
                        format!("{path}/approve"),
                        json!({ "amount": (amount + more).max(1) }),
                    ));
                }
                Some(Reaction::Refuse(code)) => {
                    posts.push((format!("{path}/refuse"), json!({ "result_code": code })));
                }
                Some(Reaction::Ignore) | None => {}
            }
        }
        let orders = stage.ask_simulator("/sim/cards/orders?state=untouched").await?;
        // Nobody pays on a page whose address never came back.
        let pages = stage.pages()?;
        let known = |order: &&Value| pages.contains(order["merchant_reference"].as_str().unwrap_or_default());
        for order in orders["orders"].as_array().into_iter().flatten().filter(known) {
            let id = order["order_tracking_id"].as_str().unwrap_or_default().to_owned();
            let path = format!("/sim/cards/orders/{id}");
            match self.reaction(&id, &order["phone"]) {
                Some(Reaction::Pay) => posts.push((format!("{path}/pay"), json!({}))),
                Some(Reaction::PayAnother(_)) => {
                    posts.push((format!("{path}/pay"), json!({ "means": "mobile" })));
                }
                Some(Reaction::Refuse(_)) => posts.push((format!("{path}/fail"), json!({}))),
                Some(Reaction::Ignore) | None => {}
            }
        }
        let told = posts.iter().map(|(path, body)| stage.tell_simulator(path, body));
        for (answer, (path, _)) in join_all(told).await.into_iter().zip(&posts) {
            let verb = path.rsplit('/').next().unwrap_or_default();
            // Somebody who is too late finds it over, which is no failure of anybody.
            let outcome = if answer.is_ok() { "done" } else { "over" };
            self.count(&format!("customer, {verb}"), outcome);
        }
        Ok(())
    }

    /// Customers pay by hand what their visit still asks for. Nobody does while a prompt is on their phone, or just was:
    /// where the provider tells nothing of either, nobody can know which money was whose.
    pub(super) async fn pay_by_hand(&mut self, stage: &Stage, plan: &Plan) -> anyhow::Result<()> {
        for (journey, wrong) in std::mem::take(&mut self.by_hand) {
            let Some(visit) = &self.visits[journey] else {
                continue;
            };
            let path = format!("/api/v1/visits/{visit}/payments");
            let (_, list) = stage.order(&Method::GET, &path, "", &Value::Null).await?;
            let payments = list["payments"].as_array().into_iter().flatten();
            let Some(payment) = payments.last() else { continue };
            if prompted_just_now(payment, stage.now()) {
                self.by_hand.push((journey, wrong));
                continue;
            }
            let minor = |name: &str| payment[name]["amount_minor"].as_i64().unwrap_or_default();
            let typed = if wrong {
                "JINA LANGU"
            } else {
                payment["account_reference"].as_str().unwrap_or("?")
            };
            let body = json!({
                "phone": phone(plan.journeys[journey].customer),
                "amount": ((minor("due") - minor("paid")) / 100).max(1), "account_reference": typed,
            });
            stage.tell_simulator("/sim/mpesa/pay-by-hand", &body).await?;
            self.count(&format!("customer, by hand, mistyped {wrong}"), "done");
        }
        Ok(())
    }

    /// Whoever decides about refunds at PesaPal works through what was asked: now and then one is refused.
    pub(super) async fn decide(&mut self, stage: &Stage) -> anyhow::Result<()> {
        let book = stage.ask_simulator("/sim/cards").await?;
        for refund in book["refunds"].as_array().into_iter().flatten() {
            if refund["state"] != "requested" {
                continue;
            }
            let code = refund["confirmation_code"].as_str().unwrap_or_default();
            let verb = if self.dice.chance(80) { "approve" } else { "reject" };
            let path = format!("/sim/cards/refunds/{code}/{verb}");
            stage.tell_simulator(&path, &json!({})).await?;
            self.count(&format!("PesaPal, {verb} a refund"), "done");
        }
        Ok(())
    }

    /// Cards' owners have their banks take back what they paid. PesaPal calls an order reversed already of which a part was
    /// refunded, and then says nothing of a chargeback: such a one is for its dashboard, and nobody does it here.
    pub(super) async fn charge_back(&mut self, stage: &Stage, plan: &Plan) -> anyhow::Result<()> {
        for journey in std::mem::take(&mut self.charging_back) {
            let book = stage.ask_simulator("/sim/cards").await?;
            let of_part = |order: &Value| {
                let mut refunds = book["refunds"].as_array().into_iter().flatten();
                refunds.any(|refund| {
                    refund["confirmation_code"] == order["confirmation_code"]
                        && refund["amount_cents"] != order["paid_cents"]
                })
            };
            let own = phone(plan.journeys[journey].customer);
            let mut orders = book["orders"].as_array().into_iter().flatten();
            let found = orders.find(|order| {
                let theirs = order["phone"]
                    .as_str()
                    .unwrap_or_default()
                    .trim_start_matches('+')
                    == own;
                theirs && order["state"] == "paid" && !of_part(order)
            });
            let Some(order) = found else {
                self.count("card owner, charge back", "nothing paid");
                continue;
            };
            let id = order["order_tracking_id"].as_str().unwrap_or_default();
            // Once for each order: banks that do it again after losing are beyond this.
            if !self.charged_back.insert(id.to_owned()) {
                continue;
            }
            let path = format!("/sim/cards/orders/{id}/reverse");
            stage.tell_simulator(&path, &json!({})).await?;
            self.count("card owner, charge back", "done");
        }
        Ok(())
    }

    /// What is done about something new on a phone; `None` if it was looked at before.
    fn reaction(&mut self, id: &str, phone: &Value) -> Option<Reaction> {
        if !self.seen.insert(id.to_owned()) {
            return None;
        }
        let phone = phone.as_str().unwrap_or_default().trim_start_matches('+');
        let next = self.reactions.get_mut(phone).and_then(VecDeque::pop_front);
        Some(next.unwrap_or(Reaction::Pay))
    }
}

/// Whether a prompt for it went out so little ago that money could still be its own.
fn prompted_just_now(payment: &Value, now: OffsetDateTime) -> bool {
    let attempts = payment["attempts"].as_array().into_iter().flatten();
    attempts
        .filter_map(|attempt| attempt["sent_at"].as_str())
        .filter_map(|at| OffsetDateTime::parse(at, &Rfc3339).ok())
        .any(|sent_at| now < sent_at + PROMPT_LIFE * 2)
}
