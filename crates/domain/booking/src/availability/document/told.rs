//! Answers the questions of a case, one after another.

use std::collections::BTreeMap;

use ratiba_kernel::{BasisPoints, Money, Zone};
use time::{Date, Duration, OffsetDateTime};

use super::Case;
use super::answer::{Answer, Show, ShownDeposit, ShownPair, Turn, fraction};
use super::diary::{Diary, Work};
use super::facts::{Amount, Load};
use super::fault::Problem;
use super::request::{Asked, SlotsAsked};
use crate::appointment::{Discount, DiscountAmount, DiscountSource, Price};
use crate::availability::{
    EngagedAs, Facts, RequestFault, Slot, SlotRequest, StaffFacts, StaffWish, check, explain, fairness, find,
};
use crate::catalogue::{Service, ServiceId, StaffId};
use crate::cross_sell::{PairRequest, best_pair};
use crate::policy::{CrossSellOffer, Policy, Rounding};

/// A case while its questions are answered, one after another.
pub(super) struct Told<'c> {
    case: &'c Case,
    diary: Diary,
    booked_last: BTreeMap<StaffId, OffsetDateTime>,
}

impl<'c> Told<'c> {
    pub(super) fn new(case: &'c Case) -> Self {
        Self {
            case,
            diary: case.diary.clone(),
            booked_last: BTreeMap::new(),
        }
    }

    pub(super) fn answer(&mut self, asked: &Asked) -> Result<Answer, Problem> {
        match asked {
            Asked::Slots(asked) => self.slots(asked).map_err(Problem::Request),
            Asked::Turns { service, day, now } => Ok(self.turns(*service, *day, *now)),
            Asked::Deposit(parts) => self.deposits(parts).map_err(Problem::Money),
            Asked::CrossSell { request, start } => self.cross_sell(request, *start).map_err(Problem::Request),
        }
    }

    fn slots(&mut self, asked: &SlotsAsked) -> Result<Answer, RequestFault> {
        let request = &asked.request;
        let starts = || asked.at.iter().flatten().copied();
        let until = starts().chain([request.window.end()]).max();
        let until = until.unwrap_or(request.window.end());
        let from = starts().chain([request.window.start()]).min();
        let facts = self.facts(from.unwrap_or(request.now), until, request.now);
        let show = self.show(request.parts.len() > 1);
        let (mut slots, mut refusals) = (Vec::new(), Vec::new());
        if asked.at.is_none() {
            slots = find(&facts, request)?;
            if asked.explain {
                let refused = explain(&facts, request)?;
                refusals = refused.iter().map(|refused| show.refused(refused)).collect();
            }
        }
        for start in asked.at.iter().flatten() {
            match check(&facts, request, *start)? {
                Ok(slot) => slots.push(slot),
                Err(refused) => refusals.push(show.refused(&refused)),
            }
        }
        let shown = slots.iter().map(|slot| show.slot(slot)).collect();
        if let Some(first) = slots.first().filter(|_| asked.book) {
            self.book(first, asked);
        }
        Ok(Answer::Slots {
            slots: shown,
            refusals,
        })
    }

    /// What else may be offered after the slot that begins then.
    fn cross_sell(&self, request: &SlotRequest, start: OffsetDateTime) -> Result<Answer, RequestFault> {
        let facts = self.facts(start, start.saturating_add(Duration::days(2)), request.now);
        let show = self.show(true);
        let chosen = match check(&facts, request, start)? {
            Ok(slot) => slot,
            Err(refused) => {
                return Ok(Answer::Pair {
                    pair: None,
                    refusals: vec![self.show(request.parts.len() > 1).refused(&refused)],
                });
            }
        };
        let selling = &facts.policy.rules.cross_sell;
        let wanted = PairRequest {
            chosen: &chosen,
            relations: &self.case.relations,
            tolerance: selling.tolerance,
            channel: request.channel,
            now: request.now,
        };
        let pair = match selling.offer {
            CrossSellOffer::Once => best_pair(&facts, &wanted)?,
            CrossSellOffer::Never => None,
        };
        let pair = pair.map(|pair| ShownPair {
            complement: self.case.vocabulary.services.word(pair.complement),
            wait: pair.wait.whole_minutes(),
            confidence: pair.confidence.value(),
            slot: show.slot(&pair.slot),
        });
        Ok(Answer::Pair {
            pair,
            refusals: Vec::new(),
        })
    }

    /// From now on the slot is somebody's.
    fn book(&mut self, slot: &Slot, asked: &SlotsAsked) {
        for part in &slot.parts {
            for claim in &part.claims {
                self.diary.take(claim.clone(), EngagedAs::Booked);
            }
            let wish = asked.request.parts.get(part.asked).map(|part| part.staff);
            if wish.and_then(StaffWish::named) != Some(part.staff) {
                self.diary.work.push(Work {
                    staff: part.staff,
                    time: part.time,
                    engaged_as: EngagedAs::Booked,
                });
            }
            self.booked_last.insert(part.staff, asked.request.now);
        }
    }

    fn turns(&self, service: ServiceId, day: Date, now: OffsetDateTime) -> Answer {
        let zone = &self.case.facts.policy.zone;
        let start = zone.day_start(day);
        let facts = self.facts(start, start, now);
        let monday = fairness::monday(day);
        let sold = facts.services.iter().find(|known| known.id == service);
        let able = |staff: &&StaffFacts| sold.is_some_and(|service| service.staff.contains(&staff.id));
        let team: Vec<&StaffFacts> = facts.staff.iter().filter(able).collect();
        let deficits = fairness::deficits(&team, monday);
        let scale = fairness::scale(&team, monday);
        let (loads, parts) = fairness::reckoned(&team, monday);
        let order = fairness::turns(&team, monday);
        let turns = order.into_iter().filter_map(|position| {
            let member = team.get(position)?;
            let load = member.load.get(&monday).copied().unwrap_or(0);
            let reckoned = fraction(loads.get(position).copied().unwrap_or(0), parts);
            Some(Turn {
                staff: self.case.vocabulary.staff.word(member.id),
                load,
                reckoned: (reckoned != load.to_string()).then_some(reckoned),
                weight: member.weight,
                deficit: fraction(deficits.get(position).copied().unwrap_or(0), scale),
            })
        });
        Answer::Turns {
            turns: turns.collect(),
        }
    }

    fn deposits(&self, parts: &[(ServiceId, Option<Amount>)]) -> Result<Answer, ratiba_kernel::MoneyError> {
        let Policy { currency, rules, .. } = &self.case.facts.policy;
        let mut total = Money::zero(*currency);
        let mut deposits = Vec::with_capacity(parts.len());
        for (id, discount) in parts {
            let found = self.case.facts.services.iter().find(|service| service.id == *id);
            let Some(service) = found else { continue };
            let price = price(service, *discount, rules.rounding)?;
            let deposit = service.deposit.due(price.charged(), rules.rounding)?;
            total = total.checked_add(deposit)?;
            deposits.push(ShownDeposit {
                service: self.case.vocabulary.services.word(*id),
                list_minor: price.list().amount_minor(),
                discount_minor: price.discount().amount_minor(),
                charged_minor: price.charged().amount_minor(),
                deposit_minor: deposit.amount_minor(),
            });
        }
        Ok(Answer::Deposits { deposits, total })
    }

    fn show(&self, several: bool) -> Show<'_> {
        Show {
            zone: &self.case.facts.policy.zone,
            vocabulary: &self.case.vocabulary,
            several,
        }
    }

    /// What is known when a question is asked about the time from `from` to `until`.
    fn facts(&self, from: OffsetDateTime, until: OffsetDateTime, now: OffsetDateTime) -> Facts {
        let mut facts = self.case.facts.clone();
        facts.engagements.clone_from(&self.diary.engagements);
        let zone = &facts.policy.zone;
        let mut reckoned: BTreeMap<(StaffId, Date), u32> = BTreeMap::new();
        for work in &self.diary.work {
            let counts = match work.engaged_as {
                EngagedAs::Held { until } => until > now,
                EngagedAs::Booked => true,
                EngagedAs::Blocked => false,
            };
            if counts {
                let week = fairness::monday(zone.date(work.time.start()));
                let minutes = u32::try_from(work.time.length().whole_minutes()).unwrap_or(u32::MAX);
                let load = reckoned.entry((work.staff, week)).or_default();
                *load = load.saturating_add(minutes);
            }
        }
        let weeks: Vec<Date> = weeks(zone, from, until);
        for staff in &mut facts.staff {
            staff.load = match self.case.loads.get(&staff.id) {
                Some(Load::ByWeek(by_week)) => by_week.clone(),
                Some(Load::EveryWeek(minutes)) => weeks.iter().map(|week| (*week, *minutes)).collect(),
                Some(Load::Reckoned) | None => reckoned
                    .iter()
                    .filter(|((who, _), _)| *who == staff.id)
                    .map(|((_, week), minutes)| (*week, *minutes))
                    .collect(),
            };
            if let Some(booked) = self.booked_last.get(&staff.id) {
                staff.booked_last = Some(*booked);
            }
        }
        facts
    }
}

fn price(
    service: &Service,
    discount: Option<Amount>,
    rounding: Rounding,
) -> Result<Price, ratiba_kernel::MoneyError> {
    let discount = discount.map(|amount| Discount {
        amount: match amount {
            Amount::Flat(minor) => {
                DiscountAmount::Flat(Money::new(i64::from(minor), service.price.currency()))
            }
            Amount::Share(rate) => DiscountAmount::Percent(BasisPoints::new(rate)),
        },
        rate: None,
        reason: "case".to_owned(),
        source: DiscountSource::Hand {
            by: "case".to_owned(),
        },
    });
    let list = Price::agree(service.price, None, service.tax, service.product_cost)?;
    list.with_discount(discount, rounding)
}

/// The Mondays of all local weeks from a week before `from` to two weeks after `until`.
fn weeks(zone: &Zone, from: OffsetDateTime, until: OffsetDateTime) -> Vec<Date> {
    let first = fairness::monday(zone.date(from)).saturating_sub(Duration::WEEK);
    let last = zone.date(until).saturating_add(Duration::weeks(2));
    std::iter::successors(Some(first), |week| week.checked_add(Duration::WEEK))
        .take_while(|week| *week <= last)
        .collect()
}
